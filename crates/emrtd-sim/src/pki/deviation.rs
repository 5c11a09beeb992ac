//! Departures of real certificates and security objects from ICAO Doc 9303, as data.
//!
//! Each one was met in certificates that states publish or in documents in circulation. An inspection system must
//! know which of them it tolerates; the simulator can issue all of them on purpose.

use serde::{Deserialize, Serialize};

/// One named departure. Those on certificates apply to [`crate::pki::CertificateRequest`], those on the security
/// object to [`crate::issue::build_signed_data`]; each is ignored where it has no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deviation {
    /// Certificate: negative serial number (KZ, AL, MZ).
    NegativeSerial,
    /// Certificate: serial number zero (BE, VA).
    ZeroSerial,
    /// Certificate: serial number of more than 20 octets.
    LongSerial,
    /// Certificate: countryName of issuer and subject in lower case (gb, si, ro, al, ar, ca).
    LowerCaseCountry,
    /// Certificate: countryName of the issuer in lower case and of the subject in upper case (RO, SI).
    IssuerCountryCase,
    /// Certificate: the three letters of the MRZ as countryName (LTU).
    ThreeLetterCountry,
    /// Certificate: no countryName at all (San Marino).
    MissingCountry,
    /// Certificate: no authorityKeyIdentifier.
    MissingAuthorityKeyIdentifier,
    /// Certificate: no subjectKeyIdentifier.
    MissingSubjectKeyIdentifier,
    /// Certificate: no keyUsage.
    MissingKeyUsage,
    /// Certificate: a CA's keyUsage without keyCertSign.
    KeyUsageWithoutCertSign,
    /// Certificate: keyUsage not critical (three newer Danish link certificates).
    NonCriticalKeyUsage,
    /// Certificate: a CA without basicConstraints.
    MissingBasicConstraints,
    /// Certificate: a CA with cA FALSE (LU, TR, IT, PT, CM, UA).
    BasicConstraintsNotCa,
    /// Certificate: basicConstraints not critical.
    NonCriticalBasicConstraints,
    /// Certificate: pathLenConstraint 1 instead of 0.
    PathLengthNotZero,
    /// Certificate: no pathLenConstraint.
    MissingPathLength,
    /// Certificate: no privateKeyUsagePeriod.
    MissingPrivateKeyUsagePeriod,
    /// Certificate: no cRLDistributionPoints.
    MissingCrlDistributionPoint,
    /// Certificate: distribution point as directoryName without URL (DK).
    CrlDistributionPointDirectoryName,
    /// Certificate: no documentTypeList in a document signer.
    MissingDocumentTypeList,
    /// Certificate: documentTypeList does not name the type of the document that is signed.
    WrongDocumentTypeList,
    /// Certificate: an unknown critical extension.
    UnknownCriticalExtension,
    /// Certificate: a critical nameChange extension (LU).
    CriticalNameChange,
    /// Certificate: the signature is wrong by one bit (PT and CI link certificates).
    WrongSignature,
    /// Signature PKCS#1 v1.5: DigestInfo without NULL (ICAO master lists of 2023).
    DigestInfoWithoutNull,
    /// AlgorithmIdentifier of an RSA signature without the NULL parameter.
    RsaAlgorithmWithoutNull,
    /// AlgorithmIdentifier of an ECDSA signature with a NULL parameter.
    EcdsaAlgorithmWithNull,
    /// EF.SOD: eContentType id-data (CN).
    ContentTypeData,
    /// EF.SOD: BER with indefinite length (NZ).
    IndefiniteLength,
    /// EF.SOD: data group hashes not in ascending order (BSI reference set).
    UnorderedHashes,
    /// EF.SOD: the certificate of the document signer is not embedded.
    CertificateAbsent,
    /// EF.SOD: the signer is named by its subject key identifier.
    SignerBySubjectKeyIdentifier,
    /// EF.SOD: SignedData.version 1.
    SignedDataVersion1,
    /// EF.SOD: SignedData.version 4.
    SignedDataVersion4,
    /// EF.SOD: attribute cmsAlgorithmProtection (ID).
    AlgorithmProtection,
    /// EF.SOD: no signingTime.
    MissingSigningTime,
    /// EF.SOD: no signed attributes, the signature covers the content itself.
    MissingSignedAttributes,
    /// EF.SOD: SignerInfo.signatureAlgorithm is rsaEncryption instead of the algorithm with hash.
    SignatureAlgorithmRsaEncryption,
    /// EF.SOD: ldsVersionInfo missing although LDSSecurityObject is v1.
    MissingLdsVersionInfo,
    /// Hostile EF.SOD: one data group hash is wrong by one bit.
    WrongDataGroupHash,
    /// Hostile EF.SOD: the messageDigest attribute is wrong by one bit.
    WrongMessageDigest,
    /// Hostile EF.SOD: the signature is wrong by one bit.
    WrongSodSignature,
}

impl Deviation {
    /// Every departure, in the order of declaration.
    pub const ALL: [Self; 43] = [
        Self::NegativeSerial,
        Self::ZeroSerial,
        Self::LongSerial,
        Self::LowerCaseCountry,
        Self::IssuerCountryCase,
        Self::ThreeLetterCountry,
        Self::MissingCountry,
        Self::MissingAuthorityKeyIdentifier,
        Self::MissingSubjectKeyIdentifier,
        Self::MissingKeyUsage,
        Self::KeyUsageWithoutCertSign,
        Self::NonCriticalKeyUsage,
        Self::MissingBasicConstraints,
        Self::BasicConstraintsNotCa,
        Self::NonCriticalBasicConstraints,
        Self::PathLengthNotZero,
        Self::MissingPathLength,
        Self::MissingPrivateKeyUsagePeriod,
        Self::MissingCrlDistributionPoint,
        Self::CrlDistributionPointDirectoryName,
        Self::MissingDocumentTypeList,
        Self::WrongDocumentTypeList,
        Self::UnknownCriticalExtension,
        Self::CriticalNameChange,
        Self::WrongSignature,
        Self::DigestInfoWithoutNull,
        Self::RsaAlgorithmWithoutNull,
        Self::EcdsaAlgorithmWithNull,
        Self::ContentTypeData,
        Self::IndefiniteLength,
        Self::UnorderedHashes,
        Self::CertificateAbsent,
        Self::SignerBySubjectKeyIdentifier,
        Self::SignedDataVersion1,
        Self::SignedDataVersion4,
        Self::AlgorithmProtection,
        Self::MissingSigningTime,
        Self::MissingSignedAttributes,
        Self::SignatureAlgorithmRsaEncryption,
        Self::MissingLdsVersionInfo,
        Self::WrongDataGroupHash,
        Self::WrongMessageDigest,
        Self::WrongSodSignature,
    ];
}
