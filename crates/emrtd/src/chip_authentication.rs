//! Chip Authentication version 1, the inspection system's side (Doc 9303-11 §6.2).
//!
//! We make an ephemeral key, agree with the chip's static key from EF.DG14, and restart secure messaging under the
//! result. The chip proves possession of its static key by the first answer that opens under the new keys — nothing
//! earlier does, and all of it means something only once Passive Authentication has vouched for EF.DG14.

use groups::{Element, ElementError, Ephemeral};
use rand_core::CryptoRng;

use crate::apdu::{Command, EXTENDED_ANSWER, SHORT_ANSWER, SHORT_DATA};
use crate::cipher::Cipher;
use crate::lds::public_key::PublicKey;
use crate::oid::Oid;
use crate::secure_messaging::SessionKeys;
use crate::security_infos::{Agreement, ChipAuthenticationInfo, SecurityInfos, key_reference};
use crate::tlv;

/// Why Chip Authentication was not attempted although EF.DG14 names it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChipAuthenticationError {
    /// No key of the document is on a group that is known here.
    #[error("the document's chip authentication keys are on unknown groups")]
    UnknownGroup,
    /// The document names protocols, but none that belongs to one of its keys.
    #[error("no chip authentication protocol belongs to a key of the document")]
    NoProtocol,
    /// Key agreement failed on our side.
    #[error(transparent)]
    Element(#[from] ElementError),
}

/// One key of the chip with the protocol to use it with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChipAuthenticationChoice {
    /// Key agreement.
    pub agreement: Agreement,
    /// Cipher of the new secure messaging.
    pub cipher: Cipher,
    /// The chip's static public key.
    pub key: Element,
    /// The key's identifier.
    pub key_id: Option<u64>,
    /// Whether EF.DG14 lacks a ChipAuthenticationInfo, so that 3DES was assumed (TR-03110-3 A.1.1.2).
    pub inferred: bool,
}

impl ChipAuthenticationChoice {
    /// The best of what EF.DG14 offers, whatever its order; `None` if it offers no Chip Authentication.
    ///
    /// Best is the strongest cipher, then the largest group, then the smallest key identifier.
    ///
    /// # Errors
    /// [`ChipAuthenticationError`] if there are keys, but none that can be used.
    pub fn from_security_infos(infos: &SecurityInfos) -> Result<Option<Self>, ChipAuthenticationError> {
        let protocols: Vec<&ChipAuthenticationInfo> = infos.chip_authentication().collect();
        let mut any_key = false;
        let mut any_usable_key = false;
        let mut best: Option<Self> = None;
        for found in infos.chip_authentication_keys() {
            any_key = true;
            let PublicKey::Group(key) = &found.public_key else { continue };
            any_usable_key = true;
            let fitting = protocols.iter().filter(|info| {
                info.version == 1
                    && info.agreement == found.agreement
                    && (info.key_id == found.key_id || info.key_id.is_none())
            });
            let mut candidates: Vec<(Cipher, bool)> = fitting.map(|info| (info.cipher, false)).collect();
            if protocols.is_empty() {
                candidates.push((Cipher::TripleDes, true));
            }
            for (cipher, inferred) in candidates {
                let candidate = Self {
                    agreement: found.agreement,
                    cipher,
                    key: key.element.clone(),
                    key_id: found.key_id,
                    inferred,
                };
                if best.as_ref().is_none_or(|best| candidate.rank() > best.rank()) {
                    best = Some(candidate);
                }
            }
        }
        match best {
            Some(best) => Ok(Some(best)),
            None if any_key && !any_usable_key => Err(ChipAuthenticationError::UnknownGroup),
            None if any_key || !protocols.is_empty() => Err(ChipAuthenticationError::NoProtocol),
            None => Ok(None),
        }
    }

    fn rank(&self) -> (Cipher, usize, std::cmp::Reverse<Option<u64>>) {
        (self.cipher, self.key.group().field_bits(), std::cmp::Reverse(self.key_id))
    }

    /// The protocol's object identifier.
    pub fn oid(&self) -> Oid {
        ChipAuthenticationInfo::oid_of(self.agreement, self.cipher)
    }

    /// Makes our ephemeral key, the commands that carry it, and the session keys that follow.
    ///
    /// The commands travel under the old keys; whatever is sent after them travels under the new ones, with the send
    /// sequence counter at zero.
    ///
    /// # Errors
    /// [`ChipAuthenticationError::Element`].
    pub fn begin(
        &self,
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<Command>, SessionKeys), ChipAuthenticationError> {
        let own = Ephemeral::random(self.key.group(), rng);
        let public = own.public().encode_minimal();
        let shared = own.agree(&self.key)?;
        let keys = SessionKeys::derive(self.cipher, shared.as_bytes());
        Ok((self.commands(&public), keys))
    }

    fn commands(&self, public: &[u8]) -> Vec<Command> {
        let key_id = self.key_id.map(|id| tlv::write(0x84, &key_reference(id))).unwrap_or_default();
        if self.cipher == Cipher::TripleDes {
            let data = [tlv::write(0x91, public), key_id].concat();
            return vec![Command::new(0, 0x22, 0x41, 0xA6).with_data(data)];
        }
        let template = [tlv::write(0x80, self.oid().as_bytes()), key_id].concat();
        let data = tlv::write(0x7C, &tlv::write(0x80, public));
        let ne = if data.len() > SHORT_DATA { EXTENDED_ANSWER } else { SHORT_ANSWER };
        vec![
            Command::new(0, 0x22, 0x41, 0xA4).with_data(template),
            Command::new(0, 0x86, 0, 0).with_data(data).expecting(ne),
        ]
    }
}
