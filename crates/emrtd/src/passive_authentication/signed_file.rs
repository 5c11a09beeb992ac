//! A file that its issuer signed: EF.SOD and EF.CardSecurity (Doc 9303-10 §4.6.2.2, Doc 9303-11 §9.2.11; R-031…R-043).
//!
//! The signature, the path of its signer to an authority, the validity of both and their revocation are four findings.
//! The authority comes from the trust store; what a chip embeds is looked at only as a candidate for the signer.

use std::collections::BTreeSet;
use std::sync::Arc;

use const_oid::ObjectIdentifier;
use jiff::Timestamp;
use pki::{
    AlgorithmProblem, Anchors, Certificate, CrlFreshness, DeviationTable, Deviations, PathProblem,
    PathValidity, Revocation, RevokedCertificate, SignatureError, SignedData, SignerError, SignerInfo,
    UnsupportedKey, Verified, Weakness,
};

use crate::Finding;
use crate::lds::{File, LdsError};
use crate::oid;

/// What the checks are made with. The same for all checks of one document.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// What the trust store says.
    pub anchors: &'a Anchors,
    /// Which departures from the standards are tolerated.
    pub deviations: &'a DeviationTable,
    /// The time of the check.
    pub now: Timestamp,
}

/// Why the signature of a file is not successful.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignatureProblem {
    /// The chip has no such file.
    #[error("the chip has no such file")]
    Absent,
    /// The file is there and could not be read.
    #[error("the file could not be read")]
    Unreadable,
    /// The file is broken.
    #[error(transparent)]
    Malformed(#[from] LdsError),
    /// The content is of another type.
    #[error("the signed content is of type {0}")]
    ContentType(ObjectIdentifier),
    /// Nobody signed it.
    #[error("there is no signature")]
    NoSignature,
    /// An embedded certificate of the signer cannot be read.
    #[error("the certificate of the signer cannot be read")]
    BrokenCertificate,
    /// Certificates are embedded, and the signature names none of them.
    #[error("the signature names a certificate that is not embedded")]
    OtherCertificate,
    /// No certificate is embedded, and the trust store knows none that the signature names.
    #[error("the certificate of the signer is neither embedded nor known")]
    UnknownSigner,
    /// The signed content type is missing or another one.
    #[error("the signed content type is not that of the content")]
    SignedContentType,
    /// The signed hash is missing or wrong.
    #[error("the signed hash is not that of the content")]
    MessageDigest,
    /// The signature does not verify, or is made with something that must not be used.
    #[error("the signature is wrong: {0}")]
    Wrong(SignerError),
    /// The signature is made with something that is not known here.
    #[error("the signature cannot be verified: {0}")]
    Unsupported(SignerError),
    /// Departures from the standards that the table does not tolerate.
    #[error("the signature breaks the profile: {0:?}")]
    Profile(Deviations),
}

/// Why the validity of the certificates is not successful.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ValidityProblem {
    /// There is no path whose certificates could be looked at.
    #[error("there is no path to an authority")]
    NoPath,
    /// The time of the check lies outside the validity of one of the certificates.
    #[error("a certificate is not valid at the time of the check")]
    Outside(PathValidity),
}

/// Why revocation is not successful.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RevocationProblem {
    /// There is no path whose certificates could be looked up.
    #[error("there is no path to an authority")]
    NoPath,
    /// Signer or authority are revoked.
    #[error("the signer or its authority was revoked on {}", .0.revoked_at)]
    Revoked(RevokedCertificate),
    /// The trust store has no revocation list of the authority.
    #[error("there is no revocation list of the authority")]
    NoList,
    /// The newest revocation list cannot tell any more, or not yet.
    #[error("the newest revocation list of the authority is too old")]
    Stale(CrlFreshness),
}

/// Why there is no path.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignerPathProblem {
    /// The certificate of the signer is not known.
    #[error("the certificate of the signer is not known")]
    NoSigner,
    /// There is one, and no path from it.
    #[error(transparent)]
    Path(#[from] PathProblem),
    /// An authority issued the signer, and one of the two departs from the profile in ways that are not tolerated.
    #[error("the certificates break the profile: {0:?}")]
    Profile(Deviations),
}

