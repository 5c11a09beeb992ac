//! Certificates of the issuing PKI by the profile of ICAO Doc 9303-12 §7.1, and on wish with departures from it.

use const_oid::ObjectIdentifier;
use jiff::civil::DateTime;
use rand_core::CryptoRng;
use sha1::{Digest, Sha1};

use super::name::{NameRole, locality};
use super::{Deviation, DistinguishedName, PkiError, SignatureSpec, SigningKey};
use crate::asn1;

const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
const KEY_USAGE: &str = "2.5.29.15";
const PRIVATE_KEY_USAGE_PERIOD: &str = "2.5.29.16";
const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
const ISSUER_ALTERNATIVE_NAME: &str = "2.5.29.18";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub(super) const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
const NAME_CHANGE: &str = "2.23.136.1.1.6.1";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const MASTER_LIST_SIGNER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.3");
const DOCUMENT_TYPE_LIST: &str = "2.23.136.1.1.6.2";
/// In an arc that nobody assigned to travel documents.
const UNKNOWN_EXTENSION: &str = "2.25.4660";

/// What the certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Self-signed country signing CA.
    Csca,
    /// A new CSCA key signed by the old one; `name_change` tells that the subject's name is new.
    Link {
        /// Whether the nameChange extension is written.
        name_change: bool,
    },
    /// Document signer.
    DocumentSigner {
        /// Document codes of the MRZ (`P`, `ID`) for documentTypeList.
        document_types: Vec<String>,
    },
    /// Signer of a master list (Doc 9303-12 §7.1.2).
    MasterListSigner,
    /// Signer of another list, with its extended key usage.
    ListSigner(ObjectIdentifier),
}

/// The fields of a certificate before it is signed. Times are UTC.
#[derive(Debug)]
pub struct CertificateRequest<'a> {
    /// What it is for.
    pub role: Role,
    /// Name of the signer.
    pub issuer: &'a DistinguishedName,
    /// Name of the key's owner.
    pub subject: &'a DistinguishedName,
    /// Letters of the MRZ for both alternative names.
    pub state: &'a str,
    /// The certified key.
    pub subject_key: &'a SigningKey,
    /// Start of validity.
    pub not_before: DateTime,
    /// End of validity.
    pub not_after: DateTime,
    /// End of the private key's use.
    pub key_usage_until: DateTime,
    /// Departures.
    pub deviations: &'a [Deviation],
}

/// A certificate and what others must know of it to refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// The issuer's Name as written in it, DER.
    pub issuer: Vec<u8>,
    /// The serial number as an INTEGER, DER.
    pub serial: Vec<u8>,
    /// The subject key identifier (of the key, also where the extension is left out).
    pub subject_key_identifier: Vec<u8>,
}

/// The key identifier of RFC 5280 §4.2.1.2 method 1: SHA-1 of the subjectPublicKey.
pub(super) fn key_identifier(key: &SigningKey) -> Result<Vec<u8>, PkiError> {
    use der::Decode;
    let info = key.public_key_info()?;
    let parsed = x509_cert::spki::SubjectPublicKeyInfoRef::from_der(&info).map_err(PkiError::Encoding)?;
    Ok(Sha1::digest(parsed.subject_public_key.raw_bytes()).to_vec())
}

