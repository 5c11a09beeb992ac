//! Defect lists: known defects of documents, by the signer of the documents (TR-03129-2 §7; TR-03135-1 §5.8; ).
//!
//! Versions 1 and 2 are read. An entry that cannot be read spoils none of the others. A defect whose kind or parameters
//! are not understood leaves no check of the document better than undetermined.
//!
//! What it does not protect against: reading and checking a list's signer says nothing as long as the signer is not
//! traced to an authority that the operator trusts to speak of other states' documents.

use std::collections::BTreeSet;
use std::sync::Arc;

use const_oid::ObjectIdentifier;

use crate::algorithm::{AlgorithmProblem, HashAlgorithm};
use crate::asn1::{Asn1Error, Node, Reader, Rules, single, tag};
use crate::certificate::Certificate;
use crate::cms::{CmsError, SignedData, SignerIdentifier};
use crate::defect::{Correction, DefectCheck, DefectEffect, DefectNote};
use crate::master_list::{MasterListSigner, MasterListSignerError, verify_signer};
use crate::oid;
use crate::profile::Role;

/// Most entries of a list, defects of an entry, or data groups of a defect.
const MAX_VALUES: usize = 20_000;

/// Why bytes are no list of defects or deviations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DefectListError {
    /// The CMS around it is broken.
    #[error(transparent)]
    Cms(#[from] CmsError),
    /// The list inside is broken; positions count from the start of the content.
    #[error("list of defects: {0}")]
    Structure(#[from] Asn1Error),
    /// Signed content of another type.
    #[error("signed content {0} is no list of defects")]
    OtherContent(ObjectIdentifier),
    /// A version that is not known here.
    #[error("version {0} of a list of defects is not known")]
    Version(u64),
    /// The hash that certificates are named by cannot be used.
    #[error("hash of a list of defects: {0}")]
    Hash(#[from] AlgorithmProblem),
}

/// What a list says of one signer's documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownDefect {
    /// The signer is revoked (§7.3.1.1), with the status code.
    SignerRevoked(u64),
    /// The signer's certificate is malformed, this one is to be used (§7.3.1.2).
    SignerReplaced(Arc<Certificate>),
    /// The private keys of Chip Authentication are compromised (§7.3.1.3).
    ChipAuthenticationKeys,
    /// The private keys of Active Authentication are compromised (§7.3.1.4).
    ActiveAuthenticationKeys,
    /// These protocols are known to fail (§7.3.1.5).
    ProtocolFailure(BTreeSet<DefectCheck>),
    /// The validity of signer or authority is wrong (§7.3.1.6).
    Validity,
    /// These data groups are not well formed (§7.3.2.1).
    DataGroupsMalformed(BTreeSet<u8>),
    /// EF.SOD is malformed, with the code of the fault (§7.3.2.2).
    SodMalformed(Option<u64>),
    /// EF.COM and EF.SOD name different data groups (§7.3.2.3).
    ComSodDiscrepancy,
    /// EF.SOD names another signer than its own (§7.3.2.4).
    SignerIdentifier(SignerIdentifier),
    /// The signer's certificate names another country than its own (§7.3.2.5).
    IssuingCountry(String),
    /// EF.CardSecurity is malformed, and this is right (§7.3.3.1).
    CardSecurityMalformed(Vec<u8>),
    /// EF.ChipSecurity is malformed (§7.3.3.2).
    ChipSecurityMalformed,
    /// The chip has to be switched off between two authentications (§7.3.3.3).
    PowerDownRequired,
    /// The signer's certificate is malformed and there is no other (§7.3.3.4), with the code.
    SignerMalformed(u64),
    /// A defect of the eID application, which is not used here.
    OtherApplication(ObjectIdentifier),
    /// A kind that is not known here, or whose parameters cannot be read.
    Unknown(ObjectIdentifier),
}

/// One entry: a signer and what is known of its documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    signer: Option<SignerIdentifier>,
    certificate_hash: Option<Vec<u8>>,
    known: Vec<KnownDefect>,
    description: Option<String>,
}

/// A defect list. It is not to be believed for having been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefectList {
    signed: SignedData,
    hash: HashAlgorithm,
    defects: Vec<Result<Defect, Asn1Error>>,
}

