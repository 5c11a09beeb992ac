//! Chip Authentication as the chip does it (Doc 9303-11 §6.2): one agreement of the terminal's ephemeral key with the
//! chip's static one. Both ways of the standard lead here: MSE:Set KAT, and MSE:Set AT with GENERAL AUTHENTICATE.

use emrtd::apdu::StatusWord;
use emrtd::cipher::Cipher;
use emrtd::oid::{self, Oid};
use groups::{Element, Kind, Secret};

use super::pace::cipher_arc;
use super::secure_messaging::Session;

/// A static key with the ciphers that it is offered for.
pub(super) struct Offer {
    pub(super) key: Secret,
    pub(super) key_id: Option<u64>,
    /// Never empty: a key without ChipAuthenticationInfo is for 3DES.
    pub(super) ciphers: Vec<Cipher>,
}

impl Offer {
    fn has(&self, protocol: &Oid) -> Option<Cipher> {
        let family = match self.key.group().kind() {
            Kind::Dh => oid::ID_CA_DH,
            Kind::Ecdh => oid::ID_CA_ECDH,
        };
        self.ciphers.iter().copied().find(|cipher| family.child(cipher_arc(*cipher)) == *protocol)
    }
}

/// The key that a reference of the terminal names, and the cipher.
///
/// Without a reference there must be one key that fits. `protocol` is absent with MSE:Set KAT, which means 3DES.
///
/// # Errors
/// 6A80 if no key goes with the protocol, 6A88 if the reference names none or is missing where needed.
pub(super) fn choose(
    offers: &[Offer],
    protocol: Option<&Oid>,
    reference: Option<&[u8]>,
) -> Result<(usize, Cipher), StatusWord> {
    let fitting: Vec<(usize, &Offer, Cipher)> = offers
        .iter()
        .enumerate()
        .filter_map(|(index, offer)| {
            let cipher = match protocol {
                Some(protocol) => offer.has(protocol)?,
                None => offer.ciphers.contains(&Cipher::TripleDes).then_some(Cipher::TripleDes)?,
            };
            Some((index, offer, cipher))
        })
        .collect();
    if fitting.is_empty() {
        return Err(StatusWord::WRONG_DATA);
    }
    let chosen = match reference {
        None => match fitting.as_slice() {
            [only] => Some(only),
            _ => None,
        },
        Some(bytes) => {
            let wanted = key_id(bytes).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
            fitting.iter().find(|(_, offer, _)| offer.key_id == Some(wanted))
        }
    };
    let (index, _, cipher) = chosen.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    Ok((*index, *cipher))
}

/// A key reference: a big-endian integer of at most eight significant bytes.
fn key_id(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0u64, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)))
}

/// Agrees and derives the session that begins after the answer.
///
/// # Errors
/// 6A80 if the terminal's key is no valid public key.
pub(super) fn agree(key: &Secret, cipher: Cipher, public: &[u8]) -> Result<Session, StatusWord> {
    let peer = Element::decode(key.group(), public).map_err(|_| StatusWord::WRONG_DATA)?;
    let shared = key.agree(&peer).map_err(|_| StatusWord::WRONG_DATA)?;
    Ok(Session::from_secret(cipher, shared.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use groups::Group;

    fn offer(group: Group, key_id: Option<u64>, ciphers: &[Cipher]) -> Offer {
        Offer { key: Secret::from_bytes(group, &[7]).unwrap(), key_id, ciphers: ciphers.to_vec() }
    }

    #[test]
    fn one_fitting_key_needs_no_reference() {
        let offers = [
            offer(Group::P256, Some(1), &[Cipher::TripleDes]),
            offer(Group::P256, Some(2), &[Cipher::Aes128, Cipher::Aes256]),
        ];
        assert_eq!(choose(&offers, None, None), Ok((0, Cipher::TripleDes)));
        assert_eq!(choose(&offers, Some(&oid::ID_CA_ECDH.child(4)), None), Ok((1, Cipher::Aes256)));
        assert_eq!(choose(&offers, Some(&oid::ID_CA_DH.child(4)), None), Err(StatusWord::WRONG_DATA));
    }

    #[test]
    fn several_fitting_keys_need_a_reference() {
        let offers = [
            offer(Group::P256, Some(1), &[Cipher::Aes128]),
            offer(Group::BrainpoolP256r1, Some(0x0102), &[Cipher::Aes128]),
        ];
        let protocol = oid::ID_CA_ECDH.child(2);
        assert_eq!(choose(&offers, Some(&protocol), None), Err(StatusWord::REFERENCE_NOT_FOUND));
        assert_eq!(choose(&offers, Some(&protocol), Some(&[1, 2])), Ok((1, Cipher::Aes128)));
        assert_eq!(choose(&offers, Some(&protocol), Some(&[3])), Err(StatusWord::REFERENCE_NOT_FOUND));
        assert_eq!(choose(&offers, Some(&protocol), Some(&[])), Err(StatusWord::REFERENCE_NOT_FOUND));
        assert_eq!(choose(&offers, Some(&protocol), Some(&[0xFF; 9])), Err(StatusWord::REFERENCE_NOT_FOUND));
    }
}
