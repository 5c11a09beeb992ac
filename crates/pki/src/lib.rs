//! The public key infrastructure of travel documents (ICAO Doc 9303-12, RFC 5280), as states really run it.
//!
//! [`Certificate`] and [`Crl`] keep the bytes they were read from, and a signature is checked over exactly those. What
//! departs from the profile is a [`Deviation`]: a row of a table ([`DeviationTable`]) with a reason, which says whether
//! it is tolerated and can be changed. No function here answers with a bool what a caller could take for trust.
//!
//! There is no network and no clock, and no file but in the [`TrustStore`]: no address found in a certificate is ever opened, and the time of the
//! check is an argument.
//!
//! What it does not protect against: a signature that verifies says that the holder of a key signed, not that the key
//! is a state's. That follows only from a path to an anchor which was obtained out of band ([`Anchors::find_path`]).

mod algorithm;
mod anchors;
mod asn1;
mod certificate;
mod cms;
mod crl;
mod defect;
mod defect_list;
mod deviation;
mod deviation_list;
mod extension;
mod key;
mod ldif;
mod links;
mod master_list;
mod name;
mod oid;
mod path;
mod profile;
mod rsa;
mod serial;
mod signature;
mod store;
mod time;

pub use algorithm::{AlgorithmProblem, HashAlgorithm, PssParameters, SignatureAlgorithm};
pub use anchors::{Anchors, CrlRefused};
pub use asn1::Asn1Error;
pub use certificate::{Certificate, CertificateError, IssuanceError, Validity};
pub use cms::{CmsError, SignedData, SignerChecks, SignerError, SignerIdentifier, SignerInfo};
pub use crl::{Crl, CrlError, CrlFreshness, CrlNumber, CrlStatus, MAX_CRL_AGE_DAYS, RevokedCertificate};
pub use defect::{
    Correction, DefectCheck, DefectEffect, DefectEffects, DefectNote, DefectOverride, DefectScope,
    DefectSubject, KnownDefects,
};
pub use defect_list::{Defect, DefectList, DefectListError, KnownDefect};
pub use deviation::{Deviation, DeviationRule, DeviationTable, DeviationTableError, Deviations, Judgement};
pub use deviation_list::{DeviationList, DocumentDeviation};
pub use extension::{
    AlternativeName, AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, DocumentTypes,
    Extension, Extensions, KeyUsage, PrivateKeyUsagePeriod,
};
pub use key::{
    EcPublicKey, MAX_EXPONENT_BITS, MAX_MODULUS_BITS, MIN_MODULUS_BITS, ParameterForm, PublicKey,
    RsaPublicKey, UnsupportedKey,
};
pub use ldif::{BrokenValue, LdifError, objects as file_objects};
pub use master_list::{MasterList, MasterListError, MasterListSigner, MasterListSignerError};
pub use name::{Attribute, Name};
pub use path::{DocumentTypeCheck, PathFound, PathProblem, PathValidity, Revocation};
pub use profile::Role;
pub use serial::SerialNumber;
pub use signature::{SignatureError, Verified, Weakness, verify};
pub use store::{
    Coverage, DefectEntry, DropReason, Dropped, Entry, Fingerprint, FingerprintError, Generation, Import,
    Imported, ListEntry, Manifest, Place, Reach, Report, Source, Standing, StateCoverage, StoreError,
    Summary, TrustStore,
};
