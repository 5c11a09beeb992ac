//! Lists of defects and deviations.
//!
//! A defect list speaks of every state's documents only if its signer was traced to a pinned root or the operator accepted
//! it: what softens a check must not come from a state that other lists vouch for. A deviation list speaks of its own
//! state's documents.

use super::super::StoreError;
use super::super::manifest::{DefectEntry, Fingerprint, Reach};
use super::super::report::{Imported, Report, Standing};
use super::Session;
use super::standing::{signer_country, signing_time};
use crate::defect::KnownDefects;

impl Session<'_> {
    /// Imports a list of defects or deviations. Of one signer the newest is in force.
    pub(super) fn defects(&mut self, der: &[u8], list: &KnownDefects) -> Result<Report, StoreError> {
        let fingerprint = Fingerprint::of(der);
        let known = self.manifest.defects.get(&fingerprint);
        // Used without a root: on the operator's word.
        let accepted = known.is_some_and(|known| known.reach != Reach::Nobody && known.root.is_none());
        let kind = match list {
            KnownDefects::DefectList(_) => Imported::DefectList,
            KnownDefects::DeviationList(_) => Imported::DeviationList,
        };
        let signed_data = list.signed_data();
        let standing = self.standing(signed_data, fingerprint, accepted, |root| list.verify(root))?;
        let signed = signing_time(signed_data);
        let country = signer_country(signed_data);
        let reach = match (&standing, kind) {
            (Standing::Unanchored(_), _) => Reach::Nobody,
            (Standing::Anchored(_) | Standing::Accepted, Imported::DefectList) => Reach::EveryState,
            _ => Reach::OwnState,
        };
        if reach != Reach::Nobody {
            let of_signer = |(other, list): (&Fingerprint, &DefectEntry)| {
                let same = list.kind == kind && list.country == country && *other != fingerprint;
                list.signed.filter(|_| same && list.reach != Reach::Nobody)
            };
            self.refuse_older(signed, self.manifest.defects.iter().filter_map(of_signer).max())?;
        }
        let entry = DefectEntry { kind, country, signed, root: standing.root(), reach };
        let mut report = Report::begun(kind, fingerprint, standing);
        report.signed = signed;
        (report.entries, report.unreadable) = list.counts();
        if self.manifest.defects.get(&fingerprint) != Some(&entry) {
            self.folder.put(der)?;
            self.manifest.defects.insert(fingerprint, entry);
            report.changed = true;
            self.changed = true;
        }
        Ok(report)
    }
}
