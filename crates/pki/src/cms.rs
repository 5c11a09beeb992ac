//! CMS SignedData (RFC 5652 §5), as EF.SOD and master lists use it (Doc 9303-10 §4.6.2.2, Doc 9303-12 §9; R-031…R-033).
//!
//! The outer structure may be BER, with indefinite lengths. The content is hashed as received. The signed attributes
//! are hashed as the `SET OF` that RFC 5652 §5.4 asks for; nothing else is encoded again.
//!
//! What it does not protect against: certificates that are embedded are what the sender chose to embed, and prove
//! nothing. `SignedData.version` and the unsigned attributes are not signed; the latter are not read.

use const_oid::ObjectIdentifier;
use jiff::Timestamp;

use crate::algorithm::{AlgorithmProblem, HashAlgorithm, SignatureAlgorithm};
use crate::asn1::{Asn1Error, Node, Reader, Rules, single, tag};
use crate::certificate::{Certificate, CertificateError};
use crate::deviation::{Deviation, Deviations};
use crate::name::Name;
use crate::serial::SerialNumber;
use crate::signature::{SignatureError, Verified, Weakness, verify};
use crate::{oid, time};

/// Largest structure that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most embedded certificates, signers, or attributes of a signer.
const MAX_VALUES: usize = 64;
/// Deepest nesting of a constructed OCTET STRING.
const MAX_DEPTH: usize = 4;

/// Why bytes are no SignedData.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// The structure is broken.
    #[error("CMS: {0}")]
    Structure(#[from] Asn1Error),
    /// Another content than SignedData.
    #[error("CMS content {0} is not signed-data")]
    NotSignedData(ObjectIdentifier),
    /// A signed attribute that must stand alone is there twice or has not one value.
    #[error("signed attribute {0} is repeated or has not one value")]
    Attribute(ObjectIdentifier),
    /// Too many bytes.
    #[error("a CMS structure of {0} bytes is not read")]
    TooLong(usize),
}

/// Whom a SignerInfo names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerIdentifier {
    /// By issuer and serial number of the certificate.
    IssuerAndSerial {
        /// The issuer's name.
        issuer: Name,
        /// The serial number.
        serial: SerialNumber,
    },
    /// By its subjectKeyIdentifier.
    SubjectKeyIdentifier(Vec<u8>),
}

/// The signed attributes that are understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct SignedAttributes {
    /// Each attribute as received, in the order received.
    received: Vec<Vec<u8>>,
    content_type: Option<ObjectIdentifier>,
    message_digest: Option<Vec<u8>>,
    signing_time: Option<Timestamp>,
}

/// One signature over the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerInfo {
    identifier: SignerIdentifier,
    version: u64,
    digest: Result<HashAlgorithm, AlgorithmProblem>,
    attributes: Option<SignedAttributes>,
    algorithm: Result<SignatureAlgorithm, AlgorithmProblem>,
    deviations: Deviations,
    signature: Vec<u8>,
}

/// Signed content with what came along. Nothing of it is to be believed before it is checked.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedData {
    version: u64,
    content_type: ObjectIdentifier,
    content: Vec<u8>,
    certificates: Vec<Result<Certificate, CertificateError>>,
    signers: Vec<SignerInfo>,
}

/// The first part of a SignedData: what was signed.
struct Encapsulated {
    version: u64,
    content_type: ObjectIdentifier,
    content: Vec<u8>,
}

