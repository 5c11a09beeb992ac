//! The curves: which arithmetic computes on which standard curve (parameter ids 8 to 18).
//!
//! P-256, P-384, P-521, brainpoolP256 and brainpoolP384 come from RustCrypto; the others are built here from its
//! generic field and point arithmetic. A brainpool "r1" curve is computed on its twist "t1" (RFC 5639 §2.2): the two
//! are isomorphic over GF(p) by (x, y) -> (Z²x, Z³y), and the twist has a = -3, which saves a quarter of the time.

use std::sync::LazyLock;

use primeorder::{BasepointTable, ProjectivePoint};

use crate::ec::{Ec, FieldElement, Standard, Twist};
use crate::group::Group;
use crate::parameters::Parameters;
use crate::public::{Modulus, PublicCurve, Residue, words};

/// Declares a prime modulus for Montgomery arithmetic. Instead of a primitive root a quadratic non-residue will do: it is
/// only used for square roots.
macro_rules! prime {
    (
        name: $name:ident, modulus: $modulus:literal, non_residue: $non_residue:literal, uint: $uint:ident,
        bytes: $bytes:ident, doc: $doc:literal
    ) => {
        use primefield::bigint::modular::ConstMontyParams;

        primefield::bigint::const_prime_monty_params!($name, $uint, $modulus, $non_residue, $doc);

        impl primefield::MontyFieldParams<{ $uint::LIMBS }> for $name {
            type ByteSize = elliptic_curve::consts::$bytes;
            const BYTE_ORDER: primefield::ByteOrder = primefield::ByteOrder::BigEndian;
            const MODULUS_HEX: &'static str = $modulus;
            const T: $uint = primefield::compute_t($name::PARAMS.modulus().as_ref());
        }
    };
}