impl DefectList {
    /// Reads a list, which must be all of `bytes`.
    ///
    /// # Errors
    /// [`DefectListError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DefectListError> {
        let signed = SignedData::parse(bytes)?;
        if signed.content_type() != oid::DEFECT_LIST {
            return Err(DefectListError::OtherContent(signed.content_type()));
        }
        let mut parts = single(signed.unverified_content(), tag::SEQUENCE, Rules::Ber)?.children();
        let version = parts.expect(tag::INTEGER)?.small()?;
        if version > 1 {
            return Err(DefectListError::Version(version));
        }
        let hash = HashAlgorithm::from_oid(parts.expect(tag::OID)?.oid()?)?;
        let set = parts.expect(tag::SET)?;
        parts.finish()?;
        let mut defects = Vec::new();
        each(&set, |node| {
            defects.push(Defect::read(node, hash));
            Ok(())
        })?;
        Ok(Self { signed, hash, defects })
    }

    /// The CMS around the list.
    pub fn signed_data(&self) -> &SignedData {
        &self.signed
    }

    /// Verifies the signature of the list and that `authority` issued the certificate of its signer. Without the extended
    /// key usage of TR-03129-2 §7.2, which the standard recommends, a document signer could sign such lists: it is asked
    /// for as one of a master list signer is.
    ///
    /// # Errors
    /// [`MasterListSignerError`].
    pub fn verify(&self, authority: &Certificate) -> Result<MasterListSigner<'_>, MasterListSignerError> {
        verify_signer(&self.signed, authority, Role::DefectListSigner)
    }

    /// The entries in their order, those that cannot be read with the reason.
    pub fn defects(&self) -> &[Result<Defect, Asn1Error>] {
        &self.defects
    }

    /// What the list says of documents of this signer.
    pub fn known_of<'a>(&'a self, signer: &'a Certificate) -> impl Iterator<Item = &'a KnownDefect> {
        let about = move |defect: &&Defect| defect.is_about(signer, self.hash);
        self.defects.iter().flatten().filter(about).flat_map(|defect| &defect.known)
    }

    pub(crate) fn effects_on(&self, signer: &Certificate, found: &mut Vec<DefectEffect>) {
        self.known_of(signer).for_each(|known| found.extend(known.effects()));
    }
}