/// Why one check of a signature over content failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The signed attribute contentType is missing or names another type than the content has.
    #[error("the signed content type is missing or not that of the content")]
    ContentType,
    /// The signed attribute messageDigest is missing or not the hash of the content.
    #[error("the signed hash is missing or not that of the content")]
    MessageDigest,
    /// The signer names another certificate.
    #[error("the signer names another certificate")]
    OtherCertificate,
    /// An algorithm cannot be used.
    #[error(transparent)]
    Algorithm(#[from] AlgorithmProblem),
    /// The signature does not verify.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// The checks of one signature, each with its own result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "each check has its own result"]
pub struct SignerChecks {
    /// The signer names this certificate.
    pub certificate: Result<(), SignerError>,
    /// The signed contentType is that of the content.
    pub content_type: Result<(), SignerError>,
    /// The signed messageDigest is the hash of the content.
    pub message_digest: Result<(), SignerError>,
    /// The signature verifies over the signed attributes, or without any over the content.
    pub signature: Result<Verified, SignerError>,
}

impl SignerChecks {
    /// What verified, if each of the checks succeeded.
    ///
    /// # Errors
    /// The first that failed.
    pub fn all(self) -> Result<Verified, SignerError> {
        self.certificate?;
        self.content_type?;
        self.message_digest?;
        self.signature
    }
}

impl SignedData {
    /// Reads a ContentInfo with SignedData, which must be all of `bytes`.
    ///
    /// # Errors
    /// [`CmsError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CmsError> {
        let (encapsulated, mut parts) = Encapsulated::read(bytes)?;
        let Encapsulated { version, content_type, content } = encapsulated;
        let certificates = match parts.optional(0xA0)? {
            Some(set) => bounded(set.children(), |node| Ok(Certificate::parse(node.raw)))?,
            None => Vec::new(),
        };
        parts.optional(0xA1)?;
        let signers = bounded(parts.expect(tag::SET)?.children(), SignerInfo::read)?;
        parts.finish()?;
        Ok(Self { version, content_type, content, certificates, signers })
    }

    /// Reads no more than the content's type and the content of a SignedData, for those who have to know what is
    /// claimed before anything can be verified.
    ///
    /// # Errors
    /// [`CmsError`]; what follows the content is not looked at.
    pub fn unverified_content_of(bytes: &[u8]) -> Result<(ObjectIdentifier, Vec<u8>), CmsError> {
        let (encapsulated, _) = Encapsulated::read(bytes)?;
        Ok((encapsulated.content_type, encapsulated.content))
    }

    /// eContentType.
    pub fn content_type(&self) -> ObjectIdentifier {
        self.content_type
    }

    /// eContent, not verified.
    pub fn unverified_content(&self) -> &[u8] {
        &self.content
    }

    /// The embedded certificates; one that is broken spoils none of the others.
    pub fn certificates(&self) -> &[Result<Certificate, CertificateError>] {
        &self.certificates
    }

    /// The signatures.
    pub fn signers(&self) -> &[SignerInfo] {
        &self.signers
    }

    /// Checks a signature with the certificate that is believed to be its signer's.
    ///
    /// What is *not* checked: whether that certificate is trusted, valid or meant for this.
    pub fn check(&self, signer: &SignerInfo, certificate: &Certificate) -> SignerChecks {
        let attributes = signer.attributes.as_ref();
        let right = |right: bool, wrong: SignerError| if right { Ok(()) } else { Err(wrong) };
        let named = attributes.is_none_or(|signed| signed.content_type == Some(self.content_type));
        let message_digest = match (attributes, signer.digest) {
            (None, _) => Ok(()),
            (Some(_), Err(problem)) => Err(problem.into()),
            (Some(signed), Ok(hash)) => {
                let digest = hash.digest(&[&self.content]);
                right(signed.message_digest.as_ref() == Some(&digest), SignerError::MessageDigest)
            }
        };
        SignerChecks {
            certificate: right(signer.identifier.names(certificate), SignerError::OtherCertificate),
            content_type: right(named, SignerError::ContentType),
            message_digest,
            signature: self.verify_signature(signer, certificate),
        }
    }

    fn verify_signature(
        &self,
        signer: &SignerInfo,
        certificate: &Certificate,
    ) -> Result<Verified, SignerError> {
        let algorithm = signer.algorithm?;
        let attempt = |message: &[u8]| verify(certificate.key(), &algorithm, message, &signer.signature);
        let mut deviations = signer.deviations.clone();
        if self.version != 3 {
            deviations.insert(Deviation::SignedDataVersionNotThree);
        }
        let mut verified = match &signer.attributes {
            None => {
                deviations.insert(Deviation::SignedAttributesMissing);
                attempt(&self.content)
            }
            Some(signed) => match attempt(&signed.as_set(true)) {
                Err(SignatureError::Wrong) if !signed.is_sorted() => {
                    deviations.insert(Deviation::SignedAttributesUnsorted);
                    attempt(&signed.as_set(false))
                }
                result => result,
            },
        }?;
        verified.deviations.extend(deviations);
        if signer.digest == Ok(HashAlgorithm::Sha1) {
            verified.weaknesses.insert(Weakness::Sha1);
        }
        Ok(verified)
    }
}

