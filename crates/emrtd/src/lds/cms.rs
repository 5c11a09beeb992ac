//! The outer structure of CMS SignedData (RFC 5652 §5.1), as EF.SOD and EF.CardSecurity use it.
//!
//! This finds the content and nothing more: neither signature nor certificates are looked at. BER with indefinite
//! lengths or a content cut into segments is refused with its own error.

use super::Problem;
use crate::{
    oid::{self, Oid},
    tlv::{Reader, Tlv},
};

/// The parts of a SignedData that matter before verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedData<'a> {
    /// `eContentType`.
    pub content_type: Oid,
    /// The value of the `eContent` OCTET STRING.
    pub content: &'a [u8],
    /// Where `content` begins in the file.
    pub content_at: usize,
}

/// Finds the content of the ContentInfo that stands next in `reader`.
pub(crate) fn signed_data<'a>(reader: &mut Reader<'a>) -> Result<SignedData<'a>, Problem> {
    let content_info = reader.expect(0x30)?;
    let mut content_info = content_info.children();
    let kind = object_identifier(&content_info.expect(0x06)?)?;
    if kind != oid::SIGNED_DATA {
        return Err(Problem::NotSignedData(kind));
    }
    let mut wrapper = content_info.expect(0xA0)?.children();
    content_info.finish()?;
    let mut signed_data = wrapper.expect(0x30)?.children();
    wrapper.finish()?;
    signed_data.expect(0x02)?;
    signed_data.expect(0x31)?;
    let mut encapsulated = signed_data.expect(0x30)?.children();
    let content_type = object_identifier(&encapsulated.expect(0x06)?)?;
    let Some(explicit) = encapsulated.optional(0xA0)? else {
        return Err(Problem::NoContent);
    };
    encapsulated.finish()?;
    let mut explicit = explicit.children();
    let content = explicit.expect(0x04)?;
    explicit.finish()?;
    // Certificates, CRLs and signer infos follow; they only have to be data objects here.
    while signed_data.next()?.is_some() {}
    Ok(SignedData { content_type, content: content.value, content_at: content.value_at })
}

/// Reads the content of a bare SignedData ContentInfo that `bytes` consists of.
pub fn parse(bytes: &[u8]) -> Result<SignedData<'_>, Problem> {
    let mut reader = Reader::new(bytes);
    let found = signed_data(&mut reader)?;
    reader.finish()?;
    Ok(found)
}

/// The identifier in an OBJECT IDENTIFIER.
pub(crate) fn object_identifier(object: &Tlv<'_>) -> Result<Oid, Problem> {
    Oid::from_bytes(object.value).map_err(|source| Problem::Oid { at: object.at(), source })
}
