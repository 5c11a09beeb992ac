//! Extensions of certificates (RFC 5280 §4.2, Doc 9303-12 §7.1.1).
//!
//! An extension that is understood is decoded at once, and one that cannot be decoded spoils the certificate: a broken
//! keyUsage must not count as none. Addresses are text to show; nothing here opens one.

use const_oid::ObjectIdentifier;
use jiff::Timestamp;

use crate::asn1::{Asn1Error, Node, Rules, single, tag};
use crate::name::Name;
use crate::{oid, time};

/// Most extensions of a certificate or a revocation list.
const MAX_EXTENSIONS: usize = 64;
/// Most names, usages or document types in one extension.
const MAX_VALUES: usize = 128;

/// One extension as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Which.
    pub id: ObjectIdentifier,
    /// Whether it must be understood.
    pub critical: bool,
    /// The content of extnValue.
    pub value: Vec<u8>,
}

/// authorityKeyIdentifier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthorityKeyIdentifier {
    /// keyIdentifier.
    pub key_identifier: Option<Vec<u8>>,
    /// Whether it has authorityCertIssuer or authorityCertSerialNumber, too.
    pub names_certificate: bool,
}

/// keyUsage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    const DIGITAL_SIGNATURE: u16 = 1 << 15;
    const KEY_CERT_SIGN: u16 = 1 << 10;
    const CRL_SIGN: u16 = 1 << 9;

    /// digitalSignature.
    pub const fn digital_signature(self) -> bool {
        self.0 & Self::DIGITAL_SIGNATURE != 0
    }

    /// keyCertSign.
    pub const fn key_cert_sign(self) -> bool {
        self.0 & Self::KEY_CERT_SIGN != 0
    }

    /// cRLSign.
    pub const fn crl_sign(self) -> bool {
        self.0 & Self::CRL_SIGN != 0
    }

    /// Whether it allows more than a CSCA should: keyCertSign and cRLSign.
    pub(crate) const fn exceeds_authority(self) -> bool {
        self.0 & !(Self::KEY_CERT_SIGN | Self::CRL_SIGN) != 0
    }

    /// Whether it allows more than a document signer should: digitalSignature.
    pub(crate) const fn exceeds_signer(self) -> bool {
        self.0 & !Self::DIGITAL_SIGNATURE != 0
    }
}

/// basicConstraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BasicConstraints {
    /// cA.
    pub ca: bool,
    /// pathLenConstraint.
    pub path_length: Option<u64>,
}

/// privateKeyUsagePeriod: when the key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivateKeyUsagePeriod {
    /// notBefore.
    pub not_before: Option<Timestamp>,
    /// notAfter.
    pub not_after: Option<Timestamp>,
}

/// cRLDistributionPoints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CrlDistributionPoints {
    /// Addresses as text. They are never opened.
    pub addresses: Vec<String>,
    /// Whether there are names of another kind (the Danish ones are a directoryName).
    pub other_names: bool,
}

/// One name of subjectAltName or issuerAltName.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlternativeName {
    /// rfc822Name.
    Mail(String),
    /// dNSName.
    Host(String),
    /// uniformResourceIdentifier.
    Address(String),
    /// directoryName; its localityName are the letters of the state in the machine readable zone.
    Directory(Name),
    /// Another kind, by its tag.
    Other(u8),
}

/// documentTypeList (Doc 9303-12 §7.1.1.6): document codes such as `P` or `ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTypes(pub Vec<String>);

/// All extensions of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    pub(crate) list: Vec<Extension>,
    pub(crate) repeated: bool,
    /// A BOOLEAN is TRUE in a form that DER does not know.
    pub(crate) loose_boolean: bool,
    /// authorityKeyIdentifier.
    pub authority_key_identifier: Option<AuthorityKeyIdentifier>,
    /// subjectKeyIdentifier.
    pub subject_key_identifier: Option<Vec<u8>>,
    /// keyUsage.
    pub key_usage: Option<KeyUsage>,
    /// basicConstraints.
    pub basic_constraints: Option<BasicConstraints>,
    /// extKeyUsage.
    pub extended_key_usage: Option<Vec<ObjectIdentifier>>,
    /// privateKeyUsagePeriod.
    pub private_key_usage_period: Option<PrivateKeyUsagePeriod>,
    /// cRLDistributionPoints.
    pub crl_distribution_points: Option<CrlDistributionPoints>,
    /// subjectAltName.
    pub subject_alternative_name: Option<Vec<AlternativeName>>,
    /// issuerAltName.
    pub issuer_alternative_name: Option<Vec<AlternativeName>>,
    /// documentTypeList.
    pub document_types: Option<DocumentTypes>,
    /// nameChange (Doc 9303-12 §7.1.1.5): the CSCA's name changed with this link certificate.
    pub name_change: bool,
}