/// Declares a curve with a = -3 over the generic Montgomery arithmetic of `crypto-bigint`.
macro_rules! prime_curve {
    (
        module: $module:ident,
        curve: $curve:ident,
        uint: $uint:ident,
        bytes: $bytes:ident,
        table: $table:literal,
        p: $p:literal,
        p_non_residue: $p_non_residue:literal,
        n: $n:literal,
        n_non_residue: $n_non_residue:literal,
        b: $b:literal,
        g: ($gx:literal, $gy:literal),
        doc: $doc:literal
    ) => {
        // The traits of RustCrypto ask for public types; the module keeps them inside.
        #[allow(unreachable_pub)]
        mod $module {
            pub(crate) mod field {
                use elliptic_curve::ff::PrimeField;
                use elliptic_curve::ops::BatchInvert;
                use elliptic_curve::subtle::{Choice, ConstantTimeEq, CtOption};
                use primefield::bigint::$uint;

                prime! {
                    name: FieldParams, modulus: $p, non_residue: $p_non_residue, uint: $uint, bytes: $bytes,
                    doc: "The field prime p."
                }
                primefield::monty_field_element! {
                    name: FieldElement, params: FieldParams, uint: $uint, doc: "An element of GF(p)."
                }
                primefield::monty_field_arithmetic! { name: FieldElement, params: FieldParams, uint: $uint }
                impl BatchInvert for FieldElement {}
            }

            pub(crate) mod scalar {
                use elliptic_curve::ff::PrimeField;
                use elliptic_curve::field::bytes_to_uint;
                use elliptic_curve::ops::Reduce;
                use elliptic_curve::scalar::{FromUintUnchecked, IsHigh};
                use elliptic_curve::subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, CtOption};
                use elliptic_curve::{Curve, FieldBytes};
                use primefield::bigint::$uint;
                use primeorder::wnaf;

                use super::$curve;

                prime! {
                    name: ScalarParams, modulus: $n, non_residue: $n_non_residue, uint: $uint, bytes: $bytes,
                    doc: "The order n of the base point."
                }
                primefield::monty_field_element! {
                    name: Scalar, params: ScalarParams, uint: $uint, doc: "An integer modulo n."
                }
                primefield::monty_field_arithmetic! { name: Scalar, params: ScalarParams, uint: $uint }
                elliptic_curve::scalar_impls!($curve, Scalar);
                wnaf::impl_wnaf_size_for_scalar!(Scalar);

                impl Reduce<$uint> for Scalar {
                    fn reduce(integer: &$uint) -> Self {
                        Self(primefield::MontyFieldElement::from_uint_reduced(integer))
                    }
                }

                impl Reduce<FieldBytes<$curve>> for Scalar {
                    fn reduce(bytes: &FieldBytes<$curve>) -> Self {
                        Self::reduce(&bytes_to_uint::<$curve>(bytes))
                    }
                }

                impl AsRef<Scalar> for Scalar {
                    fn as_ref(&self) -> &Scalar {
                        self
                    }
                }

                impl FromUintUnchecked for Scalar {
                    type Uint = $uint;

                    fn from_uint_unchecked(uint: Self::Uint) -> Self {
                        Self::from_uint_unchecked(uint)
                    }
                }

                impl IsHigh for Scalar {
                    fn is_high(&self) -> Choice {
                        const HALF: $uint = $curve::ORDER.as_ref().shr_vartime(1);
                        self.to_canonical().ct_gt(&HALF)
                    }
                }
            }

            use elliptic_curve::CurveArithmetic;
            use elliptic_curve::hazmat::FieldArithmetic;
            use elliptic_curve::point::PointCompression;
            use primefield::bigint::{Odd, $uint};
            use primeorder::mul_backend::PrecomputedTables;
            use primeorder::point_arithmetic::EquationAIsMinusThree;
            use primeorder::{
                AffinePoint, BasepointTable, PrimeCurveParams, PrimeCurveWithBasepointTable, ProjectivePoint,
            };

            use field::FieldElement;

            #[doc = $doc]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
            pub struct $curve;

            impl elliptic_curve::Curve for $curve {
                type FieldBytesSize = elliptic_curve::consts::$bytes;
                type Uint = $uint;

                const ORDER: Odd<$uint> = Odd::<$uint>::from_be_hex($n);
            }

            impl elliptic_curve::PrimeCurve for $curve {}

            impl PointCompression for $curve {
                const COMPRESS_POINTS: bool = false;
            }

            impl CurveArithmetic for $curve {
                type AffinePoint = AffinePoint<$curve>;
                type ProjectivePoint = ProjectivePoint<$curve>;
                type Scalar = scalar::Scalar;
            }

            impl elliptic_curve::PrimeCurveArithmetic for $curve {
                type CurveGroup = ProjectivePoint<$curve>;
            }

            impl FieldArithmetic for $curve {
                type FieldElement = FieldElement;
            }

            impl PrimeCurveParams for $curve {
                type PointArithmetic = EquationAIsMinusThree;
                type Backend = PrecomputedTables<$table>;

                const EQUATION_A: FieldElement = FieldElement::from_u64(3).neg();
                const EQUATION_B: FieldElement = FieldElement::from_hex_vartime($b);
                const GENERATOR: (FieldElement, FieldElement) =
                    (FieldElement::from_hex_vartime($gx), FieldElement::from_hex_vartime($gy));
            }

            static TABLE: BasepointTable<ProjectivePoint<$curve>, $table> = BasepointTable::new();

            impl PrimeCurveWithBasepointTable<$table> for $curve {
                const BASEPOINT_TABLE: &'static BasepointTable<ProjectivePoint<$curve>, $table> = &TABLE;
            }
        }
    };
}

prime_curve! {
    module: p192,
    curve: NistP192,
    uint: U192,
    bytes: U24,
    table: 25,
    p: "fffffffffffffffffffffffffffffffeffffffffffffffff",
    p_non_residue: 11,
    n: "ffffffffffffffffffffffff99def836146bc9b1b4d22831",
    n_non_residue: 3,
    b: "64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1",
    g: (
        "188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012",
        "07192b95ffc8da78631011ed6b24cdd573f977a11e794811"
    ),
    doc: "P-192."
}

prime_curve! {
    module: bp192,
    curve: BrainpoolP192t1,
    uint: U192,
    bytes: U24,
    table: 25,
    p: "c302f41d932a36cda7a3463093d18db78fce476de1a86297",
    p_non_residue: 3,
    n: "c302f41d932a36cda7a3462f9e9e916b5be8f1029ac4acc1",
    n_non_residue: 7,
    b: "13d56ffaec78681e68f9deb43b35bec2fb68542e27897b79",
    g: (
        "3ae9e58c82f63c30282e1fe7bbf43fa72c446af6f4618129",
        "097e2c5667c2223a902ab5ca449d0084b7e5b3de7ccc01c9"
    ),
    doc: "brainpoolP192t1."
}

