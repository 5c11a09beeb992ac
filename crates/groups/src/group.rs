//! Which group: the rows of Doc 9303-11 §9.5.1, table 12.

use std::fmt;

use crate::arithmetic::{Arithmetic, EcArithmetic};
use crate::element::Element;
use crate::parameters::{self, DhParameters, EcParameters, Parameters};
use crate::{curves, dh};

/// One set of standardised domain parameters (Doc 9303-11 §9.5.1, table 12). The discriminant is the parameter id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Group {
    /// 1024-bit MODP group with 160-bit prime order subgroup, RFC 5114 §2.1.
    Modp1024Prime160 = 0,
    /// 2048-bit MODP group with 224-bit prime order subgroup, RFC 5114 §2.2.
    Modp2048Prime224 = 1,
    /// 2048-bit MODP group with 256-bit prime order subgroup, RFC 5114 §2.3.
    Modp2048Prime256 = 2,
    /// NIST P-192 (secp192r1).
    P192 = 8,
    /// brainpoolP192r1, RFC 5639 §3.2.
    BrainpoolP192r1 = 9,
    /// NIST P-224 (secp224r1). Not usable with the Integrated Mapping.
    P224 = 10,
    /// brainpoolP224r1, RFC 5639 §3.3.
    BrainpoolP224r1 = 11,
    /// NIST P-256 (secp256r1).
    P256 = 12,
    /// brainpoolP256r1, RFC 5639 §3.4.
    BrainpoolP256r1 = 13,
    /// brainpoolP320r1, RFC 5639 §3.5.
    BrainpoolP320r1 = 14,
    /// NIST P-384 (secp384r1).
    P384 = 15,
    /// brainpoolP384r1, RFC 5639 §3.6.
    BrainpoolP384r1 = 16,
    /// brainpoolP512r1, RFC 5639 §3.7.
    BrainpoolP512r1 = 17,
    /// NIST P-521 (secp521r1).
    P521 = 18,
}

/// The kind of a group: what its elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Points of an elliptic curve over a prime field ("ECP" of table 12).
    Ecdh,
    /// Integers modulo a prime ("GFP" of table 12).
    Dh,
}

impl Group {
    /// Every group, by rising parameter id.
    pub const ALL: [Self; 14] = [
        Self::Modp1024Prime160,
        Self::Modp2048Prime224,
        Self::Modp2048Prime256,
        Self::P192,
        Self::BrainpoolP192r1,
        Self::P224,
        Self::BrainpoolP224r1,
        Self::P256,
        Self::BrainpoolP256r1,
        Self::BrainpoolP320r1,
        Self::P384,
        Self::BrainpoolP384r1,
        Self::BrainpoolP512r1,
        Self::P521,
    ];

