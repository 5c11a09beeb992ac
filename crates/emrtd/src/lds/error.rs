//! What can be wrong with a file of the logical data structure.

use const_oid::ObjectIdentifier;
use pki::CmsError;

use super::File;
use crate::oid::OidError;
use crate::tlv::TlvError;

/// A file that cannot be read: which one, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct LdsError {
    /// The file.
    pub file: File,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong. Positions (`at`) count bytes from the start of the file, tags are those of Doc 9303-10.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The TLV structure is broken.
    #[error(transparent)]
    Tlv(#[from] TlvError),
    /// The same data object stands twice in one template.
    #[error("data object {tag:02X} at byte {at} is repeated")]
    Repeated {
        /// Its tag.
        tag: u32,
        /// Where the second one begins.
        at: usize,
    },
    /// Another number of data objects than announced.
    #[error("{announced} instances are announced in the template at byte {at}, {found} found")]
    Count {
        /// Where the template begins.
        at: usize,
        /// As announced.
        announced: usize,
        /// As found.
        found: usize,
    },
    /// A value has a length that its data object does not allow.
    #[error("data object {tag:02X} at byte {at} has an impossible length of {length} bytes")]
    ValueLength {
        /// Its tag.
        tag: u32,
        /// Where it begins.
        at: usize,
        /// Bytes of the value.
        length: usize,
    },
    /// A value that its data object does not allow.
    #[error("data object {tag:02X} at byte {at} has an impossible value")]
    Value {
        /// Its tag.
        tag: u32,
        /// Where it begins.
        at: usize,
    },
    /// Not a date.
    #[error("data object {tag:02X} at byte {at} is not a date")]
    Date {
        /// Its tag.
        tag: u32,
        /// Where it begins.
        at: usize,
    },
    /// Not an object identifier.
    #[error("the object identifier at byte {at} is broken: {source}")]
    Oid {
        /// Where it begins.
        at: usize,
        /// What is wrong.
        source: OidError,
    },
    /// The CMS structure is broken, or is no SignedData with content.
    #[error(transparent)]
    Cms(#[from] CmsError),
    /// SignedData with another content than the file must have.
    #[error("the SignedData holds content of type {0}")]
    ContentType(ObjectIdentifier),
    /// The machine readable zone is broken.
    #[error("the machine readable zone is broken")]
    Mrz(#[source] mrz::MrzError),
    /// An image without bytes (TR-03105-5.1, LDS_C; ISO7816_C).
    #[error("the image at byte {at} is empty")]
    EmptyImage {
        /// Where it should begin.
        at: usize,
    },
    /// An image that is neither JPEG nor JPEG 2000.
    #[error("the image at byte {at} is neither JPEG nor JPEG 2000")]
    ImageFormat {
        /// Where it begins.
        at: usize,
    },
    /// A biometric data block that is neither ISO/IEC 19794-5:2005 nor ISO/IEC 39794-5.
    #[error("the biometric data block at byte {at} is of an unknown format or version")]
    BiometricFormat {
        /// Where it begins.
        at: usize,
    },
    /// A length inside an ISO/IEC 19794-5 record that contradicts the bytes.
    #[error("the face record at byte {at} announces {announced} bytes where {available} are possible")]
    FaceRecordLength {
        /// Where the length field stands.
        at: usize,
        /// As announced.
        announced: usize,
        /// As possible.
        available: usize,
    },
    /// More images than anybody needs.
    #[error("more than {limit} images")]
    TooManyImages {
        /// Most images accepted.
        limit: usize,
    },
    /// No image at all.
    #[error("there is no image")]
    NoImage,
    /// A number of 8192 bits (RSA modulus) or 64 bits (exponent) is exceeded.
    #[error("the RSA {part} at byte {at} has {bits} bits, at most {limit} are accepted")]
    RsaSize {
        /// "modulus" or "exponent".
        part: &'static str,
        /// Where it begins.
        at: usize,
        /// Its size.
        bits: usize,
        /// The limit.
        limit: usize,
    },
}

/// Names the file in which a problem was found.
pub(crate) fn within<T>(file: File, result: Result<T, Problem>) -> Result<T, LdsError> {
    result.map_err(|problem| LdsError { file, problem })
}
