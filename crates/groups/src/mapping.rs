//! The mappings of PACE: from a nonce to an ephemeral generator (Doc 9303-11 §4.4.3.3).
//!
//! The Chip Authentication Mapping maps like the Generic Mapping. These functions only map; that the nonces are fresh
//! and that a key pair is used once is the matter of the protocol and of [`crate::Ephemeral`].

use crate::element::{Element, ElementError};
use crate::group::Group;

/// Generic Mapping (§4.4.3.3.1): `s×G + H` on a curve, `g^s × h` modulo p.
///
/// `nonce` is s as a big-endian integer of any length; `shared` is H from the anonymous key agreement.
///
/// # Errors
///
/// [`ElementError::GroupMismatch`] if `shared` is of another group, [`ElementError::Identity`] if the result is no
/// generator.
pub fn map_generic(group: Group, nonce: &[u8], shared: &Element) -> Result<Element, ElementError> {
    shared.expect_group(group)?;
    let encoded = group.arithmetic().map_generic(nonce, shared.octets())?;
    Ok(Element::from_computed(group, encoded))
}

/// Integrated Mapping (§4.4.3.3.2): `f(r mod p)` for the output `r` of the pseudo-random function R(s,t).
///
/// On a curve f is the point encoding of Appendix B, modulo p it is the power (p-1)/q.
///
/// # Errors
///
/// [`ElementError::NoIntegratedMapping`] for P-224, [`ElementError::Unmappable`] or [`ElementError::Identity`] for the
/// few values that have no image.
pub fn map_integrated(group: Group, r: &[u8]) -> Result<Element, ElementError> {
    let encoded = group.arithmetic().map_integrated(r)?;
    Ok(Element::from_computed(group, encoded))
}
