//! Deviation lists: what a state says is wrong with its own documents (Doc 9303-12 §10; R-053).
//!
//! Doc 9303 gives the form and leaves the consequences to whoever reads the document; here they are those that TR-03135-1
//! §5.8 gives to the same defects. An entry can be limited to document types, signers, days of issue and document numbers.
//! An entry that cannot be read spoils none of the others.
//!
//! What it does not protect against: a state that calls failures of its documents expected. No deviation makes a failed
//! check successful.

use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;
use jiff::civil::Date;

use crate::algorithm::HashAlgorithm;
use crate::asn1::{Asn1Error, Node, Rules, single, tag};
use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerIdentifier};
use crate::defect::{DefectCheck, DefectEffect, DefectNote, DefectSubject};
use crate::defect_list::{DefectListError, data_group, each};
use crate::master_list::{MasterListSigner, MasterListSignerError, verify_signer};
use crate::name::Name;
use crate::oid;
use crate::profile::Role;
use crate::serial::SerialNumber;

/// Most document numbers of one entry; the longest list known has 346,275 in two.
const MAX_NUMBERS: usize = 1_000_000;

/// How an entry names a signer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SignerName {
    Identifier(SignerIdentifier),
    CertificateHash(Vec<u8>),
}

/// Which documents an entry is about: those that meet every condition that is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Documents {
    document_code: Option<String>,
    signer: Option<SignerName>,
    issued: Option<(Date, Date)>,
    /// In order.
    numbers: Option<Vec<Box<str>>>,
}

/// What deviates, by the arc of its object identifier below that of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Described {
    kind: ObjectIdentifier,
    /// The data group that it names, where its kind names one.
    data_group: Option<u8>,
    text: Option<String>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDeviation {
    documents: Documents,
    descriptions: Vec<Described>,
}

/// A deviation list. It is not to be believed for having been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviationList {
    signed: SignedData,
    hash: Option<HashAlgorithm>,
    deviations: Vec<Result<DocumentDeviation, Asn1Error>>,
}

impl DeviationList {
    /// Reads a list, which must be all of `bytes`.
    ///
    /// # Errors
    /// [`DefectListError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DefectListError> {
        let signed = SignedData::parse(bytes)?;
        if signed.content_type() != oid::DEVIATION_LIST {
            return Err(DefectListError::OtherContent(signed.content_type()));
        }
        let mut parts = single(signed.unverified_content(), tag::SEQUENCE, Rules::Ber)?.children();
        let version = parts.expect(tag::INTEGER)?.small()?;
        if version != 0 {
            return Err(DefectListError::Version(version));
        }
        let hash = match parts.optional(tag::SEQUENCE)? {
            Some(algorithm) => Some(HashAlgorithm::read(&algorithm)??),
            None => None,
        };
        let set = parts.expect(tag::SET)?;
        parts.finish()?;
        let mut deviations = Vec::new();
        each(&set, |node| {
            deviations.push(DocumentDeviation::read(node));
            Ok(())
        })?;
        Ok(Self { signed, hash, deviations })
    }

    /// The CMS around the list.
    pub fn signed_data(&self) -> &SignedData {
        &self.signed
    }

    /// Verifies the signature of the list and that `authority` issued the certificate of its signer.
    ///
    /// # Errors
    /// [`MasterListSignerError`].
    pub fn verify(&self, authority: &Certificate) -> Result<MasterListSigner<'_>, MasterListSignerError> {
        verify_signer(&self.signed, authority, Role::DeviationListSigner)
    }

    /// The entries in their order, those that cannot be read with the reason.
    pub fn deviations(&self) -> &[Result<DocumentDeviation, Asn1Error>] {
        &self.deviations
    }

    pub(crate) fn effects_on(&self, subject: &DefectSubject<'_>, found: &mut Vec<DefectEffect>) {
        for deviation in self.deviations.iter().flatten() {
            let met = deviation.documents.met_by(subject, self.hash);
            if met == Met::No {
                continue;
            }
            for described in &deviation.descriptions {
                // Where it is not known whether the document is meant, only what harms it takes effect.
                let taken = |effect: &DefectEffect| {
                    met == Met::Yes || matches!(effect, DefectEffect::Fails(_) | DefectEffect::Caps(_))
                };
                found.extend(described.effects().into_iter().filter(taken));
            }
        }
    }
}

