//! Object identifiers of certificates, revocation lists and signatures (RFC 5280, RFC 4055, RFC 5758, Doc 9303-12 §7.1).

use const_oid::ObjectIdentifier as Oid;

const fn oid(text: &str) -> Oid {
    Oid::new_unwrap(text)
}

// Keys.
pub(crate) const RSA_ENCRYPTION: Oid = oid("1.2.840.113549.1.1.1");
pub(crate) const EC_PUBLIC_KEY: Oid = oid("1.2.840.10045.2.1");
pub(crate) const PRIME_FIELD: Oid = oid("1.2.840.10045.1.1");

// Signatures.
pub(crate) const RSASSA_PSS: Oid = oid("1.2.840.113549.1.1.10");
pub(crate) const MGF1: Oid = oid("1.2.840.113549.1.1.8");
/// md2WithRSAEncryption, md4…, md5…: refused by name.
pub(crate) const BROKEN_SIGNATURES: [Oid; 3] =
    [oid("1.2.840.113549.1.1.2"), oid("1.2.840.113549.1.1.3"), oid("1.2.840.113549.1.1.4")];
/// MD2, MD4, MD5.
pub(crate) const BROKEN_HASHES: [Oid; 3] =
    [oid("1.2.840.113549.2.2"), oid("1.2.840.113549.2.4"), oid("1.2.840.113549.2.5")];

// CMS.
pub(crate) const SIGNED_DATA: Oid = oid("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: Oid = oid("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: Oid = oid("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_TIME: Oid = oid("1.2.840.113549.1.9.5");
/// Content type of a master list (Doc 9303-12 §9.2).
pub(crate) const MASTER_LIST: Oid = oid("2.23.136.1.1.2");
/// Content type of a deviation list (Doc 9303-12 §10.2); its arc holds the kinds of deviation.
pub(crate) const DEVIATION_LIST: Oid = oid("2.23.136.1.1.7");
/// Content type of a defect list (TR-03129-2 §7.1); its arc holds the kinds of defect.
pub(crate) const DEFECT_LIST: Oid = oid("0.4.0.127.0.7.3.1.5");

// Names.
pub(crate) const COMMON_NAME: Oid = oid("2.5.4.3");
pub(crate) const SERIAL_NUMBER: Oid = oid("2.5.4.5");
pub(crate) const COUNTRY: Oid = oid("2.5.4.6");
pub(crate) const LOCALITY: Oid = oid("2.5.4.7");
pub(crate) const ORGANISATION: Oid = oid("2.5.4.10");
pub(crate) const ORGANISATIONAL_UNIT: Oid = oid("2.5.4.11");

// Extensions of certificates.
pub(crate) const SUBJECT_KEY_IDENTIFIER: Oid = oid("2.5.29.14");
pub(crate) const KEY_USAGE: Oid = oid("2.5.29.15");
pub(crate) const PRIVATE_KEY_USAGE_PERIOD: Oid = oid("2.5.29.16");
pub(crate) const SUBJECT_ALTERNATIVE_NAME: Oid = oid("2.5.29.17");
pub(crate) const ISSUER_ALTERNATIVE_NAME: Oid = oid("2.5.29.18");
pub(crate) const BASIC_CONSTRAINTS: Oid = oid("2.5.29.19");
pub(crate) const CRL_DISTRIBUTION_POINTS: Oid = oid("2.5.29.31");
pub(crate) const CERTIFICATE_POLICIES: Oid = oid("2.5.29.32");
pub(crate) const AUTHORITY_KEY_IDENTIFIER: Oid = oid("2.5.29.35");
pub(crate) const EXTENDED_KEY_USAGE: Oid = oid("2.5.29.37");
/// Doc 9303-12 §7.1.1.5.
pub(crate) const NAME_CHANGE: Oid = oid("2.23.136.1.1.6.1");
/// Doc 9303-12 §7.1.1.6.
pub(crate) const DOCUMENT_TYPE_LIST: Oid = oid("2.23.136.1.1.6.2");
/// Arc of the Netscape extensions, which Doc 9303-12 forbids.
pub(crate) const NETSCAPE: Oid = oid("2.16.840.1.113730.1");
/// Extended key usage of a master list signer (Doc 9303-12 §7.1.2).
pub(crate) const MASTER_LIST_SIGNER: Oid = oid("2.23.136.1.1.3");
/// Extended key usage of a deviation list signer (Doc 9303-12 §10.2).
pub(crate) const DEVIATION_LIST_SIGNER: Oid = oid("2.23.136.1.1.8");
/// Extended key usage of a defect list signer (TR-03129-2 §7.2).
pub(crate) const DEFECT_LIST_SIGNER: Oid = oid("0.4.0.127.0.7.3.11.2.1.2");

// Extensions of revocation lists and their entries.
pub(crate) const CRL_NUMBER: Oid = oid("2.5.29.20");
pub(crate) const CRL_REASON: Oid = oid("2.5.29.21");
pub(crate) const DELTA_CRL: Oid = oid("2.5.29.27");
pub(crate) const ISSUING_DISTRIBUTION_POINT: Oid = oid("2.5.29.28");