prime_curve! {
    module: p224,
    curve: NistP224,
    uint: U256,
    bytes: U28,
    table: 29,
    p: "00000000ffffffffffffffffffffffffffffffff000000000000000000000001",
    p_non_residue: 11,
    n: "00000000ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
    n_non_residue: 2,
    b: "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
    g: (
        "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
        "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34"
    ),
    doc: "P-224."
}

prime_curve! {
    module: bp224,
    curve: BrainpoolP224t1,
    uint: U256,
    bytes: U28,
    table: 29,
    p: "00000000d7c134aa264366862a18302575d1d787b09f075797da89f57ec8c0ff",
    p_non_residue: 3,
    n: "00000000d7c134aa264366862a18302575d0fb98d116bc4b6ddebca3a5a7939f",
    n_non_residue: 3,
    b: "4b337d934104cd7bef271bf60ced1ed20da14c08b3bb64f18a60888d",
    g: (
        "6ab1e344ce25ff3896424e7ffe14762ecb49f8928ac0c76029b4d580",
        "0374e9f5143e568cd23f3f4d7c0d4b1e41c8cc0d1c6abd5f1a46db4c"
    ),
    doc: "brainpoolP224t1."
}

prime_curve! {
    module: bp320,
    curve: BrainpoolP320t1,
    uint: U384,
    bytes: U40,
    table: 41,
    p: "0000000000000000d35e472036bc4fb7e13c785ed201e065f98fcfa6f6f40def4f92b9ec7893ec28fcd412b1f1b32e27",
    p_non_residue: 5,
    n: "0000000000000000d35e472036bc4fb7e13c785ed201e065f98fcfa5b68f12a32d482ec7ee8658e98691555b44c59311",
    n_non_residue: 3,
    b: "a7f561e038eb1ed560b3d147db782013064c19f27ed27c6780aaf77fb8a547ceb5b4fef422340353",
    g: (
        "925be9fb01afc6fb4d3e7d4990010f813408ab106c4f09cb7ee07868cc136fff3357f624a21bed52",
        "63ba3a7a27483ebf6671dbef7abb30ebee084e58a0b077ad42a5a0989d1ee71b1b9bc0455fb0d2c3"
    ),
    doc: "brainpoolP320t1."
}

prime_curve! {
    module: bp512,
    curve: BrainpoolP512t1,
    uint: U512,
    bytes: U64,
    table: 65,
    p: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
    p_non_residue: 2,
    n: "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069",
    n_non_residue: 7,
    b: "7cbbbcf9441cfab76e1890e46884eae321f70c0bcb4981527897504bec3e36a62bcdfa2304976540f6450085f2dae145c22553b465763689180ea2571867423e",
    g: (
        "640ece5c12788717b9c1ba06cbc2a6feba85842458c56dde9db1758d39c0313d82ba51735cdb3ea499aa77a7d6943a64f7a3f25fe26f06b51baa2696fa9035da",
        "5b534bd595f5af0fa2c892376c84ace1bb4e3019b71634c01131159cae03cee9d9932184beef216bd71df2dadf86a627306ecff96dbb8bace198b61e00f8b332"
    ),
    doc: "brainpoolP512t1."
}

