//! Departures from the profile, as a table with reasons.
//!
//! Reading and checking name every [`Deviation`] they meet. Whether one is tolerated is a row of the table
//! `data/deviations.toml`; the table in force, and each row of it that took effect, belong into the evidence. A row can
//! be limited to countries and switched off. A deviation that is tolerated never makes a signature valid.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

macro_rules! deviations {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// One departure from the standards that something read here can show. The table tells what and why.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Deviation {
            $($(#[$doc])* $name,)*
        }

        impl Deviation {
            /// Every departure, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

deviations! {
    /// The certificate is not of version 3.
    VersionNotThree,
    /// The serial number is below zero.
    SerialNegative,
    /// The serial number is zero.
    SerialZero,
    /// The serial number has more than 20 octets.
    SerialTooLong,
    /// issuerUniqueID or subjectUniqueID is there.
    UniqueIdentifierPresent,
    /// The validity ends before it begins.
    ValidityReversed,
    /// A time of the validity before 2050 is a GeneralizedTime.
    ValidityTimeForm,
    /// An extension is there twice.
    ExtensionRepeated,
    /// A BOOLEAN in the extensions is TRUE in a form that DER does not know.
    BooleanNotDer,
    /// A critical extension is not understood.
    CriticalExtensionUnknown,
    /// A Netscape extension is there.
    NetscapeExtension,
    /// nameChange is critical.
    NameChangeCritical,
    /// documentTypeList is critical.
    DocumentTypeListCritical,
    /// The subject has no countryName, or several.
    CountryMissing,
    /// countryName is not in upper case.
    CountryLowerCase,
    /// countryName has not two letters.
    CountryLength,
    /// The countries of issuer and subject differ in case.
    CountryCaseDiffers,
    /// The countries of issuer and subject differ.
    CountryDiffers,
    /// No authorityKeyIdentifier with a key identifier, and not self-signed.
    AuthorityKeyIdentifierMissing,
    /// No subjectKeyIdentifier in the certificate of an authority.
    SubjectKeyIdentifierMissing,
    /// No keyUsage in a self-signed authority.
    AnchorKeyUsageMissing,
    /// No keyUsage elsewhere.
    KeyUsageMissing,
    /// keyUsage is not critical.
    KeyUsageNonCritical,
    /// keyUsage of a self-signed authority lacks keyCertSign.
    AnchorKeyUsageWithoutCertSign,
    /// keyUsage of a link certificate lacks keyCertSign.
    KeyUsageWithoutCertSign,
    /// keyUsage of an authority lacks cRLSign.
    KeyUsageWithoutCrlSign,
    /// keyUsage of an authority allows more than keyCertSign and cRLSign.
    KeyUsageWider,
    /// keyUsage of a signer lacks digitalSignature.
    SignerKeyUsageWithoutDigitalSignature,
    /// keyUsage of a signer allows more than digitalSignature.
    SignerKeyUsageWider,
    /// No basicConstraints in a self-signed authority.
    AnchorBasicConstraintsMissing,
    /// No basicConstraints in a link certificate.
    BasicConstraintsMissing,
    /// basicConstraints of an authority is not critical.
    BasicConstraintsNonCritical,
    /// cA is FALSE in a self-signed authority.
    AnchorBasicConstraintsNotCa,
    /// cA is FALSE in a link certificate.
    BasicConstraintsNotCa,
    /// pathLenConstraint of an authority is not zero.
    PathLengthNotZero,
    /// An authority has no pathLenConstraint.
    PathLengthMissing,
    /// Neither cA nor keyCertSign says that a link certificate is one of an authority.
    LinkUnmarked,
    /// A signer claims to be an authority.
    SignerIsAuthority,
    /// extKeyUsage in an authority.
    AuthorityExtendedKeyUsage,
    /// extKeyUsage in a document signer.
    SignerExtendedKeyUsage,
    /// A master list signer lacks the extKeyUsage of one.
    MasterListUsageMissing,
    /// extKeyUsage of a master list signer is not critical.
    MasterListUsageNonCritical,
    /// No privateKeyUsagePeriod in an authority or a document signer.
    PrivateKeyUsagePeriodMissing,
    /// No cRLDistributionPoints.
    CrlDistributionPointMissing,
    /// cRLDistributionPoints without an address.
    CrlDistributionPointWithoutAddress,
    /// No subjectAltName or no issuerAltName.
    AlternativeNameMissing,
    /// A document signer has no documentTypeList.
    DocumentTypeListMissing,
    /// The curve is named instead of written in full.
    CurveNamed,
    /// The RSA exponent is not 65537.
    RsaExponentUnusual,
    /// The issuer is known by its key identifier only, its name is another.
    IssuerNameDiffers,
    /// The issuer's name fits, the key identifier is another.
    KeyIdentifierDiffers,
    /// AlgorithmIdentifier of an RSA signature without NULL.
    RsaAlgorithmWithoutNull,
    /// AlgorithmIdentifier of an ECDSA signature with NULL.
    EcdsaAlgorithmWithNull,
    /// DigestInfo of an RSA signature without NULL.
    DigestInfoWithoutNull,
    /// The salt of RSASSA-PSS is not as long as the hash.
    PssSaltLengthDiffers,
    /// RSASSA-PSS makes its mask with another hash.
    PssMaskHashDiffers,
    /// The revocation list is not of version 2.
    CrlVersionNotTwo,
    /// The revocation list has no authorityKeyIdentifier.
    CrlAuthorityKeyIdentifierMissing,
    /// The revocation list has no number.
    CrlNumberMissing,
    /// The revocation list does not say when the next one comes.
    CrlNextUpdateMissing,
    /// The revocation list is a part of one (delta or issuing distribution point).
    CrlPartial,
    /// A critical extension of the revocation list, or of an entry, is not understood.
    CrlCriticalExtensionUnknown,
    /// SignedData is not of version 3; the version is not signed.
    SignedDataVersionNotThree,
    /// The version of a SignerInfo is not the one for its form of identifier.
    SignerVersionInconsistent,
    /// The signature of a SignerInfo hashes with another algorithm than the SignerInfo names.
    SignerDigestDiffers,
    /// A SignerInfo has no signed attributes.
    SignedAttributesMissing,
    /// The signed attributes were signed in an order that is not that of DER.
    SignedAttributesUnsorted,
    /// The content type of EF.SOD is id-data.
    SecurityObjectOfTypeData,
    /// The content type of EF.SOD is one that was in use before id-icao-ldsSecurityObject.
    SecurityObjectOfFormerType,
}

impl Deviation {
    /// The name in the table and in evidence.
    pub fn id(self) -> String {
        let mut id = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !id.is_empty() {
                id.push('-');
            }
            id.push(letter.to_ascii_lowercase());
        }
        id
    }
}

/// What departs, each once.
pub type Deviations = BTreeSet<Deviation>;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviationRule {
    /// Which departure.
    pub id: Deviation,
    /// What the standard asks and what is seen instead.
    pub what: String,
    /// Why it is tolerated or not.
    pub reason: String,
    /// Whether it is tolerated.
    pub tolerated: bool,
    /// Countries, in upper case, to which the toleration is limited; none: it holds for all.
    #[serde(default)]
    pub countries: Option<Vec<String>>,
}

/// Why a table was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviationTableError {
    /// It is no TOML of this form.
    #[error("the table of deviations cannot be read: {0}")]
    Format(#[from] toml::de::Error),
    /// Two rows for one departure.
    #[error("two rows of the table are about {0:?}")]
    Repeated(Deviation),
    /// No row for a departure.
    #[error("no row of the table is about {0:?}")]
    Missing(Deviation),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    deviation: Vec<DeviationRule>,
}

/// What is tolerated and why: one row for each departure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviationTable(BTreeMap<Deviation, DeviationRule>);

/// What a table says of some departures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a refused deviation must have consequences"]
pub struct Judgement {
    /// Tolerated: each is to be named in the evidence.
    pub tolerated: Deviations,
    /// Not tolerated.
    pub refused: Deviations,
}

impl DeviationTable {
    /// The table that comes with the program.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn builtin() -> Result<Self, DeviationTableError> {
        Self::parse(include_str!("../data/deviations.toml"))
    }

    /// Reads a table; unknown columns are refused, and each departure must have exactly one row.
    ///
    /// # Errors
    /// [`DeviationTableError`].
    pub fn parse(text: &str) -> Result<Self, DeviationTableError> {
        let rows: Rows = toml::from_str(text)?;
        let mut table = BTreeMap::new();
        for row in rows.deviation {
            let id = row.id;
            if table.insert(id, row).is_some() {
                return Err(DeviationTableError::Repeated(id));
            }
        }
        match Deviation::ALL.iter().find(|id| !table.contains_key(id)) {
            Some(id) => Err(DeviationTableError::Missing(*id)),
            None => Ok(Self(table)),
        }
    }

    /// The row about a departure.
    pub fn rule(&self, id: Deviation) -> Option<&DeviationRule> {
        self.0.get(&id)
    }

    /// All rows.
    pub fn rules(&self) -> impl Iterator<Item = &DeviationRule> {
        self.0.values()
    }

    /// The same table with the toleration of one departure switched off.
    #[must_use]
    pub fn without(mut self, id: Deviation) -> Self {
        if let Some(rule) = self.0.get_mut(&id) {
            rule.tolerated = false;
        }
        self
    }

    /// Divides departures into those tolerated for a country (as [`crate::Certificate::country`] gives it) and those
    /// that are not. What has no row is not tolerated.
    pub fn judge(&self, deviations: &Deviations, country: Option<&str>) -> Judgement {
        let applies = |rule: &DeviationRule| match (&rule.countries, country) {
            (None, _) => true,
            (Some(countries), Some(country)) => countries.iter().any(|listed| listed == country),
            (Some(_), None) => false,
        };
        let tolerated = |id: &Deviation| self.0.get(id).is_some_and(|rule| rule.tolerated && applies(rule));
        let (tolerated, refused) = deviations.iter().copied().partition(tolerated);
        Judgement { tolerated, refused }
    }
}
