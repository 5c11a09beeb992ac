//! EF.DG15: the public key of Active Authentication (Doc 9303-10 §4.7.15, Doc 9303-11 §6.1).

use super::{
    File, LdsError, Unverified,
    public_key::{GroupPublicKey, PublicKey, RsaPublicKey},
};
use crate::tlv;

/// Reads EF.DG15. A key that cannot be used is [`PublicKey::Unsupported`].
///
/// # Errors
/// Broken structure, or an RSA key beyond the limits of R-376.
pub fn parse(bytes: &[u8]) -> Result<Unverified<PublicKey>, LdsError> {
    File::Dg15.parse(bytes, |outer| {
        let mut inside = outer.children();
        let key = PublicKey::read(&inside.expect(0x30)?)?;
        inside.finish()?;
        Ok(Unverified::new(key))
    })
}

/// Encodes EF.DG15 with an RSA key.
pub fn encode_rsa(key: &RsaPublicKey) -> Vec<u8> {
    tlv::write(0x6F, &key.encode())
}

/// Encodes EF.DG15 with an elliptic-curve key.
pub fn encode_ec(key: &GroupPublicKey) -> Vec<u8> {
    tlv::write(0x6F, &key.encode())
}
