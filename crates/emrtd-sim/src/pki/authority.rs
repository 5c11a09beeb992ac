//! A country signing CA through its generations, its document signers and its revocation list
//! (ICAO Doc 9303-12 §4, §5, §7.1.4).

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use rand_core::CryptoRng;

use super::certificate::{
    AUTHORITY_KEY_IDENTIFIER, CertificateRequest, IssuedCertificate, Role, authority_key_identifier,
    extension, key_identifier,
};
use super::{Deviation, DistinguishedName, PkiError, SignatureSpec, SigningKey};
use crate::asn1;

/// Years in which a CSCA key signs.
const CSCA_KEY_YEARS: i64 = 4;
/// Months in which a document signer's key signs.
const SIGNER_KEY_MONTHS: i64 = 3;
const CRL_NUMBER: &str = "2.5.29.20";
const REASON_CODE: &str = "2.5.29.21";

/// The state whose CA it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Two letters for countryName.
    pub country: String,
    /// Letters of the MRZ without fillers.
    pub code: String,
    /// Years for which the longest-lived document is valid.
    pub document_years: u8,
}

/// One generation of a country signing CA.
#[derive(Debug, Clone)]
pub struct Csca {
    state: State,
    name: DistinguishedName,
    key: Arc<SigningKey>,
    scheme: SignatureSpec,
    certificate: IssuedCertificate,
}

/// The key and scheme of a new generation.
#[derive(Debug, Clone)]
pub struct CscaKey {
    /// The private key.
    pub key: Arc<SigningKey>,
    /// The scheme in which it signs everything.
    pub scheme: SignatureSpec,
}

/// A document signer with its certificate.
#[derive(Debug, Clone)]
pub struct DocumentSigner {
    /// The private key.
    pub key: Arc<SigningKey>,
    /// The certificate.
    pub certificate: IssuedCertificate,
}

/// A revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Serial number as an INTEGER, DER, as [`IssuedCertificate::serial`] has it.
    pub serial: Vec<u8>,
    /// When it was revoked, UTC.
    pub revoked_at: DateTime,
    /// CRLReason (RFC 5280 §5.3.1), 1 for a compromised key; Doc 9303-12 §7.1.4 leaves it out.
    pub reason: Option<u8>,
}

