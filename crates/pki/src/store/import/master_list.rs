//! Master lists: every certificate is taken, known, repeated or dropped with a reason.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::StoreError;
use super::super::certificates::judge_all;
use super::super::manifest::{Entry, Fingerprint, ListEntry, Place, Source};
use super::super::report::{DropReason, Dropped, Imported, Report};
use super::standing::{signer_country, signing_time};
use super::{Session, add_source, entry};
use crate::certificate::Certificate;
use crate::master_list::MasterList;

impl Session<'_> {
    /// Imports a list. A bad certificate is dropped and spoils neither the list nor the others.
    pub(super) fn master_list(&mut self, der: &[u8], list: &MasterList) -> Result<Report, StoreError> {
        let fingerprint = Fingerprint::of(der);
        let known = self.manifest.lists.get(&fingerprint);
        // Trusted without a root: on the operator's word.
        let accepted = known.is_some_and(|known| known.trusted && known.root.is_none());
        let standing = self.standing(list.signed_data(), fingerprint, accepted, |root| list.verify(root))?;
        let signed = signing_time(list.signed_data());
        let country = signer_country(list.signed_data());
        let trusted = standing.is_trusted();
        if trusted {
            // What nobody vouches for must not keep a genuine list out.
            let of_signer = |(other, list): (&Fingerprint, &ListEntry)| {
                let same = list.trusted && list.country == country && *other != fingerprint;
                list.signed.filter(|_| same)
            };
            self.refuse_older(signed, self.manifest.lists.iter().filter_map(of_signer).max())?;
        }
        let root = standing.root();
        let mut report = Report::begun(Imported::MasterList, fingerprint, standing);
        report.signed = signed;
        report.found = list.certificates().len();
        let source = self.source(Some(fingerprint), trusted);
        let places = Places { der, list: fingerprint, end: 0 };
        let taken = self.take(list, places, &source, &mut report)?;
        report.lacking = self.lacking(&taken);
        let entry = ListEntry { country, signed, root, trusted, certificates: taken };
        if self.manifest.lists.get(&fingerprint) != Some(&entry) {
            self.folder.put(der)?;
            self.manifest.lists.insert(fingerprint, entry);
            report.changed = true;
        }
        self.changed |= report.changed;
        Ok(report)
    }

    fn take(
        &mut self,
        list: &MasterList,
        mut places: Places<'_>,
        source: &Source,
        report: &mut Report,
    ) -> Result<BTreeSet<Fingerprint>, StoreError> {
        let mut taken = BTreeSet::new();
        let mut new: Vec<(usize, Fingerprint, Option<Place>, Arc<Certificate>)> = Vec::new();
        let mut newly_trusted = Vec::new();
        // Links on the list may name authorities on the list.
        let mut others = self.trusted.clone();
        for (at, certificate) in list.certificates().iter().enumerate() {
            let certificate = match certificate {
                Ok(certificate) => certificate,
                Err(error) => {
                    report.dropped.push(Dropped { at, name: None, reason: DropReason::Unreadable(*error) });
                    continue;
                }
            };
            let fingerprint = Fingerprint::of(certificate.as_der());
            let place = places.find(certificate.as_der());
            if !taken.insert(fingerprint) {
                report.repeated = report.repeated.saturating_add(1);
            } else if let Some(entry) = self.manifest.certificates.get_mut(&fingerprint) {
                report.known = report.known.saturating_add(1);
                let before = entry.is_trusted();
                report.changed |= add_source(entry, source);
                if entry.is_trusted() && !before {
                    newly_trusted.push(Arc::new(certificate.clone()));
                }
            } else {
                let certificate = Arc::new(certificate.clone());
                others.trust(Arc::clone(&certificate));
                new.push((at, fingerprint, place, certificate));
            }
        }
        report.newly_trusted = newly_trusted.len();
        let certificates: Vec<Arc<Certificate>> =
            new.iter().map(|(.., certificate)| Arc::clone(certificate)).collect();
        let judged = judge_all(&certificates, &others, self.import.deviations);
        for ((at, fingerprint, place, certificate), judged) in new.into_iter().zip(judged) {
            match judged {
                Ok(judged) => {
                    if place.is_none() {
                        self.folder.put(certificate.as_der())?;
                    }
                    let entry = Entry { place, ..entry(source.clone(), false, &judged.tolerated) };
                    self.manifest.certificates.insert(fingerprint, entry);
                    report.added.push(fingerprint);
                    report.changed = true;
                    self.read.insert(fingerprint, Arc::clone(&certificate));
                    if source.trusted {
                        newly_trusted.push(certificate);
                    }
                }
                Err(reason) => {
                    taken.remove(&fingerprint);
                    report.dropped.push(Dropped { at, name: Some(shown(&certificate)), reason });
                }
            }
        }
        for certificate in &newly_trusted {
            self.trust(certificate);
        }
        Ok(taken)
    }

    /// Certificates that are valid, on another trusted list, and not among `taken`.
    fn lacking(&self, taken: &BTreeSet<Fingerprint>) -> Vec<Fingerprint> {
        let lists = self.manifest.lists.values().filter(|list| list.trusted);
        let others: BTreeSet<Fingerprint> =
            lists.flat_map(|list| list.certificates.difference(taken)).copied().collect();
        let valid = |fingerprint: &Fingerprint| {
            self.read
                .get(fingerprint)
                .is_some_and(|found| found.validity().position_of(self.import.at).is_eq())
        };
        others.into_iter().filter(valid).collect()
    }
}

/// Finds where certificates begin in their list. They follow each other, except in a list whose content is written in
/// pieces (BER).
struct Places<'a> {
    der: &'a [u8],
    list: Fingerprint,
    end: usize,
}

impl Places<'_> {
    /// How far before the first certificate, or between two, the next one is looked for.
    const GAP: usize = 512;

    fn find(&mut self, certificate: &[u8]) -> Option<Place> {
        let rest = self.der.get(self.end..)?;
        let gap =
            (0..Self::GAP).find(|gap| rest.get(*gap..).is_some_and(|here| here.starts_with(certificate)))?;
        let (at, length) = (self.end.checked_add(gap)?, certificate.len());
        self.end = at.checked_add(length)?;
        Some(Place { list: self.list, at, length })
    }
}

fn shown(certificate: &Certificate) -> String {
    format!("{} ({})", certificate.subject(), certificate.serial())
}
