//! What the inspection system trusts, as it lies in memory: authorities and what they revoked, decoded once and indexed.
//!
//! [`Anchors`] is made by whoever knows where certificates came from (a trust store) and is not changed afterwards, so
//! that all checks of one document see the same. Putting a certificate in here *is* trusting it: nothing from a chip
//! ever may.

use std::collections::HashMap;
use std::sync::Arc;

use crate::certificate::{Certificate, IssuanceError};
use crate::crl::Crl;
use crate::defect::{DefectEffects, DefectScope, DefectSubject, KnownDefects};
use crate::deviation::{DeviationTable, Deviations};
use crate::name::Name;

/// Authorities, document signers and revocation lists with their index.
#[derive(Debug, Clone, Default)]
pub struct Anchors {
    version: String,
    authorities: Vec<Arc<Certificate>>,
    by_key: HashMap<Vec<u8>, Vec<usize>>,
    by_subject: HashMap<String, Vec<usize>>,
    signers: Vec<Arc<Certificate>>,
    signers_by_key: HashMap<Vec<u8>, Vec<usize>>,
    revocation: HashMap<String, Vec<Crl>>,
    defects: Vec<(Arc<KnownDefects>, DefectScope)>,
}

/// Why a revocation list is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrlRefused {
    /// No authority has the name of its issuer.
    #[error("no authority that is trusted has the name of the list's issuer")]
    NoAuthority,
    /// No authority with that name signed it.
    #[error("no authority that is trusted signed the list: {0}")]
    NotIssued(IssuanceError),
    /// A departure from the profile that the table does not tolerate.
    #[error("the list breaks the profile: {0:?}")]
    Profile(Deviations),
    /// A list of the same authority with a higher number, or a later one with the same number, is known.
    #[error("a list of the same authority with a higher number, or a later one, is known")]
    Older,
}

impl Anchors {
    /// Trusts nobody yet. `version` names the state of the store that this is made from; it goes into the evidence.
    pub fn new(version: impl Into<String>) -> Self {
        Self { version: version.into(), ..Self::default() }
    }

    /// The state of the store that this was made from.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The same under another name: something was added that is not in the store.
    #[must_use]
    pub fn renamed(self, version: impl Into<String>) -> Self {
        Self { version: version.into(), ..self }
    }

    /// Trusts an authority: a self-signed certificate or a link certificate. One that is there already is not taken twice.
    pub fn trust(&mut self, authority: Arc<Certificate>) {
        let key = authority.key_identifier().to_vec();
        let same_key = self.by_key.entry(key).or_default();
        if same_key.iter().any(|at| self.authorities.get(*at).is_some_and(|known| *known == authority)) {
            return;
        }
        let at = self.authorities.len();
        same_key.push(at);
        if let Some(subject) = authority.subject().comparison_key() {
            self.by_subject.entry(subject).or_default().push(at);
        }
        self.authorities.push(authority);
    }

    /// Keeps the certificate of a document signer for documents that embed none. It is not trusted for that.
    pub fn know_signer(&mut self, signer: Arc<Certificate>) {
        let same_key = self.signers_by_key.entry(signer.key_identifier().to_vec()).or_default();
        if !same_key.iter().any(|at| self.signers.get(*at).is_some_and(|known| *known == signer)) {
            same_key.push(self.signers.len());
            self.signers.push(signer);
        }
    }

    /// Uses a revocation list, if an authority that is trusted signed it and no newer one is there. Gives the one that it
    /// takes the place of.
    ///
    /// # Errors
    /// [`CrlRefused`].
    pub fn revoke(&mut self, list: Crl, table: &DeviationTable) -> Result<Option<Crl>, CrlRefused> {
        let mut refused = CrlRefused::NoAuthority;
        let issuer = self.issuers(list.issuer(), list.issuer_key_identifier()).find_map(|authority| {
            list.verify_issued_by(authority)
                .map(|verified| (authority, verified))
                .map_err(|error| refused = CrlRefused::NotIssued(error))
                .ok()
        });
        let Some((authority, verified)) = issuer else { return Err(refused) };
        let judgement = table.judge(&verified.deviations, authority.country().as_deref());
        if !judgement.refused.is_empty() {
            return Err(CrlRefused::Profile(judgement.refused));
        }
        let Some(name) = authority.subject().comparison_key() else { return Err(CrlRefused::NoAuthority) };
        let lists = self.revocation.entry(name).or_default();
        let same_key = |known: &Crl| known.issuer_key_identifier() == list.issuer_key_identifier();
        let order = |list: &Crl| (list.number().cloned(), list.this_update());
        match lists.iter_mut().find(|known| same_key(known)) {
            Some(known) if order(known) > order(&list) => Err(CrlRefused::Older),
            Some(known) => Ok(Some(std::mem::replace(known, list))),
            None => {
                lists.push(list);
                Ok(None)
            }
        }
    }

    /// Notes what a verified list of defects says of the documents in its scope.
    pub fn note_defects(&mut self, list: Arc<KnownDefects>, scope: DefectScope) {
        self.defects.push((list, scope));
    }

    /// The lists of defects with their scopes.
    pub fn defects(&self) -> &[(Arc<KnownDefects>, DefectScope)] {
        &self.defects
    }

    /// What is known to be wrong with a document, by all lists of defects together.
    pub fn defects_of(&self, subject: &DefectSubject<'_>) -> DefectEffects {
        let mut found = Vec::new();
        for (list, scope) in &self.defects {
            list.effects_on(subject, scope, &mut found);
        }
        DefectEffects(found)
    }

    /// All authorities in the order in which they were trusted.
    pub fn authorities(&self) -> &[Arc<Certificate>] {
        &self.authorities
    }

    /// The known document signers.
    pub fn signers(&self) -> &[Arc<Certificate>] {
        &self.signers
    }

    /// The revocation lists of authorities with this name.
    pub fn revocation_lists(&self, issuer: &Name) -> &[Crl] {
        let lists = issuer.comparison_key().and_then(|name| self.revocation.get(&name));
        lists.map(Vec::as_slice).unwrap_or_default()
    }

    /// Every revocation list in use.
    pub fn all_revocation_lists(&self) -> impl Iterator<Item = &Crl> {
        self.revocation.values().flatten()
    }

    /// Authorities that can have issued what names its issuer like this, the likeliest first: those with the key
    /// identifier, then all others with the name.
    pub fn issuers(
        &self,
        name: &Name,
        key_identifier: Option<&[u8]>,
    ) -> impl Iterator<Item = &Arc<Certificate>> {
        let at_key =
            key_identifier.and_then(|key| self.by_key.get(key)).map(Vec::as_slice).unwrap_or_default();
        let named = name.comparison_key().and_then(|name| self.by_subject.get(&name));
        let named = named.map(Vec::as_slice).unwrap_or_default();
        let others = named.iter().filter(move |at| !at_key.contains(at));
        at_key.iter().chain(others).filter_map(|at| self.authorities.get(*at))
    }
}