impl CertificateRequest<'_> {
    fn departs(&self, deviation: Deviation) -> bool {
        self.deviations.contains(&deviation)
    }

    fn is_ca(&self) -> bool {
        matches!(self.role, Role::Csca | Role::Link { .. })
    }

    /// Writes the certificate and signs it with the issuer's key.
    pub fn sign(
        &self,
        issuer_key: &SigningKey,
        scheme: SignatureSpec,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<IssuedCertificate, PkiError> {
        let serial = self.serial(rng);
        let issuer = self.issuer.to_der_with(NameRole::Issuer, self.state, self.deviations);
        let subject = self.subject.to_der_with(NameRole::Subject, self.state, self.deviations);
        let subject_key_identifier = key_identifier(self.subject_key)?;
        let extensions = self.extensions(&subject_key_identifier, &key_identifier(issuer_key)?);
        let algorithm = scheme.identifier(self.deviations);
        let body = asn1::sequence([
            asn1::explicit(0, &asn1::small(2)),
            serial.clone(),
            algorithm.clone(),
            issuer.clone(),
            asn1::sequence([asn1::time(self.not_before), asn1::time(self.not_after)]),
            subject,
            self.subject_key.public_key_info()?,
            asn1::explicit(3, &asn1::sequence(extensions)),
        ]);
        let mut signature = issuer_key.sign(scheme, self.deviations, &body, rng)?;
        if self.departs(Deviation::WrongSignature) {
            flip_last_bit(&mut signature);
        }
        let der = asn1::sequence([body, algorithm, asn1::bit_string(&signature)]);
        Ok(IssuedCertificate { der, issuer, serial, subject_key_identifier })
    }

    /// A random positive number of 16 octets, unless a departure asks for another.
    fn serial(&self, rng: &mut (impl CryptoRng + ?Sized)) -> Vec<u8> {
        let mut bytes = [0; 24];
        rng.fill_bytes(&mut bytes);
        bytes[0] = (bytes[0] & 0x7F) | 0x40;
        if self.departs(Deviation::NegativeSerial) {
            bytes[0] |= 0x80;
            asn1::raw_integer(&bytes[..8])
        } else if self.departs(Deviation::ZeroSerial) {
            asn1::small(0)
        } else if self.departs(Deviation::LongSerial) {
            asn1::raw_integer(&bytes)
        } else {
            asn1::raw_integer(&bytes[..16])
        }
    }

    fn extensions(&self, subject_key: &[u8], issuer_key: &[u8]) -> Vec<Vec<u8>> {
        use Deviation as D;
        let mut list = Vec::new();
        let mut add = |unless: D, id: &str, critical: bool, value: Vec<u8>| {
            if !self.departs(unless) {
                list.push(extension(id, critical, &value));
            }
        };
        add(
            D::MissingAuthorityKeyIdentifier,
            AUTHORITY_KEY_IDENTIFIER,
            false,
            authority_key_identifier(issuer_key),
        );
        add(D::MissingSubjectKeyIdentifier, SUBJECT_KEY_IDENTIFIER, false, asn1::octet_string(subject_key));
        add(D::MissingKeyUsage, KEY_USAGE, !self.departs(D::NonCriticalKeyUsage), self.key_usage());
        add(
            D::MissingPrivateKeyUsagePeriod,
            PRIVATE_KEY_USAGE_PERIOD,
            false,
            asn1::sequence([
                asn1::implicit(0, asn1::generalized_text(self.not_before).as_bytes()),
                asn1::implicit(1, asn1::generalized_text(self.key_usage_until).as_bytes()),
            ]),
        );
        let alternative = alternative_names(self.state, &self.issuer.country);
        list.push(extension(SUBJECT_ALTERNATIVE_NAME, false, &alternative));
        list.push(extension(ISSUER_ALTERNATIVE_NAME, false, &alternative));
        if self.is_ca() && !self.departs(D::MissingBasicConstraints) {
            let critical = !self.departs(D::NonCriticalBasicConstraints);
            list.push(extension(BASIC_CONSTRAINTS, critical, &self.basic_constraints()));
        }
        if !self.departs(D::MissingCrlDistributionPoint) {
            list.push(extension(CRL_DISTRIBUTION_POINTS, false, &self.distribution_points()));
        }
        match &self.role {
            Role::DocumentSigner { document_types } if !self.departs(D::MissingDocumentTypeList) => {
                list.push(extension(DOCUMENT_TYPE_LIST, false, &self.document_type_list(document_types)));
            }
            Role::MasterListSigner => {
                let usage = asn1::sequence([asn1::oid(MASTER_LIST_SIGNER)]);
                list.push(extension(EXTENDED_KEY_USAGE, true, &usage));
            }
            Role::ListSigner(usage) => {
                list.push(extension(EXTENDED_KEY_USAGE, true, &asn1::sequence([asn1::oid(*usage)])));
            }
            Role::Link { name_change: true } => {
                list.push(extension(NAME_CHANGE, self.departs(D::CriticalNameChange), &asn1::null()));
            }
            _ if self.departs(D::CriticalNameChange) => {
                list.push(extension(NAME_CHANGE, true, &asn1::null()));
            }
            _ => {}
        }
        if self.departs(D::UnknownCriticalExtension) {
            list.push(extension(UNKNOWN_EXTENSION, true, &asn1::null()));
        }
        list
    }

    fn key_usage(&self) -> Vec<u8> {
        const DIGITAL_SIGNATURE: u8 = 0;
        const KEY_CERT_SIGN: u8 = 5;
        const CRL_SIGN: u8 = 6;
        match self.role {
            Role::DocumentSigner { .. } | Role::MasterListSigner | Role::ListSigner(_) => {
                asn1::named_bits(&[DIGITAL_SIGNATURE])
            }
            _ if self.departs(Deviation::KeyUsageWithoutCertSign) => asn1::named_bits(&[CRL_SIGN]),
            _ => asn1::named_bits(&[KEY_CERT_SIGN, CRL_SIGN]),
        }
    }

    fn basic_constraints(&self) -> Vec<u8> {
        if self.departs(Deviation::BasicConstraintsNotCa) {
            return asn1::sequence::<[Vec<u8>; 0]>([]);
        }
        let path_length = if self.departs(Deviation::MissingPathLength) {
            Vec::new()
        } else {
            asn1::small(u64::from(self.departs(Deviation::PathLengthNotZero)))
        };
        asn1::sequence([asn1::boolean(true), path_length])
    }

    fn distribution_points(&self) -> Vec<u8> {
        let name = if self.departs(Deviation::CrlDistributionPointDirectoryName) {
            asn1::explicit(4, &self.issuer.to_der())
        } else {
            let address = format!("http://csca.specimen.invalid/{}.crl", self.issuer.country.to_lowercase());
            asn1::implicit(6, address.as_bytes())
        };
        let full_name = asn1::explicit(0, &name);
        asn1::sequence([asn1::sequence([asn1::explicit(0, &full_name)])])
    }

    /// DocumentTypeListSyntax of Doc 9303-12 §7.1.1.6.
    fn document_type_list(&self, document_types: &[String]) -> Vec<u8> {
        let types = if self.departs(Deviation::WrongDocumentTypeList) {
            vec![asn1::printable("AC")]
        } else {
            document_types.iter().map(|kind| asn1::printable(kind)).collect()
        };
        asn1::sequence([asn1::small(0), asn1::set_of(types)])
    }
}

/// One Extension (RFC 5280 §4.1); critical FALSE is the default and left out.
pub(super) fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let id = ObjectIdentifier::new(id).map(asn1::oid).unwrap_or_default();
    let critical = if critical { asn1::boolean(true) } else { Vec::new() };
    asn1::sequence([id, critical, asn1::octet_string(value)])
}

/// AuthorityKeyIdentifier with the key identifier only.
pub(super) fn authority_key_identifier(identifier: &[u8]) -> Vec<u8> {
    asn1::sequence([asn1::implicit(0, identifier)])
}

/// GeneralNames with a mail address for contact and the letters of the MRZ as locality.
fn alternative_names(state: &str, country: &str) -> Vec<u8> {
    let contact = format!("csca-{}@specimen.invalid", country.to_lowercase());
    asn1::sequence([asn1::implicit(1, contact.as_bytes()), asn1::explicit(4, &locality(state))])
}

/// Spoils a signature so that it cannot verify but keeps its form.
pub(crate) fn flip_last_bit(signature: &mut [u8]) {
    if let Some(last) = signature.last_mut() {
        *last ^= 1;
    }
}
