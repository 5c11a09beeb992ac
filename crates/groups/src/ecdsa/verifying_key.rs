//! A public key that stays in memory and verifies many signatures.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{SignatureError, curve, verify, verify_with};
use crate::arithmetic::PreparedKey;
use crate::element::Element;

/// So many signatures are verified without a table: making one takes about as long as verifying a signature, and most
/// keys (those of document signers) are read, used once and dropped.
const USES_WITHOUT_TABLE: u8 = 2;

/// A public key that gets a table of its multiples once it has verified a few signatures. From then on it is about
/// twice as fast.
///
/// The table takes 4 kB on a curve of 256 bits and 9 kB on P-521. A clone has none.
pub struct VerifyingKey {
    element: Element,
    uses: AtomicU8,
    table: OnceLock<Option<Box<dyn PreparedKey>>>,
}

impl VerifyingKey {
    /// A key without a table.
    pub fn new(element: Element) -> Self {
        Self { element, uses: AtomicU8::new(0), table: OnceLock::new() }
    }

    /// The public value.
    pub fn element(&self) -> &Element {
        &self.element
    }

    /// Bytes of its table; 0 before it has one.
    pub fn table_bytes(&self) -> usize {
        self.table.get().and_then(Option::as_ref).map_or(0, |table| table.size())
    }

    /// Verifies a signature as [`verify`] does, with the same result.
    ///
    /// # Errors
    ///
    /// As [`verify`].
    pub fn verify(&self, digest: &[u8], signature_rs: &[u8]) -> Result<(), SignatureError> {
        match self.table() {
            Some(table) => {
                verify_with(self.element.group(), signature_rs, |r, s| table.ecdsa_verify(digest, r, s))
            }
            None => verify(&self.element, digest, signature_rs),
        }
    }

    fn table(&self) -> Option<&dyn PreparedKey> {
        if self.table.get().is_none() {
            // Whether two threads count the same use does not matter.
            let uses = self.uses.load(Ordering::Relaxed);
            if uses < USES_WITHOUT_TABLE {
                self.uses.store(uses.saturating_add(1), Ordering::Relaxed);
                return None;
            }
        }
        let prepare = || curve(self.element.group()).ok()?.ecdsa_prepare(self.element.octets());
        self.table.get_or_init(prepare).as_deref()
    }
}

impl Clone for VerifyingKey {
    fn clone(&self) -> Self {
        Self::new(self.element.clone())
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.element == other.element
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifyingKey").field(&self.element.group()).finish()
    }
}