/// The four findings about the signature of a file, and who signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedFile {
    /// The signature of the signer over the content.
    pub signature: Finding<SignatureProblem>,
    /// The path from the signer to an authority.
    pub path: Finding<SignerPathProblem>,
    /// The validity of both at the time of the check.
    pub validity: Finding<ValidityProblem>,
    /// The revocation of either.
    pub revocation: Finding<RevocationProblem>,
    /// The signer's certificate.
    pub signer: Option<Arc<Certificate>>,
    /// The authority, from the trust store.
    pub authority: Option<Arc<Certificate>>,
    /// Departures that were tolerated.
    pub tolerated: Deviations,
    /// What is weak in the signatures.
    pub weaknesses: BTreeSet<Weakness>,
}

impl SignedFile {
    /// The findings about a file whose signature could not be looked at.
    pub(super) fn unmade(signature: Finding<SignatureProblem>) -> Self {
        Self {
            signature,
            path: Finding::Undetermined(SignerPathProblem::NoSigner),
            validity: Finding::Undetermined(ValidityProblem::NoPath),
            revocation: Finding::Undetermined(RevocationProblem::NoPath),
            signer: None,
            authority: None,
            tolerated: Deviations::new(),
            weaknesses: BTreeSet::new(),
        }
    }

    /// Checks the signature of EF.CardSecurity.
    pub(crate) fn of_card_security(bytes: &[u8], trust: &Trust<'_>) -> Self {
        let file = File::CardSecurity;
        let signed = file.contents(bytes).and_then(|contents| {
            SignedData::parse(contents.outer.raw).map_err(|error| LdsError { file, problem: error.into() })
        });
        match signed {
            Ok(signed) if signed.content_type().as_bytes() == oid::ID_SECURITY_OBJECT.as_bytes() => {
                Self::check(&signed, &Deviations::new(), trust)
            }
            Ok(other) => Self::unmade(Finding::Failed(SignatureProblem::ContentType(other.content_type()))),
            Err(error) => Self::unmade(Finding::Failed(error.into())),
        }
    }

    /// Checks the signatures of `signed`, whose content type was looked at before; `departing` is what departs in that.
    ///
    /// Of several signatures all must verify; the path is that of the first.
    pub(super) fn check(signed: &SignedData, departing: &Deviations, trust: &Trust<'_>) -> Self {
        let mut all = signed.signers().iter().map(|signer| Self::check_one(signed, signer, departing, trust));
        let Some(mut first) = all.next() else {
            return Self::unmade(Finding::Failed(SignatureProblem::NoSignature));
        };
        if let Some(other) = all.find(|other| !other.signature.is_successful()) {
            first.signature = other.signature;
        }
        first
    }

    fn check_one(signed: &SignedData, info: &SignerInfo, departing: &Deviations, trust: &Trust<'_>) -> Self {
        let candidates = match candidates(signed, info, trust.anchors) {
            Ok(candidates) => candidates,
            Err(finding) => return Self::unmade(finding),
        };
        let mut outcome = Self::unmade(Finding::Undetermined(SignatureProblem::UnknownSigner));
        for signer in candidates {
            let checks = signed.check(info, &signer);
            let result = checks.content_type.and(checks.message_digest).and(checks.certificate);
            let result = result.and(checks.signature);
            outcome = Self::of_signer(signer, result, departing, trust);
            if outcome.signature.is_successful() {
                break;
            }
        }
        outcome
    }

    fn of_signer(
        signer: Arc<Certificate>,
        result: Result<Verified, SignerError>,
        departing: &Deviations,
        trust: &Trust<'_>,
    ) -> Self {
        let mut outcome = match result {
            Ok(verified) => {
                let all: Deviations = departing.union(&verified.deviations).copied().collect();
                let judgement = trust.deviations.judge(&all, signer.country().as_deref());
                let signature = if judgement.refused.is_empty() {
                    Finding::Successful
                } else {
                    Finding::Failed(SignatureProblem::Profile(judgement.refused))
                };
                let (tolerated, weaknesses) = (judgement.tolerated, verified.weaknesses);
                Self { tolerated, weaknesses, ..Self::unmade(signature) }
            }
            Err(error) => Self::unmade(refusal(error)),
        };
        outcome.follow_path(&signer, trust);
        outcome.signer = Some(signer);
        outcome
    }

