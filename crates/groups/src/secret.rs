//! Private values and key agreement: ECKA of BSI TR-03111 §4.3 and Diffie-Hellman of PKCS#3 (Doc 9303-11 §9.6).
//!
//! Nothing here can be printed or cloned, and everything wipes itself. What it does not protect against: a bad random
//! generator, and copies that the caller makes of [`Secret::to_bytes`] or of the shared secret.

use std::fmt;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::element::{Element, ElementError};
use crate::group::Group;
use crate::octets::{Octets, is_in_range, random_below, to_length};
use crate::parameters::Parameters;

/// A private key: an integer from 1 to n-1, n being the order of the generator.
///
/// It is wiped when dropped, it cannot be cloned and it has no `Debug`:
///
/// ```compile_fail
/// # let secret = groups::Secret::from_bytes(groups::Group::P256, &[1]).unwrap();
/// let copy = secret.clone();
/// ```
///
/// ```compile_fail
/// # let secret = groups::Secret::from_bytes(groups::Group::P256, &[1]).unwrap();
/// println!("{secret:?}");
/// ```
pub struct Secret {
    group: Group,
    scalar: Octets,
}

impl Secret {
    /// A uniformly random private key.
    pub fn random(group: Group, rng: &mut impl CryptoRng) -> Self {
        Self { group, scalar: random_below(order(group), rng) }
    }

    /// A private key from its big-endian integer; leading zeros are accepted.
    ///
    /// # Errors
    ///
    /// [`SecretError::Range`] unless it is in the range 1 to n-1.
    pub fn from_bytes(group: Group, bytes: &[u8]) -> Result<Self, SecretError> {
        let scalar = to_length(bytes, group.order_bytes()).ok_or(SecretError::Range { group })?;
        Self::from_scalar(group, scalar)
    }

    /// A private key from an integer of any size, reduced modulo n.
    ///
    /// PKCS#3 lets a DH private key be as long as p; in the subgroup of order q only its remainder modulo q matters.
    ///
    /// # Errors
    ///
    /// [`SecretError::Range`] if the remainder is 0.
    pub fn from_bytes_reduced(group: Group, bytes: &[u8]) -> Result<Self, SecretError> {
        Self::from_scalar(group, group.arithmetic().reduce(bytes))
    }

    fn from_scalar(group: Group, scalar: Octets) -> Result<Self, SecretError> {
        if is_in_range(&scalar, order(group)).into() {
            Ok(Self { group, scalar })
        } else {
            Err(SecretError::Range { group })
        }
    }

    /// The integer, big-endian, padded to [`Group::order_bytes`].
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.scalar.clone()
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.scalar
    }

    /// The group of the key.
    pub fn group(&self) -> Group {
        self.group
    }

    /// The public key on the standard generator.
    pub fn public(&self) -> Element {
        Element::from_computed(self.group, self.group.arithmetic().generator_multiple(&self.scalar))
    }

    /// The public key on another generator, such as the mapped one of PACE.
    ///
    /// # Errors
    ///
    /// [`ElementError::GroupMismatch`] if the generator is of another group.
    pub fn public_on(&self, generator: &Element) -> Result<Element, ElementError> {
        generator.expect_group(self.group)?;
        let encoded = self.group.arithmetic().multiple(&self.scalar, generator.octets())?;
        Ok(Element::from_computed(self.group, encoded))
    }

    /// Key agreement with the public key of the other side.
    ///
    /// # Errors
    ///
    /// [`ElementError::GroupMismatch`] if the peer's key is of another group.
    pub fn agree(&self, peer: &Element) -> Result<SharedSecret, ElementError> {
        let shared = self.public_on(peer)?;
        Ok(SharedSecret(Zeroizing::new(shared.x_octets().to_vec())))
    }

    /// `self × denominator⁻¹ mod n`: the Chip Authentication Data of PACE-CAM (Doc 9303-11 §4.4.3.5.1).
    ///
    /// # Errors
    ///
    /// [`SecretError::GroupMismatch`] if the two keys are of different groups.
    pub fn quotient(&self, denominator: &Self) -> Result<Self, SecretError> {
        if self.group != denominator.group {
            return Err(SecretError::GroupMismatch { expected: self.group, found: denominator.group });
        }
        let scalar = self.group.arithmetic().quotient(&self.scalar, &denominator.scalar);
        Self::from_scalar(self.group, scalar)
    }
}

/// A private key for one key agreement: agreeing or mapping uses it up.
///
/// ```compile_fail
/// # use groups::{Ephemeral, Group, Secret};
/// # fn twice(key: Ephemeral, peer: &groups::Element) {
/// let first = key.agree(peer);
/// let second = key.agree(peer); // the key is gone
/// # }
/// ```
///
/// ```
/// # use groups::{Ephemeral, Group, Secret};
/// # fn once(key: Ephemeral, peer: &groups::Element) {
/// let public = key.public();
/// let first = key.agree(peer);
/// # }
/// ```
pub struct Ephemeral(Secret);

impl Ephemeral {
    /// A uniformly random key for one use.
    pub fn random(group: Group, rng: &mut impl CryptoRng) -> Self {
        Self(Secret::random(group, rng))
    }

    /// A given key for one use, as worked examples need it.
    pub fn from_secret(secret: Secret) -> Self {
        Self(secret)
    }

    /// The key as a lasting one. The chip needs it for PACE-CAM, where the mapping key enters the authentication data.
    pub fn into_secret(self) -> Secret {
        self.0
    }

    /// The group of the key.
    pub fn group(&self) -> Group {
        self.0.group()
    }

    /// The public key on the standard generator.
    pub fn public(&self) -> Element {
        self.0.public()
    }

    /// The public key on another generator. Errors as for [`Secret::public_on`].
    pub fn public_on(&self, generator: &Element) -> Result<Element, ElementError> {
        self.0.public_on(generator)
    }

    /// Key agreement. Errors as for [`Secret::agree`].
    pub fn agree(self, peer: &Element) -> Result<SharedSecret, ElementError> {
        self.0.agree(peer)
    }

    /// Generic Mapping: agrees with the peer's mapping key on H and maps the nonce with it
    /// (Doc 9303-11 §4.4.3.3.1). Errors as for [`crate::map_generic`].
    pub fn map_generic(self, nonce: &[u8], peer: &Element) -> Result<Element, ElementError> {
        let group = self.0.group();
        peer.expect_group(group)?;
        let encoded = group.arithmetic().agree_and_map(self.0.octets(), peer.octets(), nonce)?;
        Ok(Element::from_computed(group, encoded))
    }
}

/// What two sides agreed on: the x-coordinate or the DH value, padded to [`Group::field_bytes`] (Doc 9303-11 §9.7.1).
pub struct SharedSecret(Octets);

impl SharedSecret {
    /// The bytes that enter the key derivation.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(<redacted>)")
    }
}

/// Why a private key cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SecretError {
    /// The integer is 0 or not below the order.
    #[error("a private key of {group} must be between 1 and the order minus 1")]
    Range {
        /// The group.
        group: Group,
    },
    /// Two keys of different groups cannot be combined.
    #[error("a private key of {expected} was needed, this one belongs to {found}")]
    GroupMismatch {
        /// The group of the other key.
        expected: Group,
        /// The group of this key.
        found: Group,
    },
}

pub(crate) fn order(group: Group) -> &'static [u8] {
    match group.parameters() {
        Parameters::Ec(ec) => ec.n,
        Parameters::Dh(dh) => dh.q,
    }
}
