//! What a certificate must look like (Doc 9303-12 §7.1, tables 4 and 5; ).
//!
//! The result is what departs, never a yes or no: what of it is tolerated stands in a table. Some departures have two
//! names: in a self-signed authority, which a state's list vouches for, they mean less than elsewhere.

use const_oid::ObjectIdentifier;

use crate::algorithm::SignatureAlgorithm;
use crate::certificate::Certificate;
use crate::deviation::{Deviation, Deviations};
use crate::extension::{AlternativeName, KeyUsage};
use crate::key::{ParameterForm, PublicKey};
use crate::oid;

/// What a certificate is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A country signing authority that signed itself.
    Authority,
    /// A country signing authority's key signed by an earlier or later one of the same state.
    Link,
    /// The signer of documents.
    DocumentSigner,
    /// The signer of a master list.
    MasterListSigner,
    /// The signer of a list of defects (TR-03129-2 §7.2): as one of a master list, with a usage of its own.
    DefectListSigner,
    /// The signer of a list of deviations (Doc 9303-12 §10): as one of a master list, with a usage of its own.
    DeviationListSigner,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 6] = [
        Role::Authority,
        Role::Link,
        Role::DocumentSigner,
        Role::MasterListSigner,
        Role::DefectListSigner,
        Role::DeviationListSigner,
    ];
}

const USUAL_EXPONENT: [u8; 3] = [1, 0, 1];

impl Certificate {
    /// What departs from the profile of this role.
    pub fn check_profile(&self, role: Role) -> Deviations {
        let mut found = Found(Deviations::new());
        self.check_body(&mut found);
        self.check_country(&mut found);
        self.check_key_identifiers(role, &mut found);
        self.check_key_usage(role, &mut found);
        self.check_basic_constraints(role, &mut found);
        self.check_extended_key_usage(role, &mut found);
        self.check_other_extensions(role, &mut found);
        found.0
    }

    /// The role that a certificate of an authority claims for itself.
    pub fn authority_role(&self) -> Role {
        if self.claims_to_be_self_signed() { Role::Authority } else { Role::Link }
    }

    fn check_body(&self, found: &mut Found) {
        found.0.extend(&self.algorithm_deviations);
        found.when(self.version != 2, Deviation::VersionNotThree);
        found.when(self.serial().is_negative(), Deviation::SerialNegative);
        found.when(self.serial().is_zero(), Deviation::SerialZero);
        found.when(self.serial().is_too_long(), Deviation::SerialTooLong);
        found.when(self.has_unique_identifier, Deviation::UniqueIdentifierPresent);
        found.when(self.has_unusual_time, Deviation::ValidityTimeForm);
        let validity = self.validity();
        found.when(validity.not_after < validity.not_before, Deviation::ValidityReversed);
        match self.key() {
            PublicKey::Rsa(key) => {
                found.when(key.exponent() != USUAL_EXPONENT, Deviation::RsaExponentUnusual);
            }
            PublicKey::Ec(key) => found.when(key.form == ParameterForm::Named, Deviation::CurveNamed),
            PublicKey::Unsupported(_) => {}
        }
    }

    fn check_country(&self, found: &mut Found) {
        let Some(subject) = self.subject().country() else {
            return found.when(true, Deviation::CountryMissing);
        };
        found.when(subject.to_uppercase() != subject, Deviation::CountryLowerCase);
        found.when(subject.chars().count() != 2, Deviation::CountryLength);
        match self.issuer().country() {
            Some(issuer) if issuer == subject => {}
            Some(issuer) if issuer.to_uppercase() == subject.to_uppercase() => {
                found.when(true, Deviation::CountryCaseDiffers);
            }
            _ => found.when(true, Deviation::CountryDiffers),
        }
    }

    fn check_key_identifiers(&self, role: Role, found: &mut Found) {
        let named = self.issuer_key_identifier().is_some();
        found.when(!named && role != Role::Authority, Deviation::AuthorityKeyIdentifierMissing);
        let has_own = self.extensions().subject_key_identifier.is_some();
        found.when(!has_own && role.is_authority(), Deviation::SubjectKeyIdentifierMissing);
    }

    fn check_key_usage(&self, role: Role, found: &mut Found) {
        let Some(usage) = self.extensions().key_usage else {
            let anchor = role == Role::Authority;
            return found.either(anchor, Deviation::AnchorKeyUsageMissing, Deviation::KeyUsageMissing);
        };
        found.when(!self.is_critical(oid::KEY_USAGE), Deviation::KeyUsageNonCritical);
        if role.is_authority() {
            if !usage.key_cert_sign() {
                found.either(
                    role == Role::Authority,
                    Deviation::AnchorKeyUsageWithoutCertSign,
                    Deviation::KeyUsageWithoutCertSign,
                );
            }
            found.when(!usage.crl_sign(), Deviation::KeyUsageWithoutCrlSign);
            found.when(KeyUsage::exceeds_authority(usage), Deviation::KeyUsageWider);
        } else {
            let lacks = !usage.digital_signature();
            found.when(lacks, Deviation::SignerKeyUsageWithoutDigitalSignature);
            found.when(KeyUsage::exceeds_signer(usage), Deviation::SignerKeyUsageWider);
        }
    }

