//! Object identifiers of Doc 9303-10 §4.6.2, Doc 9303-11 §9.2 and the key formats that those name.
//!
//! An [`Oid`] keeps its encoded bytes, so that identifiers nobody here has heard of survive unchanged and can
//! be named in an error. Families of identifiers (PACE, Chip Authentication) are a prefix and further arcs.

use const_oid::ObjectIdentifier;

/// Longest encoded identifier accepted, in bytes.
pub const MAX_BYTES: usize = 63;

/// An object identifier in its encoded form (without tag and length).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid {
    bytes: [u8; MAX_BYTES],
    len: u8,
}

/// Why bytes are not an object identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OidError {
    /// No bytes, or the last arc is cut off.
    #[error("the object identifier is empty or cut off")]
    Incomplete,
    /// An arc begins with the byte `80`.
    #[error("an arc of the object identifier has a leading zero digit")]
    LeadingZero,
    /// Longer than [`MAX_BYTES`].
    #[error("the object identifier has {0} bytes, at most {MAX_BYTES} are accepted")]
    TooLong(usize),
}

impl Oid {
    /// Checks the encoded form (X.690 §8.19).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OidError> {
        if bytes.len() > MAX_BYTES {
            return Err(OidError::TooLong(bytes.len()));
        }
        let mut first_of_arc = true;
        for byte in bytes {
            if first_of_arc && *byte == 0x80 {
                return Err(OidError::LeadingZero);
            }
            first_of_arc = byte & 0x80 == 0;
        }
        if bytes.is_empty() || !first_of_arc {
            return Err(OidError::Incomplete);
        }
        let mut padded = [0; MAX_BYTES];
        padded[..bytes.len()].copy_from_slice(bytes);
        Ok(Self { bytes: padded, len: u8::try_from(bytes.len()).unwrap_or(u8::MAX) })
    }

    /// From dotted notation, for constants.
    const fn dotted(text: &str) -> Self {
        let oid: ObjectIdentifier = ObjectIdentifier::new_unwrap(text);
        let source = oid.as_bytes();
        let mut bytes = [0; MAX_BYTES];
        let mut len = 0;
        while (len as usize) < source.len() {
            bytes[len as usize] = source[len as usize];
            len += 1;
        }
        Self { bytes, len }
    }

    /// The encoded form without tag and length.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The identifier one level below; `arc` must be less than 128, as all arcs in use here are.
    #[must_use]
    pub fn child(&self, arc: u8) -> Self {
        let mut child = *self;
        if let Some(next) = child.bytes.get_mut(usize::from(self.len))
            && arc < 0x80
        {
            *next = arc;
            child.len += 1;
        }
        child
    }

    /// The encoded arcs below `parent`, or `None` if this is not below it.
    pub fn below(&self, parent: &Oid) -> Option<&[u8]> {
        self.as_bytes().strip_prefix(parent.as_bytes())
    }
}

/// Dotted notation.
impl std::fmt::Display for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut first = true;
        let mut arc: Option<u128> = Some(0);
        for byte in self.as_bytes() {
            arc = arc.and_then(|arc| arc.checked_mul(128)).map(|arc| arc | u128::from(byte & 0x7F));
            if byte & 0x80 != 0 {
                continue;
            }
            match (arc, first) {
                (Some(arc), true) => {
                    let root = (arc / 40).min(2);
                    write!(f, "{root}.{}", arc - root * 40)?;
                }
                (Some(arc), false) => write!(f, ".{arc}")?,
                (None, true) => write!(f, "2.(above 2^128)")?,
                (None, false) => write!(f, ".(above 2^128)")?,
            }
            first = false;
            arc = Some(0);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Oid({self})")
    }
}

/// `id-PK-DH`: a Diffie-Hellman key for Chip Authentication.
pub const ID_PK_DH: Oid = Oid::dotted("0.4.0.127.0.7.2.2.1.1");
/// `id-PK-ECDH`: an elliptic-curve key for Chip Authentication.
pub const ID_PK_ECDH: Oid = Oid::dotted("0.4.0.127.0.7.2.2.1.2");
/// `id-TA`: Terminal Authentication.
pub const ID_TA: Oid = Oid::dotted("0.4.0.127.0.7.2.2.2");
/// `id-CA`: Chip Authentication; below it the key agreement (1 DH, 2 ECDH) and the cipher (1 to 4).
pub const ID_CA: Oid = Oid::dotted("0.4.0.127.0.7.2.2.3");
/// `id-CA-DH`.
pub const ID_CA_DH: Oid = Oid::dotted("0.4.0.127.0.7.2.2.3.1");
/// `id-CA-ECDH`.
pub const ID_CA_ECDH: Oid = Oid::dotted("0.4.0.127.0.7.2.2.3.2");
/// `id-PACE`: below it the mapping with its key agreement and the cipher (1 to 4).
pub const ID_PACE: Oid = Oid::dotted("0.4.0.127.0.7.2.2.4");
/// `id-PACE-DH-GM`.
pub const ID_PACE_DH_GM: Oid = Oid::dotted("0.4.0.127.0.7.2.2.4.1");
/// `id-PACE-ECDH-GM`.
pub const ID_PACE_ECDH_GM: Oid = Oid::dotted("0.4.0.127.0.7.2.2.4.2");
/// `id-PACE-DH-IM`.
pub const ID_PACE_DH_IM: Oid = Oid::dotted("0.4.0.127.0.7.2.2.4.3");
/// `id-PACE-ECDH-IM`.
pub const ID_PACE_ECDH_IM: Oid = Oid::dotted("0.4.0.127.0.7.2.2.4.4");
/// `id-PACE-ECDH-CAM`.
pub const ID_PACE_ECDH_CAM: Oid = Oid::dotted("0.4.0.127.0.7.2.2.4.6");
/// `id-SecurityObject`: the content type of EF.CardSecurity.
pub const ID_SECURITY_OBJECT: Oid = Oid::dotted("0.4.0.127.0.7.3.2.1");
/// `standardizedDomainParameters`: the parameter is an id of Doc 9303-11 table 12.
pub const STANDARDIZED_DOMAIN_PARAMETERS: Oid = Oid::dotted("0.4.0.127.0.7.1.2");
/// `ecdsa-plain-signatures` of TR-03111; below it the digest (1 SHA-1, 2 SHA-224, 3 SHA-256, 4 SHA-384, 5 SHA-512).
pub const ECDSA_PLAIN: Oid = Oid::dotted("0.4.0.127.0.7.1.1.4.1");

