//! RSASSA-PKCS1-v1_5 with MD5, which nothing else here can make: a right signature that must be refused.

use emrtd_sim::pki::SigningKey;
use hex_literal::hex;
use md5::{Digest, Md5};
use rsa::Pkcs1v15Sign;

/// md5WithRSAEncryption (RFC 8017 appendix C).
pub(crate) const IDENTIFIER: [u8; 9] = hex!("2A864886F70D010104");

/// DigestInfo before the digest (RFC 8017 §9.2 note 1).
const DIGEST_INFO: [u8; 18] = hex!("3020 300C 06082A864886F70D0205 0500 0410");

pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let SigningKey::Rsa(key) = key else { panic!("an RSA key") };
    let padding = Pkcs1v15Sign { hash_len: Some(16), prefix: Box::new(DIGEST_INFO) };
    let digest = Md5::digest(message);
    let signature = key.sign(padding.clone(), &digest).unwrap();
    key.to_public_key().verify(padding, &digest, &signature).unwrap();
    signature
}