/// Calls `read` with each value of a set.
pub(crate) fn each(
    set: &Node<'_>,
    mut read: impl FnMut(&Node<'_>) -> Result<(), Asn1Error>,
) -> Result<(), Asn1Error> {
    let mut inside = set.children();
    let mut count: usize = 0;
    while let Some(node) = inside.next()? {
        count = count.saturating_add(1);
        if count > MAX_VALUES {
            return Err(Asn1Error::Limit { at: node.at });
        }
        read(&node)?;
    }
    Ok(())
}

impl Defect {
    fn read(node: &Node<'_>, hash: HashAlgorithm) -> Result<Self, Asn1Error> {
        const BY_KEY: u8 = 0x80;
        if node.tag != tag::SEQUENCE {
            return Err(node.invalid());
        }
        let mut parts = node.children();
        let signer = match parts.peek() {
            Some(BY_KEY | tag::SEQUENCE) => Some(SignerIdentifier::read(&mut parts)?),
            _ => None,
        };
        let certificate_hash = parts.optional(tag::OCTET_STRING)?.map(|node| node.content.to_vec());
        let right_length = certificate_hash.as_ref().is_none_or(|found| found.len() == hash.length());
        if !right_length || (signer.is_none() && certificate_hash.is_none()) {
            return Err(node.invalid());
        }
        let set = parts.expect(tag::SET)?;
        let description = parts.optional(UTF8_STRING)?.map(|node| text(&node)).transpose()?;
        parts.finish()?;
        let mut known = Vec::new();
        each(&set, |node| {
            known.push(KnownDefect::read(node)?);
            Ok(())
        })?;
        Ok(Self { signer, certificate_hash, known, description })
    }

    /// Whether it means documents of this signer: by its identifier, its hash, or both where both are given.
    pub fn is_about(&self, signer: &Certificate, hash: HashAlgorithm) -> bool {
        let named = self.signer.as_ref().is_none_or(|identifier| identifier.names(signer));
        let hashed =
            self.certificate_hash.as_ref().is_none_or(|wanted| hash.digest(&[signer.as_der()]) == *wanted);
        named && hashed && (self.signer.is_some() || self.certificate_hash.is_some())
    }

    /// What is known.
    pub fn known(&self) -> &[KnownDefect] {
        &self.known
    }

    /// What the list's signer wrote about it, for people.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }
}

const UTF8_STRING: u8 = 0x0C;

fn text(node: &Node<'_>) -> Result<String, Asn1Error> {
    String::from_utf8(node.content.to_vec()).map_err(|_| node.invalid())
}

/// The number of an ENUMERATED.
fn code(node: &Node<'_>) -> Result<u64, Asn1Error> {
    if node.tag == tag::ENUMERATED { node.small() } else { Err(node.invalid()) }
}

impl KnownDefect {
    /// Version 1 writes a SEQUENCE, version 2 one under the tag [0], with tagged parameters.
    fn read(node: &Node<'_>) -> Result<Self, Asn1Error> {
        const VERSION_2: u8 = 0xA0;
        let mut parts = match node.tag {
            // The standard does not say whether its tags are explicit; both are read.
            VERSION_2 if node.children().peek() == Some(tag::SEQUENCE) => {
                node.only(tag::SEQUENCE)?.children()
            }
            tag::SEQUENCE | VERSION_2 => node.children(),
            _ => return Err(node.invalid()),
        };
        let kind = parts.expect(tag::OID)?.oid()?;
        let value = Self::parameters(&mut parts, node.tag == VERSION_2);
        Ok(value.and_then(|value| Self::of(kind, value.as_ref())).unwrap_or(Self::Unknown(kind)))
    }

    fn parameters<'a>(parts: &mut Reader<'a>, tagged: bool) -> Result<Option<Node<'a>>, Asn1Error> {
        let value = if tagged {
            let value = parts.optional(0xA0)?;
            // A description for people.
            if matches!(parts.peek(), Some(0x81 | 0xA1)) {
                parts.next()?;
            }
            value
                .map(|value| {
                    let mut inside = value.children();
                    let only = inside.next()?.ok_or_else(|| value.invalid())?;
                    inside.finish()?;
                    Ok(only)
                })
                .transpose()?
        } else {
            parts.next()?
        };
        parts.finish()?;
        Ok(value)
    }

    fn of(kind: ObjectIdentifier, value: Option<&Node<'_>>) -> Result<Self, Asn1Error> {
        let absent = Asn1Error::Missing { at: 0, expected: tag::SEQUENCE };
        let given = || value.ok_or(absent);
        let arc = oid::DEFECT_LIST.as_bytes();
        let Some(rest) = kind.as_bytes().strip_prefix(arc) else { return Ok(Self::Unknown(kind)) };
        Ok(match rest {
            // Without its code it is revoked without a reason.
            [1, 1] => Self::SignerRevoked(value.map_or(Ok(0), code)?),
            [1, 2] => Self::SignerReplaced(Arc::new(replacement(given()?)?)),
            [1, 3] => Self::ChipAuthenticationKeys,
            [1, 4] => Self::ActiveAuthenticationKeys,
            [1, 5] => Self::ProtocolFailure(protocols(given()?)?),
            [1, 6] => {
                if code(given()?)? > 2 {
                    return Ok(Self::Unknown(kind));
                }
                Self::Validity
            }
            [2, 1] => Self::DataGroupsMalformed(numbers(given()?)?),
            [2, 2] => Self::SodMalformed(value.map(code).transpose()?),
            [2, 3] => Self::ComSodDiscrepancy,
            [2, 4] => Self::SignerIdentifier(signer_identifier(given()?)?),
            [2, 5] => Self::IssuingCountry(country(given()?)?),
            [3, ..] => Self::OtherApplication(kind),
            [4, 1] => Self::CardSecurityMalformed(given()?.raw.to_vec()),
            [4, 2] => Self::ChipSecurityMalformed,
            [4, 3] => Self::PowerDownRequired,
            [4, 4] => Self::SignerMalformed(code(given()?)?),
            _ => Self::Unknown(kind),
        })
    }

    /// What it does to the checks of a document (TR-03135-1 §5.8.2).
    pub fn effects(&self) -> Vec<DefectEffect> {
        use DefectCheck as Check;
        use DefectEffect::{Caps, Corrects, Fails, Notes, Softens};
        match self {
            // Table 5.54; codes that it leaves open are revocations without a reason.
            Self::SignerRevoked(1 | 5 | 32..) => vec![Caps(Check::Signer)],
            Self::SignerRevoked(_) => vec![Fails(Check::Signer)],
            Self::SignerReplaced(certificate) => {
                vec![Corrects(Correction::SignerCertificate(Arc::clone(certificate)))]
            }
            // The mapping is proved with the same kind of key.
            Self::ChipAuthenticationKeys => {
                vec![Fails(Check::ChipAuthentication), Fails(Check::PaceChipAuthenticationMapping)]
            }
            Self::ActiveAuthenticationKeys => vec![Fails(Check::ActiveAuthentication)],
            Self::ProtocolFailure(protocols) => protocols.iter().copied().map(Softens).collect(),
            Self::Validity => vec![Caps(Check::Validity), Softens(Check::Validity)],
            Self::DataGroupsMalformed(numbers) => {
                vec![Notes(DefectNote::DataGroupsMalformed(numbers.clone()))]
            }
            Self::SodMalformed(fault) => {
                let note = fault.map(|fault| Notes(DefectNote::SodFault(fault)));
                [Softens(Check::SodSignature)].into_iter().chain(note).collect()
            }
            Self::ComSodDiscrepancy => vec![Softens(Check::ComAgainstSod)],
            Self::SignerIdentifier(identifier) => {
                vec![Corrects(Correction::SignerIdentifier(identifier.clone()))]
            }
            Self::IssuingCountry(country) => vec![Corrects(Correction::IssuingCountry(country.clone()))],
            Self::CardSecurityMalformed(file) => {
                vec![Softens(Check::CardSecurity), Corrects(Correction::CardSecurity(file.clone()))]
            }
            Self::ChipSecurityMalformed => vec![Softens(Check::ChipSecurity)],
            Self::PowerDownRequired => vec![Notes(DefectNote::PowerDownRequired)],
            Self::SignerMalformed(_) => vec![Caps(Check::Signer), Softens(Check::Signer)],
            Self::OtherApplication(kind) => vec![Notes(DefectNote::Unknown(*kind))],
            // §7.3.3: with a defect that is not understood the data cannot be verified.
            Self::Unknown(kind) => vec![Caps(Check::SodSignature), Notes(DefectNote::Unknown(*kind))],
        }
    }
}