/// `id-icao-mrtd-security-aaProtocolObject`: Active Authentication.
pub const AA_PROTOCOL_OBJECT: Oid = Oid::dotted("2.23.136.1.1.5");
/// `id-EFDIR`: a copy of EF.DIR.
pub const ID_EFDIR: Oid = Oid::dotted("2.23.136.1.1.13");

/// `rsaEncryption` (RFC 8017).
pub const RSA_ENCRYPTION: Oid = Oid::dotted("1.2.840.113549.1.1.1");
/// `id-ecPublicKey` (RFC 5480).
pub const EC_PUBLIC_KEY: Oid = Oid::dotted("1.2.840.10045.2.1");
/// `prime-field` (X9.62).
pub const PRIME_FIELD: Oid = Oid::dotted("1.2.840.10045.1.1");
/// `dhKeyAgreement` (PKCS #3).
pub const DH_KEY_AGREEMENT: Oid = Oid::dotted("1.2.840.113549.1.3.1");
/// `dhpublicnumber` (X9.42).
pub const DH_PUBLIC_NUMBER: Oid = Oid::dotted("1.2.840.10046.2.1");

/// `secp192r1`.
pub const SECP192R1: Oid = Oid::dotted("1.2.840.10045.3.1.1");
/// `secp224r1`.
pub const SECP224R1: Oid = Oid::dotted("1.3.132.0.33");
/// `secp256r1`.
pub const SECP256R1: Oid = Oid::dotted("1.2.840.10045.3.1.7");
/// `secp384r1`.
pub const SECP384R1: Oid = Oid::dotted("1.3.132.0.34");
/// `secp521r1`.
pub const SECP521R1: Oid = Oid::dotted("1.3.132.0.35");
/// `brainpoolP192r1`.
pub const BRAINPOOL_P192R1: Oid = Oid::dotted("1.3.36.3.3.2.8.1.1.3");
/// `brainpoolP224r1`.
pub const BRAINPOOL_P224R1: Oid = Oid::dotted("1.3.36.3.3.2.8.1.1.5");
/// `brainpoolP256r1`.
pub const BRAINPOOL_P256R1: Oid = Oid::dotted("1.3.36.3.3.2.8.1.1.7");
/// `brainpoolP320r1`.
pub const BRAINPOOL_P320R1: Oid = Oid::dotted("1.3.36.3.3.2.8.1.1.9");
/// `brainpoolP384r1`.
pub const BRAINPOOL_P384R1: Oid = Oid::dotted("1.3.36.3.3.2.8.1.1.11");
/// `brainpoolP512r1`.
pub const BRAINPOOL_P512R1: Oid = Oid::dotted("1.3.36.3.3.2.8.1.1.13");

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn constants_have_the_bytes_that_chips_send() {
        assert_eq!(ID_PACE_ECDH_GM.child(2).as_bytes(), hex!("04007f00070202040202"));
        assert_eq!(AA_PROTOCOL_OBJECT.as_bytes(), hex!("678108010105"));
        assert_eq!(ECDSA_PLAIN.child(5).as_bytes(), hex!("04007f00070101040105"));
        assert_eq!(ID_SECURITY_OBJECT.as_bytes(), hex!("04007f0007030201"));
        assert_eq!(STANDARDIZED_DOMAIN_PARAMETERS.as_bytes(), hex!("04007f00070102"));
        assert_eq!(EC_PUBLIC_KEY.as_bytes(), hex!("2a8648ce3d0201"));
    }

    #[test]
    fn an_identifier_is_shown_in_dotted_notation() {
        assert_eq!(AA_PROTOCOL_OBJECT.to_string(), "2.23.136.1.1.5");
        assert_eq!(RSA_ENCRYPTION.to_string(), "1.2.840.113549.1.1.1");
        assert_eq!(ID_CA_ECDH.child(3).to_string(), "0.4.0.127.0.7.2.2.3.2.3");
        let huge = Oid::from_bytes(&[&[0x69][..], &[0xFF; 20], &[0x7F]].concat()).unwrap();
        assert_eq!(huge.to_string(), "2.25.(above 2^128)");
    }

    #[test]
    fn the_arcs_below_a_family_are_told() {
        assert_eq!(ID_PACE_DH_IM.child(4).below(&ID_PACE), Some(&[3, 4][..]));
        assert_eq!(ID_PACE.below(&ID_PACE), Some(&[][..]));
        assert_eq!(ID_CA_DH.below(&ID_PACE), None);
    }

    #[test]
    fn broken_identifiers_are_refused() {
        assert_eq!(Oid::from_bytes(&[]), Err(OidError::Incomplete));
        assert_eq!(Oid::from_bytes(&hex!("2a86")), Err(OidError::Incomplete));
        assert_eq!(Oid::from_bytes(&hex!("2a8001")), Err(OidError::LeadingZero));
        assert_eq!(Oid::from_bytes(&[1; 64]), Err(OidError::TooLong(64)));
        assert!(Oid::from_bytes(&[1; 63]).is_ok());
    }
}
