//! EF.DG14: security options (Doc 9303-10 §4.7.14), a set of SecurityInfos.

use super::{File, LdsError, Unverified};
use crate::{security_infos::SecurityInfos, tlv};

/// Reads EF.DG14.
///
/// # Errors
/// Broken structure; see [`SecurityInfos`].
pub fn parse(bytes: &[u8]) -> Result<Unverified<SecurityInfos>, LdsError> {
    File::Dg14.parse(bytes, |outer| {
        let mut inside = outer.children();
        let infos = SecurityInfos::read(&inside.expect(0x31)?)?;
        inside.finish()?;
        Ok(Unverified::new(infos))
    })
}

/// Encodes EF.DG14.
pub fn encode(infos: &SecurityInfos) -> Vec<u8> {
    tlv::write(0x6E, &infos.encode())
}