/// Whether a document meets conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    No,
    /// Something that must be known for it is not.
    Unknown,
    Yes,
}

impl Met {
    fn of(met: bool) -> Self {
        if met { Self::Yes } else { Self::No }
    }

    /// Whether a condition is met by what may not be known; without a condition every document meets it.
    fn condition<C, K>(condition: Option<C>, known: Option<K>, meets: impl Fn(C, K) -> bool) -> Self {
        match (condition, known) {
            (None, _) => Self::Yes,
            (Some(_), None) => Self::Unknown,
            (Some(condition), Some(known)) => Self::of(meets(condition, known)),
        }
    }
}

impl Documents {
    fn met_by(&self, subject: &DefectSubject<'_>, hash: Option<HashAlgorithm>) -> Met {
        let bare = |code: &str| code.trim_end_matches(['<', ' ']).to_owned();
        let code = Met::condition(self.document_code.as_ref(), subject.document_code, |wanted, code| {
            bare(wanted) == bare(code)
        });
        let number = Met::condition(self.numbers.as_ref(), subject.document_number, |wanted, number| {
            let number = bare(number);
            wanted.binary_search_by(|entry| (**entry).cmp(&number)).is_ok()
        });
        let issued =
            Met::condition(self.issued, subject.issued, |(first, last), day| (first..=last).contains(&day));
        let signer = self.signer.as_ref().map_or(Met::Yes, |name| name.means(subject.signer, hash));
        code.min(number).min(issued).min(signer)
    }

    fn read(node: &Node<'_>) -> Result<Self, Asn1Error> {
        let mut parts = node.children();
        let document_code = parts.optional(0x80)?.map(|node| printable(&node)).transpose()?;
        let signer = match parts.peek() {
            Some(0xA1) => {
                let mut inside = parts.expect(0xA1)?.children();
                let issuer = Name::read(&inside.expect(tag::SEQUENCE)?)?;
                let serial = SerialNumber::read(&inside.expect(tag::INTEGER)?)?;
                inside.finish()?;
                Some(SignerName::Identifier(SignerIdentifier::IssuerAndSerial { issuer, serial }))
            }
            Some(0x82) => {
                let key = parts.expect(0x82)?.content.to_vec();
                Some(SignerName::Identifier(SignerIdentifier::SubjectKeyIdentifier(key)))
            }
            Some(0x83) => Some(SignerName::CertificateHash(parts.expect(0x83)?.content.to_vec())),
            _ => None,
        };
        let issued = parts.optional(0xA4)?.map(|period| days(&period)).transpose()?;
        let numbers = parts.optional(0xA5)?.map(|set| document_numbers(&set)).transpose()?;
        parts.finish()?;
        Ok(Self { document_code, signer, issued, numbers })
    }
}

impl SignerName {
    fn means(&self, signer: &Certificate, hash: Option<HashAlgorithm>) -> Met {
        match (self, hash) {
            (Self::Identifier(identifier), _) => Met::of(identifier.names(signer)),
            (Self::CertificateHash(wanted), Some(hash)) => {
                Met::of(hash.digest(&[signer.as_der()]) == *wanted)
            }
            (Self::CertificateHash(_), None) => Met::Unknown,
        }
    }
}

impl DocumentDeviation {
    fn read(node: &Node<'_>) -> Result<Self, Asn1Error> {
        if node.tag != tag::SEQUENCE {
            return Err(node.invalid());
        }
        let mut parts = node.children();
        let documents = Documents::read(&parts.expect(tag::SEQUENCE)?)?;
        let set = parts.expect(tag::SET)?;
        parts.finish()?;
        let mut descriptions = Vec::new();
        each(&set, |node| {
            descriptions.push(Described::read(node)?);
            Ok(())
        })?;
        Ok(Self { documents, descriptions })
    }