    fn check_basic_constraints(&self, role: Role, found: &mut Found) {
        let constraints = self.extensions().basic_constraints;
        if !role.is_authority() {
            return found.when(constraints.is_some_and(|read| read.ca), Deviation::SignerIsAuthority);
        }
        let anchor = role == Role::Authority;
        let signs_certificates = self.extensions().key_usage.is_some_and(KeyUsage::key_cert_sign);
        let marked = signs_certificates || constraints.is_some_and(|read| read.ca);
        found.when(!anchor && !marked, Deviation::LinkUnmarked);
        let Some(read) = constraints else {
            return found.either(
                anchor,
                Deviation::AnchorBasicConstraintsMissing,
                Deviation::BasicConstraintsMissing,
            );
        };
        if !read.ca {
            found.either(anchor, Deviation::AnchorBasicConstraintsNotCa, Deviation::BasicConstraintsNotCa);
        }
        found.when(!self.is_critical(oid::BASIC_CONSTRAINTS), Deviation::BasicConstraintsNonCritical);
        found.when(read.path_length.is_none(), Deviation::PathLengthMissing);
        found.when(read.path_length.is_some_and(|length| length != 0), Deviation::PathLengthNotZero);
    }

    fn check_extended_key_usage(&self, role: Role, found: &mut Found) {
        let usages = self.extensions().extended_key_usage.as_deref();
        let Some(wanted) = role.list_usage() else {
            if usages.is_some() {
                found.either(
                    role.is_authority(),
                    Deviation::AuthorityExtendedKeyUsage,
                    Deviation::SignerExtendedKeyUsage,
                );
            }
            return;
        };
        if usages.is_some_and(|usages| usages.contains(&wanted)) {
            found.when(!self.is_critical(oid::EXTENDED_KEY_USAGE), Deviation::MasterListUsageNonCritical);
        } else {
            found.when(true, Deviation::MasterListUsageMissing);
        }
    }

    fn check_other_extensions(&self, role: Role, found: &mut Found) {
        let extensions = self.extensions();
        found.when(extensions.repeated, Deviation::ExtensionRepeated);
        found.when(extensions.loose_boolean, Deviation::BooleanNotDer);
        found.when(extensions.unknown_critical().next().is_some(), Deviation::CriticalExtensionUnknown);
        let is_netscape = |id: &[u8]| id.starts_with(oid::NETSCAPE.as_bytes());
        let netscape = extensions.all().iter().any(|extension| is_netscape(extension.id.as_bytes()));
        found.when(netscape, Deviation::NetscapeExtension);
        found.when(self.is_critical(oid::NAME_CHANGE), Deviation::NameChangeCritical);
        found.when(self.is_critical(oid::DOCUMENT_TYPE_LIST), Deviation::DocumentTypeListCritical);
        let no_period = extensions.private_key_usage_period.is_none() && role.list_usage().is_none();
        found.when(no_period, Deviation::PrivateKeyUsagePeriodMissing);
        match &extensions.crl_distribution_points {
            None => found.when(true, Deviation::CrlDistributionPointMissing),
            Some(points) => {
                found.when(points.addresses.is_empty(), Deviation::CrlDistributionPointWithoutAddress);
            }
        }
        let absent = |names: &Option<Vec<AlternativeName>>| names.as_ref().is_none_or(Vec::is_empty);
        let one_absent =
            absent(&extensions.subject_alternative_name) || absent(&extensions.issuer_alternative_name);
        found.when(one_absent, Deviation::AlternativeNameMissing);
        let unlisted = extensions.document_types.is_none() && role == Role::DocumentSigner;
        found.when(unlisted, Deviation::DocumentTypeListMissing);
    }

    fn is_critical(&self, id: ObjectIdentifier) -> bool {
        self.extensions().all().iter().any(|extension| extension.id == id && extension.critical)
    }

    /// Whether the certificate's own signature is of a family other than its key: what a link certificate looks like
    /// with which a state changed from RSA to EC or back. `None` if either cannot be read.
    pub fn changes_key_type(&self) -> Option<bool> {
        let by_rsa = matches!(
            self.signature_algorithm().ok()?,
            SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss(_)
        );
        match self.key() {
            PublicKey::Rsa(_) => Some(!by_rsa),
            PublicKey::Ec(_) => Some(by_rsa),
            PublicKey::Unsupported(_) => None,
        }
    }
}

impl Role {
    const fn is_authority(self) -> bool {
        matches!(self, Self::Authority | Self::Link)
    }

    /// The extended key usage that the signer of a list must have.
    const fn list_usage(self) -> Option<ObjectIdentifier> {
        match self {
            Self::Authority | Self::Link | Self::DocumentSigner => None,
            Self::MasterListSigner => Some(oid::MASTER_LIST_SIGNER),
            Self::DefectListSigner => Some(oid::DEFECT_LIST_SIGNER),
            Self::DeviationListSigner => Some(oid::DEVIATION_LIST_SIGNER),
        }
    }
}

struct Found(Deviations);

impl Found {
    fn when(&mut self, departs: bool, deviation: Deviation) {
        if departs {
            self.0.insert(deviation);
        }
    }

    fn either(&mut self, first: bool, yes: Deviation, no: Deviation) {
        self.0.insert(if first { yes } else { no });
    }
}