    fn follow_path(&mut self, signer: &Certificate, trust: &Trust<'_>) {
        let found = match trust.anchors.find_path(signer, trust.deviations, trust.now) {
            Ok(found) => found,
            Err(problem) => {
                self.path = match problem {
                    PathProblem::NoAuthority => Finding::Undetermined(problem.into()),
                    PathProblem::NotIssued(_) | PathProblem::OtherCountry { .. } => {
                        Finding::Failed(problem.into())
                    }
                };
                return;
            }
        };
        self.path = if found.judgement.refused.is_empty() {
            Finding::Successful
        } else {
            Finding::Failed(SignerPathProblem::Profile(found.judgement.refused))
        };
        let validity = PathValidity::at(signer, &found.authority, trust.now);
        self.validity = if validity.both() {
            Finding::Successful
        } else {
            Finding::Failed(ValidityProblem::Outside(validity))
        };
        self.revocation = match trust.anchors.revocation(signer, &found.authority, trust.now) {
            Revocation::NotListed { .. } => Finding::Successful,
            Revocation::Listed(entry) => Finding::Failed(RevocationProblem::Revoked(entry)),
            Revocation::NoList => Finding::Undetermined(RevocationProblem::NoList),
            Revocation::Stale(freshness) => Finding::Undetermined(RevocationProblem::Stale(freshness)),
        };
        self.tolerated.extend(found.judgement.tolerated);
        self.weaknesses.extend(found.issued.weaknesses);
        self.authority = Some(found.authority);
    }

    /// Whether the content may be used: signed by a signer with a path, neither revoked.
    ///
    /// Validity is left out on purpose. A document whose signer has expired is refused for that, and what it says is
    /// still what its issuer signed.
    pub(super) fn is_authentic(&self) -> bool {
        let not_revoked = !matches!(self.revocation, Finding::Failed(_));
        self.signature.is_successful() && self.path.is_successful() && not_revoked
    }
}

/// Certificates that the signature names: embedded ones, and only where none is embedded those of the trust store.
fn candidates(
    signed: &SignedData,
    info: &SignerInfo,
    anchors: &Anchors,
) -> Result<Vec<Arc<Certificate>>, Finding<SignatureProblem>> {
    let named = |certificate: &&Certificate| info.identifier().names(certificate);
    let embedded = signed.certificates();
    if embedded.is_empty() {
        let known = anchors.signers().iter().filter(|signer| info.identifier().names(signer));
        let known: Vec<Arc<Certificate>> = known.cloned().collect();
        return if known.is_empty() {
            Err(Finding::Undetermined(SignatureProblem::UnknownSigner))
        } else {
            Ok(known)
        };
    }
    let found: Vec<Arc<Certificate>> =
        embedded.iter().flatten().filter(named).cloned().map(Arc::new).collect();
    if !found.is_empty() {
        Ok(found)
    } else if embedded.iter().any(Result::is_err) {
        Err(Finding::Failed(SignatureProblem::BrokenCertificate))
    } else {
        Err(Finding::Failed(SignatureProblem::OtherCertificate))
    }
}

/// What an error of the signature means: wrong, or made with something that nobody here can verify.
fn refusal(error: SignerError) -> Finding<SignatureProblem> {
    match error {
        SignerError::ContentType => Finding::Failed(SignatureProblem::SignedContentType),
        SignerError::MessageDigest => Finding::Failed(SignatureProblem::MessageDigest),
        SignerError::OtherCertificate => Finding::Failed(SignatureProblem::OtherCertificate),
        SignerError::Algorithm(AlgorithmProblem::Unsupported(_))
        | SignerError::Signature(SignatureError::Key(
            UnsupportedKey::Algorithm(_) | UnsupportedKey::Curve(_) | UnsupportedKey::PssParameters,
        )) => Finding::NotSupported(SignatureProblem::Unsupported(error)),
        SignerError::Algorithm(AlgorithmProblem::Broken(_) | AlgorithmProblem::Parameters(_))
        | SignerError::Signature(_) => Finding::Failed(SignatureProblem::Wrong(error)),
    }
}