impl Csca {
    /// Founds a CA whose key signs from `from` for four years.
    pub fn establish(
        state: State,
        key: CscaKey,
        from: Date,
        deviations: &[Deviation],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, PkiError> {
        let name = DistinguishedName {
            country: state.country.clone(),
            organisation: "Specimen Travel Documents".to_owned(),
            unit: None,
            common_name: format!("CSCA {} SPECIMEN", state.code),
            serial_number: None,
        };
        Self::self_sign(state, name, key, from, deviations, rng)
    }

    fn self_sign(
        state: State,
        name: DistinguishedName,
        key: CscaKey,
        from: Date,
        deviations: &[Deviation],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Self, PkiError> {
        let dates = csca_dates(&state, from)?;
        let request = CertificateRequest {
            role: Role::Csca,
            issuer: &name,
            subject: &name,
            state: &state.code,
            subject_key: &key.key,
            not_before: dates.from,
            not_after: dates.until,
            key_usage_until: dates.key_until,
            deviations,
        };
        let certificate = request.sign(&key.key, key.scheme, rng)?;
        Ok(Self { state, name, key: key.key, scheme: key.scheme, certificate })
    }

    /// The next generation and the link certificate from this one to it. By default both generations share the name,
    /// as those of most states do; `new_name` is a new commonName. The new key may be of another type.
    pub fn renew(
        &self,
        key: CscaKey,
        from: Date,
        new_name: Option<&str>,
        deviations: &[Deviation],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(Self, IssuedCertificate), PkiError> {
        let mut name = self.name.clone();
        if let Some(common_name) = new_name {
            common_name.clone_into(&mut name.common_name);
        }
        let next = Self::self_sign(self.state.clone(), name, key, from, &[], rng)?;
        let dates = csca_dates(&self.state, from)?;
        let request = CertificateRequest {
            role: Role::Link { name_change: new_name.is_some() },
            issuer: &self.name,
            subject: &next.name,
            state: &self.state.code,
            subject_key: &next.key,
            not_before: dates.from,
            not_after: dates.until,
            key_usage_until: dates.key_until,
            deviations,
        };
        let link = request.sign(&self.key, self.scheme, rng)?;
        Ok((next, link))
    }

    /// Certifies a document signer whose key signs from `from` for three months.
    pub fn certify_document_signer(
        &self,
        key: Arc<SigningKey>,
        document_types: &[String],
        from: Date,
        deviations: &[Deviation],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<DocumentSigner, PkiError> {
        let role = Role::DocumentSigner { document_types: document_types.to_vec() };
        self.certify_signer(role, "Document Signer", key, from, deviations, rng)
    }

    /// Certifies a signer of master lists.
    pub fn certify_master_list_signer(
        &self,
        key: Arc<SigningKey>,
        from: Date,
        deviations: &[Deviation],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<DocumentSigner, PkiError> {
        self.certify_signer(Role::MasterListSigner, "Master List Signer", key, from, deviations, rng)
    }

    /// Certifies a signer of other lists: of deviations (Doc 9303-12 §10.2) or defects (TR-03129-2 §7.2).
    pub fn certify_list_signer(
        &self,
        usage: ObjectIdentifier,
        key: Arc<SigningKey>,
        from: Date,
        deviations: &[Deviation],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<DocumentSigner, PkiError> {
        self.certify_signer(Role::ListSigner(usage), "List Signer", key, from, deviations, rng)
    }

    fn certify_signer(
        &self,
        role: Role,
        name: &str,
        key: Arc<SigningKey>,
        from: Date,
        deviations: &[Deviation],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<DocumentSigner, PkiError> {
        let mut number = [0; 4];
        rng.fill_bytes(&mut number);
        let subject = DistinguishedName {
            common_name: format!("{name} {}", hex::encode_upper(number)),
            ..self.name.clone()
        };
        let not_before = from.at(0, 0, 0, 0);
        let key_usage_until = later(not_before, 0, SIGNER_KEY_MONTHS)?;
        let request = CertificateRequest {
            role,
            issuer: &self.name,
            subject: &subject,
            state: &self.state.code,
            subject_key: &key,
            not_before,
            not_after: later(key_usage_until, i64::from(self.state.document_years), 0)?,
            key_usage_until,
            deviations,
        };
        let certificate = request.sign(&self.key, self.scheme, rng)?;
        Ok(DocumentSigner { key, certificate })
    }

    /// A certificate revocation list (RFC 5280 §5, Doc 9303-12 §7.1.4), DER. Times are UTC.
    pub fn revocation_list(
        &self,
        number: u64,
        this_update: DateTime,
        next_update: DateTime,
        revocations: &[Revocation],
        deviations: &[Deviation],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Vec<u8>, PkiError> {
        let algorithm = self.scheme.identifier(deviations);
        let entries: Vec<Vec<u8>> = revocations.iter().map(Revocation::to_der).collect();
        let entries = if entries.is_empty() { Vec::new() } else { asn1::sequence(entries) };
        let identifier = key_identifier(&self.key)?;
        let extensions = asn1::sequence([
            extension(AUTHORITY_KEY_IDENTIFIER, false, &authority_key_identifier(&identifier)),
            extension(CRL_NUMBER, false, &asn1::small(number)),
        ]);
        let body = asn1::sequence([
            asn1::small(1),
            algorithm.clone(),
            self.name.to_der(),
            asn1::time(this_update),
            asn1::time(next_update),
            entries,
            asn1::explicit(0, &extensions),
        ]);
        let signature = self.key.sign(self.scheme, deviations, &body, rng)?;
        Ok(asn1::sequence([body, algorithm, asn1::bit_string(&signature)]))
    }

    /// The self-signed certificate.
    pub fn certificate(&self) -> &IssuedCertificate {
        &self.certificate
    }

    /// The CA's name.
    pub fn name(&self) -> &DistinguishedName {
        &self.name
    }

    /// The private key.
    pub fn key(&self) -> &Arc<SigningKey> {
        &self.key
    }
}

impl Revocation {
    fn to_der(&self) -> Vec<u8> {
        let extensions = self.reason.map_or_else(Vec::new, |reason| {
            let code = asn1::tlv(&[0x0A], &[reason]);
            asn1::sequence([extension(REASON_CODE, false, &code)])
        });
        asn1::sequence([self.serial.clone(), asn1::time(self.revoked_at), extensions])
    }
}

struct CscaDates {
    from: DateTime,
    key_until: DateTime,
    until: DateTime,
}

/// A CSCA certificate outlives the last document signed below it (Doc 9303-12 §4.2, table 1).
fn csca_dates(state: &State, from: Date) -> Result<CscaDates, PkiError> {
    let from = from.at(0, 0, 0, 0);
    let key_until = later(from, CSCA_KEY_YEARS, 0)?;
    let until = later(key_until, i64::from(state.document_years), SIGNER_KEY_MONTHS)?;
    Ok(CscaDates { from, key_until, until })
}

fn later(moment: DateTime, years: i64, months: i64) -> Result<DateTime, PkiError> {
    Ok(moment.checked_add(years.years().months(months))?)
}
