//! How generations of an authority are linked: each new key signed by the one before it (Doc 9303-12 §4.3, §7.1).
//!
//! A chain of links explains why a key is believed. It is no condition for it: every certificate in [`Anchors`] is
//! trusted by itself.

use std::sync::Arc;

use crate::anchors::Anchors;
use crate::certificate::Certificate;

/// More generations than any state has.
const MAX_STEPS: usize = 64;

impl Anchors {
    /// The trusted certificates that lead from an authority's certificate back to the first generation that is known:
    /// for a self-signed one a link with the same key, for a link the certificate of the key that signed it, by links as
    /// far as there are any.
    pub fn link_chain(&self, certificate: &Certificate) -> Vec<Arc<Certificate>> {
        let mut chain: Vec<Arc<Certificate>> = Vec::new();
        loop {
            let last = chain.last().map_or(certificate, |last| &**last);
            let next = if last.claims_to_be_self_signed() {
                self.link_of_the_same_key(last)
            } else {
                self.signer_of(last)
            };
            match next {
                Some(next) if chain.len() < MAX_STEPS && *next != *certificate && !chain.contains(&next) => {
                    chain.push(next);
                }
                _ => return chain,
            }
        }
    }

    fn link_of_the_same_key(&self, own: &Certificate) -> Option<Arc<Certificate>> {
        self.issuers(own.subject(), Some(own.key_identifier()))
            .find(|other| !other.claims_to_be_self_signed() && other.key() == own.key())
            .cloned()
    }

    fn signer_of(&self, link: &Certificate) -> Option<Arc<Certificate>> {
        let signed_it =
            |issuer: &&Arc<Certificate>| ***issuer != *link && link.verify_issued_by(issuer).is_ok();
        let mut found: Option<Arc<Certificate>> = None;
        for issuer in self.issuers(link.issuer(), link.issuer_key_identifier()).filter(signed_it) {
            // A link leads further back than the self-signed certificate of the same key.
            if !issuer.claims_to_be_self_signed() {
                return Some(Arc::clone(issuer));
            }
            found.get_or_insert_with(|| Arc::clone(issuer));
        }
        found
    }
}