    /// What the state wrote about it, for people.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.descriptions.iter().filter_map(|described| described.text.as_deref())
    }
}

impl Described {
    fn read(node: &Node<'_>) -> Result<Self, Asn1Error> {
        if node.tag != tag::SEQUENCE {
            return Err(node.invalid());
        }
        let mut parts = node.children();
        let text = match parts.peek() {
            Some(PRINTABLE_STRING) => parts.next()?.map(|node| printable(&node)).transpose()?,
            _ => None,
        };
        let kind = parts.expect(tag::OID)?.oid()?;
        let parameters = parts.optional(0xA0)?;
        parts.optional(0xA1)?;
        parts.finish()?;
        // Other parameters name a field of a certificate or of the machine readable zone, which changes no effect.
        let data_group = parameters.and_then(|wrapped| wrapped.only(tag::INTEGER).ok());
        let data_group = data_group.and_then(|number| data_group_number(&number));
        Ok(Self { kind, data_group, text })
    }

    fn effects(&self) -> Vec<DefectEffect> {
        use DefectCheck as Check;
        use DefectEffect::{Caps, Fails, Notes, Softens};
        let rest = self.kind.as_bytes().strip_prefix(oid::DEVIATION_LIST.as_bytes()).unwrap_or_default();
        match (rest, self.data_group) {
            ([1, 1], _) => vec![Softens(Check::Signer)],
            ([1, 2 | 3], _) => vec![Softens(Check::Profile)],
            ([1, 4], _) => vec![Fails(Check::ActiveAuthentication)],
            ([2, 1], group) => {
                let groups: BTreeSet<u8> = group.into_iter().collect();
                vec![Notes(DefectNote::DataGroupsMalformed(groups))]
            }
            ([2, 2], Some(group)) => vec![Softens(Check::DataGroupHash(group))],
            ([2, 3], _) => vec![Softens(Check::SodSignature)],
            ([2, 4], _) => vec![Softens(Check::ComAgainstSod)],
            ([3, ..], _) => vec![Notes(DefectNote::Zone)],
            ([4, ..], _) => vec![Notes(DefectNote::Chip)],
            ([5, ..], _) => vec![Notes(DefectNote::Unknown(self.kind))],
            _ => vec![Caps(Check::SodSignature), Notes(DefectNote::Unknown(self.kind))],
        }
    }
}

const PRINTABLE_STRING: u8 = 0x13;

fn printable(node: &Node<'_>) -> Result<String, Asn1Error> {
    let text = String::from_utf8(node.content.to_vec()).ok().filter(|text| text.is_ascii());
    text.ok_or(node.invalid())
}

fn data_group_number(number: &Node<'_>) -> Option<u8> {
    data_group(number).ok()
}

/// First and last day; of the times, which may have fractions of seconds, only the day is used.
fn days(period: &Node<'_>) -> Result<(Date, Date), Asn1Error> {
    const GENERALIZED_TIME: u8 = 0x18;
    let mut parts = period.children();
    let first = day(&parts.expect(GENERALIZED_TIME)?)?;
    let last = day(&parts.expect(GENERALIZED_TIME)?)?;
    parts.finish()?;
    Ok((first, last))
}

fn day(time: &Node<'_>) -> Result<Date, Asn1Error> {
    let digits = time.content.get(..8).filter(|digits| digits.iter().all(u8::is_ascii_digit));
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok()).ok_or(time.invalid())?;
    Date::strptime("%Y%m%d", digits).map_err(|_| time.invalid())
}

fn document_numbers(set: &Node<'_>) -> Result<Vec<Box<str>>, Asn1Error> {
    let mut numbers = Vec::new();
    let mut inside = set.children();
    while let Some(node) = inside.next()? {
        if node.tag != PRINTABLE_STRING || numbers.len() == MAX_NUMBERS {
            return Err(node.invalid());
        }
        numbers.push(printable(&node)?.trim_end_matches(['<', ' ']).into());
    }
    numbers.sort_unstable();
    Ok(numbers)
}
