//! The variants of PACE with generic mapping and of Chip Authentication that OpenPACE plays, by all their names.

use anyhow::Result;
use emrtd::cipher::Cipher;
use groups::{Group, Kind};

/// A kind of key agreement with a cipher.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Suite {
    /// Elliptic curves or a multiplicative group.
    pub kind: Kind,
    /// The cipher of nonce, token and secure messaging.
    pub cipher: Cipher,
}

/// bsi-de protocols smartcard: 0.4.0.127.0.7.2.2
const SMARTCARD: [u8; 7] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02];
const PACE: u8 = 4;
const CHIP_AUTHENTICATION: u8 = 3;

impl Suite {
    /// Every group with every cipher: 56 pairs.
    pub fn all() -> impl Iterator<Item = (Suite, Group)> {
        Group::ALL.into_iter().flat_map(|group| {
            Cipher::ALL.into_iter().map(move |cipher| (Suite { kind: group.kind(), cipher }, group))
        })
    }

    /// PACE with generic mapping, as TR-03110 calls it.
    pub fn pace_name(self) -> String {
        format!("id-PACE-{}-GM-{}", self.agreement(), self.cipher_name())
    }

    /// The object identifier of PACE with generic mapping, contents only.
    pub fn pace_oid(self) -> Vec<u8> {
        self.oid(PACE)
    }

    /// Chip Authentication, as TR-03110 calls it.
    pub fn chip_authentication_name(self) -> String {
        format!("id-CA-{}-{}", self.agreement(), self.cipher_name())
    }

    /// The object identifier of Chip Authentication, contents only.
    pub fn chip_authentication_oid(self) -> Vec<u8> {
        self.oid(CHIP_AUTHENTICATION)
    }

    fn agreement(self) -> &'static str {
        match self.kind {
            Kind::Ecdh => "ECDH",
            Kind::Dh => "DH",
        }
    }

    fn cipher_name(self) -> &'static str {
        match self.cipher {
            Cipher::TripleDes => "3DES-CBC-CBC",
            Cipher::Aes128 => "AES-CBC-CMAC-128",
            Cipher::Aes192 => "AES-CBC-CMAC-192",
            Cipher::Aes256 => "AES-CBC-CMAC-256",
        }
    }

    fn oid(self, protocol: u8) -> Vec<u8> {
        // Of PACE, DH-GM is 1 and ECDH-GM 2; of Chip Authentication, DH is 1 and ECDH 2.
        let agreement = match self.kind {
            Kind::Dh => 1,
            Kind::Ecdh => 2,
        };
        let cipher = match self.cipher {
            Cipher::TripleDes => 1,
            Cipher::Aes128 => 2,
            Cipher::Aes192 => 3,
            Cipher::Aes256 => 4,
        };
        [&SMARTCARD[..], &[protocol, agreement, cipher]].concat()
    }
}

/// Runs an exchange with a peer that gets about one in a hundred of them wrong, with Diffie-Hellman groups only, and
/// gives it two more chances there.
///
/// OpenPACE and dmrtd derive keys from the shared secret without its leading zero bytes; PKCS #3 §8.3 wants as many
/// bytes as the modulus has. With fresh keys each time the two agree unless the secret happens to begin with zero.
pub fn despite_leading_zeros<T>(group: Group, mut exchange: impl FnMut() -> Result<T>) -> Result<T> {
    let outcome = exchange();
    match group.kind() {
        Kind::Ecdh => outcome,
        Kind::Dh => outcome.or_else(|_| exchange()).or_else(|_| exchange()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_diffie_hellman_gets_another_chance() {
        for (group, tries) in [(Group::P256, 1), (Group::Modp1024Prime160, 3)] {
            let mut tried = 0;
            let outcome: Result<()> = despite_leading_zeros(group, || {
                tried += 1;
                anyhow::bail!("wrong")
            });
            assert!(outcome.is_err() && tried == tries, "{group}: {tried}");
        }
    }
}