/// A list of extensions as received.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) list: Vec<Extension>,
    /// Whether one stands there twice.
    pub(crate) repeated: bool,
    /// Whether a BOOLEAN is not DER.
    pub(crate) loose_boolean: bool,
}

/// Reads an `Extensions`.
pub(crate) fn read_list(extensions: &Node<'_>) -> Result<Listed, Asn1Error> {
    let Listed { mut list, mut repeated, mut loose_boolean } = Listed::default();
    let mut inside = extensions.children();
    while inside.peek().is_some() {
        let node = inside.expect(tag::SEQUENCE)?;
        let mut parts = node.children();
        let id = parts.expect(tag::OID)?.oid()?;
        // FALSE is the default and must be left out in DER; several states write it.
        let flag = parts.optional(tag::BOOLEAN)?.map(|node| node.boolean()).transpose()?;
        let (critical, strict) = flag.unwrap_or((false, true));
        loose_boolean |= !strict;
        let value = parts.expect(tag::OCTET_STRING)?.content.to_vec();
        parts.finish()?;
        if list.len() == MAX_EXTENSIONS {
            return Err(Asn1Error::Limit { at: node.at });
        }
        repeated |= list.iter().any(|known| known.id == id);
        list.push(Extension { id, critical, value });
    }
    Ok(Listed { list, repeated, loose_boolean })
}

impl Extensions {
    /// Reads an `Extensions`. An extension that is broken is named beside what is broken in it; positions then count
    /// from the start of its value.
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, (Option<ObjectIdentifier>, Asn1Error)> {
        let Listed { list, repeated, loose_boolean } = read_list(node).map_err(|problem| (None, problem))?;
        let mut read = Self { repeated, loose_boolean, ..Self::default() };
        for extension in &list {
            read.decode(extension).map_err(|problem| (Some(extension.id), problem))?;
        }
        read.list = list;
        Ok(read)
    }

    /// All as received, in order.
    pub fn all(&self) -> &[Extension] {
        &self.list
    }

    /// The first with this identifier.
    pub fn get(&self, id: ObjectIdentifier) -> Option<&Extension> {
        self.list.iter().find(|extension| extension.id == id)
    }

    /// Those that must be understood and are not.
    pub fn unknown_critical(&self) -> impl Iterator<Item = &Extension> {
        const UNDERSTOOD: [ObjectIdentifier; 12] = [
            oid::SUBJECT_KEY_IDENTIFIER,
            oid::KEY_USAGE,
            oid::PRIVATE_KEY_USAGE_PERIOD,
            oid::SUBJECT_ALTERNATIVE_NAME,
            oid::ISSUER_ALTERNATIVE_NAME,
            oid::BASIC_CONSTRAINTS,
            oid::CRL_DISTRIBUTION_POINTS,
            oid::CERTIFICATE_POLICIES,
            oid::AUTHORITY_KEY_IDENTIFIER,
            oid::EXTENDED_KEY_USAGE,
            oid::NAME_CHANGE,
            oid::DOCUMENT_TYPE_LIST,
        ];
        self.list.iter().filter(|extension| extension.critical && !UNDERSTOOD.contains(&extension.id))
    }

    fn decode(&mut self, extension: &Extension) -> Result<(), Asn1Error> {
        let whole = |tag| single(&extension.value, tag, Rules::Der);
        match extension.id {
            oid::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = Some(authority_key_identifier(&whole(tag::SEQUENCE)?)?);
            }
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_identifier = Some(whole(tag::OCTET_STRING)?.content.to_vec());
            }
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage(whole(tag::BIT_STRING)?.named_bits()?)),
            oid::BASIC_CONSTRAINTS => {
                let (constraints, strict) = basic_constraints(&whole(tag::SEQUENCE)?)?;
                self.basic_constraints = Some(constraints);
                self.loose_boolean |= !strict;
            }
            oid::EXTENDED_KEY_USAGE => {
                let usages = values(&whole(tag::SEQUENCE)?, |node| match node.tag {
                    tag::OID => node.oid(),
                    _ => Err(node.invalid()),
                })?;
                self.extended_key_usage = Some(usages);
            }
            oid::PRIVATE_KEY_USAGE_PERIOD => {
                self.private_key_usage_period = Some(usage_period(&whole(tag::SEQUENCE)?)?);
            }
            oid::CRL_DISTRIBUTION_POINTS => {
                self.crl_distribution_points = Some(distribution_points(&whole(tag::SEQUENCE)?)?);
            }
            oid::SUBJECT_ALTERNATIVE_NAME => {
                self.subject_alternative_name = Some(values(&whole(tag::SEQUENCE)?, general_name)?);
            }
            oid::ISSUER_ALTERNATIVE_NAME => {
                self.issuer_alternative_name = Some(values(&whole(tag::SEQUENCE)?, general_name)?);
            }
            oid::DOCUMENT_TYPE_LIST => self.document_types = Some(document_types(&whole(tag::SEQUENCE)?)?),
            oid::NAME_CHANGE => self.name_change = true,
            _ => {}
        }
        Ok(())
    }
}

