//! Keys of the issuing PKI.

use serde::{Deserialize, Serialize};

/// How domain parameters are written in a SubjectPublicKeyInfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterEncoding {
    /// In full: EC as RFC 3279 ECParameters, DH as X9.42 DomainParameters. 97 % of the EC certificates of states.
    #[default]
    Explicit,
    /// By the name of the curve; not for DH.
    Named,
    /// By the number of the standardised parameters (BSI TR-03110-3 A.2.1.1); not for certificates.
    Standardised,
}

/// What key to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum KeySpec {
    /// RSA.
    Rsa {
        /// Length of the modulus in bits.
        bits: usize,
    },
    /// EC on a standardised curve.
    Ec {
        /// Standardised domain parameters, 8–18.
        parameter_id: u8,
        /// How the certificate writes the curve.
        #[serde(default)]
        encoding: ParameterEncoding,
    },
}
