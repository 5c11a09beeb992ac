//! Certificates of a list: which of them are authorities, signed as they claim.
//!
//! Who vouches for them is another question. Signatures are checked on all processors, since a list has hundreds.

use std::sync::Arc;
use std::thread;

use super::report::DropReason;
use crate::anchors::Anchors;
use crate::certificate::Certificate;
use crate::deviation::{DeviationTable, Deviations};
use crate::signature::Verified;

/// Fewer certificates than this are not worth a thread.
const WORTH_A_THREAD: usize = 16;

/// A certificate that can be taken.
pub(super) struct Judged {
    pub(super) tolerated: Deviations,
    /// Its issuer is among the authorities that were given, and signed it.
    pub(super) issuer_known: bool,
}

/// Judges certificates; `others` are authorities that links among them may name.
pub(super) fn judge_all(
    certificates: &[Arc<Certificate>],
    others: &Anchors,
    table: &DeviationTable,
) -> Vec<Result<Judged, DropReason>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = certificates.len().div_ceil(threads).max(WORTH_A_THREAD);
    thread::scope(|scope| {
        let judge_share = |share: &[Arc<Certificate>]| -> Vec<_> {
            share.iter().map(|certificate| judge(certificate, others, table)).collect()
        };
        let workers: Vec<_> =
            certificates.chunks(share).map(|share| scope.spawn(move || judge_share(share))).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| match worker.join() {
            Ok(judged) => judged,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        workers.into_iter().flat_map(join).collect()
    })
}

fn judge(
    certificate: &Arc<Certificate>,
    others: &Anchors,
    table: &DeviationTable,
) -> Result<Judged, DropReason> {
    let self_signed = certificate.claims_to_be_self_signed();
    let own = if self_signed { Some(certificate.verify_issued_by(certificate)) } else { None };
    let signed: Option<Verified> = match own {
        Some(Ok(verified)) => Some(verified),
        // Without key identifiers a link certificate under an unchanged name looks like a self-signed one.
        Some(Err(error)) => match issuer_of(certificate, others) {
            Issuer::Signed(verified) => Some(verified),
            Issuer::Unknown | Issuer::Refused(_) => return Err(DropReason::SelfSignature(error)),
        },
        None => match issuer_of(certificate, others) {
            Issuer::Signed(verified) => Some(verified),
            Issuer::Unknown => None,
            Issuer::Refused(error) => return Err(DropReason::LinkSignature(error)),
        },
    };
    let mut departing = certificate.check_profile(certificate.authority_role());
    departing.extend(signed.iter().flat_map(|verified| &verified.deviations));
    let judgement = table.judge(&departing, certificate.country().as_deref());
    if judgement.refused.is_empty() {
        let issuer_known = signed.is_some() && !self_signed;
        Ok(Judged { tolerated: judgement.tolerated, issuer_known })
    } else {
        Err(DropReason::Profile(judgement.refused))
    }
}

enum Issuer {
    Signed(Verified),
    /// No authority has the key that the certificate names.
    Unknown,
    /// The authority with that key did not sign it.
    Refused(crate::certificate::IssuanceError),
}

fn issuer_of(certificate: &Certificate, others: &Anchors) -> Issuer {
    let named = certificate.issuer_key_identifier();
    let mut outcome = Issuer::Unknown;
    for issuer in others.issuers(certificate.issuer(), named) {
        if **issuer == *certificate {
            continue;
        }
        match certificate.verify_issued_by(issuer) {
            Ok(verified) => return Issuer::Signed(verified),
            Err(error) if named == Some(issuer.key_identifier()) => outcome = Issuer::Refused(error),
            Err(_) => {}
        }
    }
    outcome
}
