//! The files of the master file that hold SecurityInfos (Doc 9303-10 §3.11.3, §3.11.4; Doc 9303-11 §9.2.11).

use pki::SignedData;

use super::SecurityInfos;
use crate::lds::{File, LdsError, Problem, Unverified};
use crate::oid;

/// Reads EF.CardAccess. It is never signed.
///
/// # Errors
/// Broken structure; see [`SecurityInfos::parse`].
pub fn card_access(bytes: &[u8]) -> Result<Unverified<SecurityInfos>, LdsError> {
    File::CardAccess.parse(bytes, |set| Ok(Unverified::new(SecurityInfos::read(&set)?)))
}

/// Reads the content of EF.CardSecurity without verifying its signature. Positions in errors of the SecurityInfos
/// count from the start of the content.
///
/// # Errors
/// No SignedData, another content type than `id-SecurityObject`, broken structure.
pub fn card_security(bytes: &[u8]) -> Result<Unverified<SecurityInfos>, LdsError> {
    File::CardSecurity.parse(bytes, |outer| {
        let (content_type, content) = SignedData::unverified_content_of(outer.raw)?;
        if content_type.as_bytes() != oid::ID_SECURITY_OBJECT.as_bytes() {
            return Err(Problem::ContentType(content_type));
        }
        Ok(Unverified::new(SecurityInfos::parse(&content)?))
    })
}