/// Ties a standard curve to the curve that computes it, with Z² and Z³ of RFC 5639 if that is its twist.
macro_rules! standard {
    ($instance:ident, $group:ident, $curve:path, words: $words:literal $(, twist: ($z2:literal, $z3:literal))? $(, table: $table:literal)?) => {
        #[doc = concat!("The arithmetic of [`Group::", stringify!($group), "`].")]
        pub(crate) static $instance: Ec<$group> = Ec::new();

        pub(crate) enum $group {}

        impl Modulus<$words> for $group {
            const WORDS: [u64; $words] = match Group::$group.parameters() {
                Parameters::Ec(numbers) => words(numbers.p),
                Parameters::Dh(_) => panic!("a curve has the parameters of a curve"),
            };
        }

        impl Standard for $group {
            const GROUP: Group = Group::$group;
            type Curve = $curve;
            type Public = Residue<Self, $words>;

            fn public() -> Option<&'static PublicCurve<Self::Public>> {
                static PUBLIC: LazyLock<Option<PublicCurve<Residue<$group, $words>>>> =
                    LazyLock::new(Ec::<$group>::public_curve);
                PUBLIC.as_ref()
            }

            $(
                const TWIST: Option<Twist<FieldElement<Self>>> = Some(Twist {
                    z2: <FieldElement<Self>>::from_hex_vartime($z2),
                    z3: <FieldElement<Self>>::from_hex_vartime($z3),
                    z2_inverse: <FieldElement<Self>>::from_hex_vartime($z2).const_invert(),
                    z3_inverse: <FieldElement<Self>>::from_hex_vartime($z3).const_invert(),
                });
            )?
            $(
                fn generator_multiple(k: &elliptic_curve::Scalar<Self::Curve>) -> ProjectivePoint<Self::Curve> {
                    // RustCrypto offers no table for this curve.
                    static TABLE: BasepointTable<ProjectivePoint<$curve>, $table> = BasepointTable::new();
                    TABLE.mul(k)
                }
            )?
        }
    };
}

standard!(P192, P192, p192::NistP192, words: 3);
standard!(BRAINPOOL_P192R1, BrainpoolP192r1, bp192::BrainpoolP192t1, words: 3, twist: (
    "9b5453f7b83731569f035fe602706eb6d1a8d560ad98c6bd",
    "183c49eeb3a4c86b18830d927586517b20e118baf9d682a9"
));
standard!(P224, P224, p224::NistP224, words: 4);
standard!(BRAINPOOL_P224R1, BrainpoolP224r1, bp224::BrainpoolP224t1, words: 4, twist: (
    "138c20c685de0a8b241388e73f69176bf903e14ea91f7da1663b86f5",
    "034488cab5c245efc24e3e0ec0676613a54d98f1b766d460b0313daf"
));
standard!(P256, P256, ::p256::NistP256, words: 4);
standard!(BRAINPOOL_P256R1, BrainpoolP256r1, ::bp256::BrainpoolP256t1, words: 4, twist: (
    "82bc2eb23a37e62ad4843df8cffd588aad32a61e81a9ad970b3fbd112adb923f",
    "842578589fb6c8e983ecc3d1194894ad7a79f385afabee717c45c8259685998b"
), table: 33);
standard!(BRAINPOOL_P320R1, BrainpoolP320r1, bp320::BrainpoolP320t1, words: 5, twist: (
    "81b063404030cc2a3165ebf290a7e8b5361065d22b699e2d31b27bbbdeeb8a8bfd7979879e605019",
    "b58d43456fee36292986bbd1f780157d41eebdb3eda58b8da5b5f7739fd7aa78cec24b22ab515e69"
));
standard!(P384, P384, ::p384::NistP384, words: 6);
standard!(BRAINPOOL_P384R1, BrainpoolP384r1, ::bp384::BrainpoolP384t1, words: 6, twist: (
    "7944e97a2d95ce0bcd4e2df1610d432f1fdcb8e10be624fba85b57bc6da5189ef6eeab80f4c3bf724df56d062db4b3eb",
    "8531662625354be763219530f830cfb71adefcdf86eaa140f2a13806e689993631f6cfbd39d3eb3f11a3e43c3bb49ca7"
), table: 49);
standard!(BRAINPOOL_P512R1, BrainpoolP512r1, bp512::BrainpoolP512t1, words: 8, twist: (
    "2730cd020de1b8ead89452ddaf5e71f40f60ff88e4dde904587e383b6a610dfd6a989ee8ef2edb21446265ba95fc1b93e39b243c0ff2e81cc35906720139d897",
    "7d410b34c91776e0a7c0b81d4c3e01dd33ac635c4bf27c622257a6e3ebfd2037b61a185cff2ed8c994d78f96fe9674d2bd04d0ba3b0cfecf67456ee424e52039"
));
standard!(P521, P521, ::p521::NistP521, words: 9);