impl Encapsulated {
    /// The content and what follows it.
    fn read(bytes: &[u8]) -> Result<(Self, Reader<'_>), CmsError> {
        if bytes.len() > MAX_BYTES {
            return Err(CmsError::TooLong(bytes.len()));
        }
        let mut info = single(bytes, tag::SEQUENCE, Rules::Ber)?.children();
        let kind = info.expect(tag::OID)?.oid()?;
        if kind != oid::SIGNED_DATA {
            return Err(CmsError::NotSignedData(kind));
        }
        let outer = info.expect(0xA0)?;
        info.finish()?;
        let mut parts = outer.only(tag::SEQUENCE)?.children();
        let version = parts.expect(tag::INTEGER)?.small()?;
        parts.expect(tag::SET)?;
        let mut encapsulated = parts.expect(tag::SEQUENCE)?.children();
        let content_type = encapsulated.expect(tag::OID)?.oid()?;
        let mut content = Vec::new();
        let wrapped = encapsulated.expect(0xA0)?;
        encapsulated.finish()?;
        let mut inside = wrapped.children();
        let value =
            inside.next()?.ok_or(Asn1Error::Missing { at: wrapped.at, expected: tag::OCTET_STRING })?;
        inside.finish()?;
        octets(&value, MAX_DEPTH, &mut content)?;
        Ok((Self { version, content_type, content }, parts))
    }
}

/// Sizes and types only: the content may be personal.
impl std::fmt::Debug for SignedData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (length, signers) = (self.content.len(), self.signers.len());
        write!(f, "SignedData({} of {length} bytes, {signers} signers)", self.content_type)
    }
}

impl SignerIdentifier {
    pub(crate) fn read(parts: &mut Reader<'_>) -> Result<Self, Asn1Error> {
        if let Some(key) = parts.optional(0x80)? {
            return Ok(Self::SubjectKeyIdentifier(key.content.to_vec()));
        }
        let mut inside = parts.expect(tag::SEQUENCE)?.children();
        let issuer = Name::read(&inside.expect(tag::SEQUENCE)?)?;
        let serial = SerialNumber::read(&inside.expect(tag::INTEGER)?)?;
        inside.finish()?;
        Ok(Self::IssuerAndSerial { issuer, serial })
    }

    /// Whether it means this certificate.
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial { issuer, serial } => {
                serial == certificate.serial() && issuer.matches(certificate.issuer())
            }
            Self::SubjectKeyIdentifier(key) => key == certificate.key_identifier(),
        }
    }
}

impl SignerInfo {
    fn read(node: &Node<'_>) -> Result<Self, CmsError> {
        if node.tag != tag::SEQUENCE {
            let (at, found) = (node.at, node.tag);
            return Err(Asn1Error::Unexpected { at, expected: tag::SEQUENCE, found }.into());
        }
        let mut parts = node.children();
        let version = parts.expect(tag::INTEGER)?.small()?;
        let identifier = SignerIdentifier::read(&mut parts)?;
        let digest = HashAlgorithm::read(&parts.expect(tag::SEQUENCE)?)?;
        let attributes = parts.optional(0xA0)?.map(|set| SignedAttributes::read(&set)).transpose()?;
        let scheme = parts.expect(tag::SEQUENCE)?;
        let (mut algorithm, mut deviations) = SignatureAlgorithm::read(&scheme)?;
        // RFC 3370 §3.2: the algorithm of the key alone, the hash stands beside it.
        if algorithm == Err(AlgorithmProblem::Unsupported(oid::RSA_ENCRYPTION)) {
            algorithm = digest.map(SignatureAlgorithm::RsaPkcs1);
        }
        let mut signature = Vec::new();
        let value = parts.next()?.ok_or(Asn1Error::Missing { at: node.at, expected: tag::OCTET_STRING })?;
        octets(&value, MAX_DEPTH, &mut signature)?;
        parts.optional(0xA1)?;
        parts.finish()?;
        if let (Ok(used), Ok(digest)) = (&algorithm, &digest)
            && used.hash() != *digest
        {
            deviations.insert(Deviation::SignerDigestDiffers);
        }
        let expected = match identifier {
            SignerIdentifier::IssuerAndSerial { .. } => 1,
            SignerIdentifier::SubjectKeyIdentifier(_) => 3,
        };
        if version != expected {
            deviations.insert(Deviation::SignerVersionInconsistent);
        }
        Ok(Self { identifier, version, digest, attributes, algorithm, deviations, signature })
    }