    /// The group with this parameter id; `None` for the ids reserved for future use.
    pub fn from_parameter_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.parameter_id() == id)
    }

    /// The parameter id of Doc 9303-11 §9.5.1: 0 to 2 or 8 to 18.
    pub const fn parameter_id(self) -> u8 {
        self as u8
    }

    /// The usual name of the group.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modp1024Prime160 => "MODP 1024/160",
            Self::Modp2048Prime224 => "MODP 2048/224",
            Self::Modp2048Prime256 => "MODP 2048/256",
            Self::P192 => "NIST P-192",
            Self::BrainpoolP192r1 => "brainpoolP192r1",
            Self::P224 => "NIST P-224",
            Self::BrainpoolP224r1 => "brainpoolP224r1",
            Self::P256 => "NIST P-256",
            Self::BrainpoolP256r1 => "brainpoolP256r1",
            Self::BrainpoolP320r1 => "brainpoolP320r1",
            Self::P384 => "NIST P-384",
            Self::BrainpoolP384r1 => "brainpoolP384r1",
            Self::BrainpoolP512r1 => "brainpoolP512r1",
            Self::P521 => "NIST P-521",
        }
    }

    /// Whether the elements are points or integers.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Modp1024Prime160 | Self::Modp2048Prime224 | Self::Modp2048Prime256 => Kind::Dh,
            _ => Kind::Ecdh,
        }
    }

    /// Bits of the field prime p.
    pub const fn field_bits(self) -> usize {
        match self {
            Self::Modp1024Prime160 => 1024,
            Self::Modp2048Prime224 | Self::Modp2048Prime256 => 2048,
            Self::P192 | Self::BrainpoolP192r1 => 192,
            Self::P224 | Self::BrainpoolP224r1 => 224,
            Self::P256 | Self::BrainpoolP256r1 => 256,
            Self::BrainpoolP320r1 => 320,
            Self::P384 | Self::BrainpoolP384r1 => 384,
            Self::BrainpoolP512r1 => 512,
            Self::P521 => 521,
        }
    }

    /// Bytes of a field element: the length of an x-coordinate, of a DH value and of the shared secret.
    pub const fn field_bytes(self) -> usize {
        self.field_bits().div_ceil(8)
    }

    /// Bits of the order of the generator.
    pub const fn order_bits(self) -> usize {
        match self {
            Self::Modp1024Prime160 => 160,
            Self::Modp2048Prime224 => 224,
            Self::Modp2048Prime256 => 256,
            // Every curve of the table has an order as long as its field prime.
            _ => self.field_bits(),
        }
    }

    /// Bytes of the order of the generator: the length of a private key, of r and of s.
    pub const fn order_bytes(self) -> usize {
        self.order_bits().div_ceil(8)
    }

    /// Bytes of an encoded element ([`Element::encode`]): `04||x||y`, or the padded integer.
    pub const fn element_bytes(self) -> usize {
        match self.kind() {
            Kind::Ecdh => 1 + 2 * self.field_bytes(),
            Kind::Dh => self.field_bytes(),
        }
    }

    /// Whether the Integrated Mapping is defined. It needs p = 3 mod 4, so P-224 lacks it (footnote of table 12).
    pub const fn supports_integrated_mapping(self) -> bool {
        !matches!(self, Self::P224)
    }

    /// The generator G or g.
    pub fn generator(self) -> Element {
        let encoded = match self.parameters() {
            Parameters::Ec(ec) => ec.g,
            Parameters::Dh(dh) => dh.g,
        };
        Element::from_computed(self, encoded.to_vec().into())
    }

    /// The numbers of the group, big-endian and padded.
    pub const fn parameters(self) -> Parameters {
        parameters::of(self)
    }

    /// The known curve that these explicit parameters describe, if they describe one exactly.
    ///
    /// p, a, b and n are compared as integers, so leading zeros do not matter. The base point may be compressed. A
    /// missing cofactor is accepted, a wrong one is not.
    pub fn from_ec_parameters(explicit: &EcParameters<'_>) -> Option<Self> {
        Self::ALL.into_iter().find(|group| match group.parameters() {
            Parameters::Ec(known) => known.describes_same_curve(explicit),
            Parameters::Dh(_) => false,
        })
    }

    /// The known group that these explicit parameters describe exactly; q may be missing, as in PKCS#3.
    pub fn from_dh_parameters(p: &[u8], g: &[u8], q: Option<&[u8]>) -> Option<Self> {
        Self::ALL.into_iter().find(|group| match group.parameters() {
            Parameters::Dh(known) => known.matches(&DhParameters { p, g, q: q.unwrap_or(known.q) }),
            Parameters::Ec(_) => false,
        })
    }

    pub(crate) fn arithmetic(self) -> &'static dyn Arithmetic {
        match self {
            Self::Modp1024Prime160 => &dh::MODP_1024_160,
            Self::Modp2048Prime224 => &dh::MODP_2048_224,
            Self::Modp2048Prime256 => &dh::MODP_2048_256,
            Self::P192 => &curves::P192,
            Self::BrainpoolP192r1 => &curves::BRAINPOOL_P192R1,
            Self::P224 => &curves::P224,
            Self::BrainpoolP224r1 => &curves::BRAINPOOL_P224R1,
            Self::P256 => &curves::P256,
            Self::BrainpoolP256r1 => &curves::BRAINPOOL_P256R1,
            Self::BrainpoolP320r1 => &curves::BRAINPOOL_P320R1,
            Self::P384 => &curves::P384,
            Self::BrainpoolP384r1 => &curves::BRAINPOOL_P384R1,
            Self::BrainpoolP512r1 => &curves::BRAINPOOL_P512R1,
            Self::P521 => &curves::P521,
        }
    }

    /// The arithmetic of a curve; `None` for the multiplicative groups.
    pub(crate) fn ec_arithmetic(self) -> Option<&'static dyn EcArithmetic> {
        self.arithmetic().as_curve()
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