fn replacement(value: &Node<'_>) -> Result<Certificate, Asn1Error> {
    if value.tag != tag::OCTET_STRING {
        return Err(value.invalid());
    }
    Certificate::parse(value.content).map_err(|_| value.invalid())
}

fn protocols(value: &Node<'_>) -> Result<BTreeSet<DefectCheck>, Asn1Error> {
    use DefectCheck::{ActiveAuthentication as Aa, ChipAuthentication as Ca};
    let cam = DefectCheck::PaceChipAuthenticationMapping;
    Ok(match code(value)? {
        0 => BTreeSet::from([Ca]),
        1 => BTreeSet::from([Aa]),
        2 => BTreeSet::from([Ca, Aa]),
        3 => BTreeSet::from([cam]),
        4 => BTreeSet::from([Ca, cam]),
        5 => BTreeSet::from([Aa, cam]),
        6 => BTreeSet::from([Ca, Aa, cam]),
        _ => return Err(value.invalid()),
    })
}

fn numbers(value: &Node<'_>) -> Result<BTreeSet<u8>, Asn1Error> {
    if value.tag != tag::SET {
        return Err(value.invalid());
    }
    let mut numbers = BTreeSet::new();
    each(value, |node| {
        numbers.insert(data_group(node)?);
        Ok(())
    })?;
    Ok(numbers)
}

/// The number of a data group.
pub(crate) fn data_group(node: &Node<'_>) -> Result<u8, Asn1Error> {
    let number = if node.tag == tag::INTEGER { node.small()? } else { return Err(node.invalid()) };
    u8::try_from(number).ok().filter(|number| (1..=16).contains(number)).ok_or(node.invalid())
}

fn signer_identifier(value: &Node<'_>) -> Result<SignerIdentifier, Asn1Error> {
    let mut alone = Reader::new(value.raw, Rules::Ber);
    let identifier = SignerIdentifier::read(&mut alone)?;
    alone.finish()?;
    Ok(identifier)
}

fn country(value: &Node<'_>) -> Result<String, Asn1Error> {
    const PRINTABLE_STRING: u8 = 0x13;
    let letters = (2..=3).contains(&value.content.len()) && value.content.iter().all(u8::is_ascii_alphabetic);
    if value.tag == PRINTABLE_STRING && letters { text(value) } else { Err(value.invalid()) }
}