/// The values inside, at most [`MAX_VALUES`].
fn values<T>(node: &Node<'_>, read: impl Fn(&Node<'_>) -> Result<T, Asn1Error>) -> Result<Vec<T>, Asn1Error> {
    let mut found = Vec::new();
    let mut inside = node.children();
    while let Some(value) = inside.next()? {
        if found.len() == MAX_VALUES {
            return Err(Asn1Error::Limit { at: value.at });
        }
        found.push(read(&value)?);
    }
    Ok(found)
}

pub(crate) fn authority_key_identifier(node: &Node<'_>) -> Result<AuthorityKeyIdentifier, Asn1Error> {
    let mut parts = node.children();
    let key_identifier = parts.optional(0x80)?.map(|node| node.content.to_vec());
    let issuer = parts.optional(0xA1)?;
    let serial = parts.optional(0x82)?;
    parts.finish()?;
    Ok(AuthorityKeyIdentifier { key_identifier, names_certificate: issuer.is_some() || serial.is_some() })
}

/// Also, whether cA is DER.
fn basic_constraints(node: &Node<'_>) -> Result<(BasicConstraints, bool), Asn1Error> {
    let mut parts = node.children();
    let flag = parts.optional(tag::BOOLEAN)?.map(|node| node.boolean()).transpose()?;
    let (ca, strict) = flag.unwrap_or((false, true));
    let path_length = parts.optional(tag::INTEGER)?.map(|node| node.small()).transpose()?;
    parts.finish()?;
    Ok((BasicConstraints { ca, path_length }, strict))
}

fn usage_period(node: &Node<'_>) -> Result<PrivateKeyUsagePeriod, Asn1Error> {
    let mut parts = node.children();
    let read = |node: Option<Node<'_>>| node.map(|node| time::read_generalized(&node)).transpose();
    let not_before = read(parts.optional(0x80)?)?;
    let not_after = read(parts.optional(0x81)?)?;
    parts.finish()?;
    Ok(PrivateKeyUsagePeriod { not_before, not_after })
}

fn distribution_points(node: &Node<'_>) -> Result<CrlDistributionPoints, Asn1Error> {
    let mut read = CrlDistributionPoints::default();
    for names in values(node, |point| {
        let Some(name) = point.children().optional(0xA0)? else { return Ok(Vec::new()) };
        match name.children().next()? {
            Some(full) if full.tag == 0xA0 => values(&full, general_name),
            _ => Ok(vec![AlternativeName::Other(0xA1)]),
        }
    })? {
        for name in names {
            match name {
                AlternativeName::Address(address) if read.addresses.len() < MAX_VALUES => {
                    read.addresses.push(address);
                }
                _ => read.other_names = true,
            }
        }
    }
    Ok(read)
}

fn general_name(node: &Node<'_>) -> Result<AlternativeName, Asn1Error> {
    let text = || node.content.iter().copied().map(char::from).collect();
    Ok(match node.tag {
        0x81 => AlternativeName::Mail(text()),
        0x82 => AlternativeName::Host(text()),
        0x86 => AlternativeName::Address(text()),
        0xA4 => AlternativeName::Directory(Name::read(&node.only(tag::SEQUENCE)?)?),
        other => AlternativeName::Other(other),
    })
}

fn document_types(node: &Node<'_>) -> Result<DocumentTypes, Asn1Error> {
    let mut parts = node.children();
    if parts.expect(tag::INTEGER)?.small()? != 0 {
        return Err(node.invalid());
    }
    let set = parts.expect(tag::SET)?;
    parts.finish()?;
    let types = values(&set, |kind| match String::from_utf8(kind.content.to_vec()) {
        Ok(text) if text.is_ascii() => Ok(text),
        _ => Err(kind.invalid()),
    })?;
    Ok(DocumentTypes(types))
}