    /// Whom it names.
    pub fn identifier(&self) -> &SignerIdentifier {
        &self.identifier
    }

    /// SignerInfo.version, as received.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// digestAlgorithm.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn digest_algorithm(&self) -> Result<HashAlgorithm, AlgorithmProblem> {
        self.digest
    }

    /// signatureAlgorithm.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn signature_algorithm(&self) -> Result<&SignatureAlgorithm, AlgorithmProblem> {
        self.algorithm.as_ref().map_err(|problem| *problem)
    }

    /// The signed attribute signingTime: what the signer says.
    pub fn signing_time(&self) -> Option<Timestamp> {
        self.attributes.as_ref()?.signing_time
    }
}

impl SignedAttributes {
    fn read(set: &Node<'_>) -> Result<Self, CmsError> {
        let mut read = Self::default();
        let mut seen: Vec<ObjectIdentifier> = Vec::new();
        let mut inside = set.children();
        while let Some(attribute) = inside.next()? {
            if seen.len() == MAX_VALUES {
                return Err(Asn1Error::Limit { at: attribute.at }.into());
            }
            // Encoded again they could not be compared with what was signed, so they have to be DER.
            let mut parts = single(attribute.raw, tag::SEQUENCE, Rules::Der)?.children();
            let kind = parts.expect(tag::OID)?.oid()?;
            let mut values = parts.expect(tag::SET)?.children();
            parts.finish()?;
            let repeated = seen.contains(&kind);
            let (value, more) = (values.next()?, values.next()?);
            let alone = value.filter(|_| more.is_none() && !repeated);
            let alone = || alone.ok_or(CmsError::Attribute(kind));
            match kind {
                oid::CONTENT_TYPE => read.content_type = Some(alone()?.oid()?),
                oid::MESSAGE_DIGEST => read.message_digest = Some(alone()?.content.to_vec()),
                oid::SIGNING_TIME => read.signing_time = Some(time::read(&alone()?)?),
                _ => {}
            }
            seen.push(kind);
            read.received.push(attribute.raw.to_vec());
        }
        Ok(read)
    }

    fn is_sorted(&self) -> bool {
        self.received.is_sorted()
    }

    /// The attributes as DER `SET OF`: in the order that DER demands, or as received.
    fn as_set(&self, sorted: bool) -> Vec<u8> {
        let mut attributes: Vec<&[u8]> = self.received.iter().map(Vec::as_slice).collect();
        if sorted {
            attributes.sort_unstable();
        }
        let content = attributes.concat();
        let length = content.len().to_be_bytes();
        let zeros = length.iter().take_while(|byte| **byte == 0).count();
        let length = length.get(zeros..).unwrap_or_default();
        let mut set = vec![tag::SET];
        if content.len() >= 0x80 {
            set.push(0x80 | u8::try_from(length.len()).unwrap_or(0x7F));
        }
        set.extend_from_slice(if content.is_empty() { &[0] } else { length });
        set.extend(content);
        set
    }
}

/// The bytes of an OCTET STRING, which in BER may be made of several.
fn octets(node: &Node<'_>, depth: usize, into: &mut Vec<u8>) -> Result<(), Asn1Error> {
    const CONSTRUCTED: u8 = tag::OCTET_STRING | 0x20;
    match node.tag {
        tag::OCTET_STRING => into.extend_from_slice(node.content),
        CONSTRUCTED => {
            let depth = depth.checked_sub(1).ok_or(Asn1Error::Limit { at: node.at })?;
            let mut pieces = node.children();
            while let Some(piece) = pieces.next()? {
                octets(&piece, depth, into)?;
            }
        }
        found => return Err(Asn1Error::Unexpected { at: node.at, expected: tag::OCTET_STRING, found }),
    }
    Ok(())
}

fn bounded<T>(
    mut values: Reader<'_>,
    read: impl Fn(&Node<'_>) -> Result<T, CmsError>,
) -> Result<Vec<T>, CmsError> {
    let mut all = Vec::new();
    while let Some(value) = values.next()? {
        if all.len() == MAX_VALUES {
            return Err(Asn1Error::Limit { at: value.at }.into());
        }
        all.push(read(&value)?);
    }
    Ok(all)
}
