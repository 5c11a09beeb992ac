//! Certificates and lists out of a file: DER, or text with many of them, be it LDIF as a public key directory gives it out
//! (RFC 2849) or PEM (RFC 7468).
//!
//! A file that begins like DER is one value. In text every value in base64 whose bytes begin like DER is taken, whatever
//! its attribute is called; nothing else is read. A value that is broken spoils none of the others; where one was to be expected, it is accounted for.

use base64ct::{Base64, Encoding};

/// Largest text that is read, in bytes.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// Most values taken from one text.
const MAX_OBJECTS: usize = 100_000;

/// Why a text is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LdifError {
    /// Too many bytes.
    #[error("a text of {0} bytes is not read")]
    TooLong(usize),
    /// Too many values.
    #[error("more than {MAX_OBJECTS} values in one text are not read")]
    TooMany,
}

/// A value of an attribute that holds certificates or lists, or a block of PEM, that is not base64 of DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value that begins on line {line} is not base64 of DER")]
pub struct BrokenValue {
    /// The line, counted from 1.
    pub line: usize,
}

/// Attributes whose values are certificates or lists (RFC 4523 §2, ICAO PKD interface specification), without options.
const NAMES: [&[u8]; 6] = [
    b"usercertificate",
    b"cacertificate",
    b"certificaterevocationlist",
    b"authorityrevocationlist",
    b"cscamasterlistdata",
    b"pkdmasterlistcontent",
];

/// The values of a file in their order; those that are broken are left out.
///
/// # Errors
/// A text exceeds a limit.
pub fn objects(file: &[u8]) -> Result<Vec<Vec<u8>>, LdifError> {
    Ok(values(file)?.into_iter().flatten().collect())
}

/// The values of a file in their order, and which are broken.
///
/// # Errors
/// A text exceeds a limit.
pub(crate) fn values(file: &[u8]) -> Result<Vec<Result<Vec<u8>, BrokenValue>>, LdifError> {
    if begins_like_der(file) { Ok(vec![Ok(file.to_vec())]) } else { values_of_text(file) }
}

/// Like a SEQUENCE, which certificates and lists are.
fn begins_like_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30)
}

fn values_of_text(text: &[u8]) -> Result<Vec<Result<Vec<u8>, BrokenValue>>, LdifError> {
    if text.len() > MAX_BYTES {
        return Err(LdifError::TooLong(text.len()));
    }
    let mut found = Vec::new();
    let mut encoded: Option<Encoded> = None;
    let mut in_pem = false;
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let number = at.saturating_add(1);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"-----BEGIN ") {
            let begun = Encoded { text: String::new(), line: number, expected: true };
            take(&mut found, encoded.replace(begun))?;
            in_pem = true;
        } else if line.starts_with(b"-----END ") {
            take(&mut found, encoded.take())?;
            in_pem = false;
        } else if let (true, Some(value)) = (in_pem, encoded.as_mut()) {
            value.push(line);
        } else if let (Some(rest), Some(value)) = (line.strip_prefix(b" "), encoded.as_mut()) {
            value.push(rest);
        } else {
            take(&mut found, encoded.take())?;
            encoded = value_of(line).map(|(expected, value)| {
                let mut begun = Encoded { text: String::new(), line: number, expected };
                begun.push(value);
                begun
            });
        }
    }
    take(&mut found, encoded)?;
    Ok(found)
}

/// A value that is being read.
struct Encoded {
    text: String,
    line: usize,
    /// Whether it should hold DER.
    expected: bool,
}

impl Encoded {
    fn push(&mut self, line: &[u8]) {
        self.text
            .extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| char::from(*byte)));
    }
}

/// What stands behind the two colons of an attribute in base64, and whether the attribute should hold DER.
fn value_of(line: &[u8]) -> Option<(bool, &[u8])> {
    let at = line.windows(2).position(|pair| pair == b"::")?;
    let (name, value) = line.split_at(at);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-;._".contains(byte);
    if name.is_empty() || !name.iter().all(plain) {
        return None;
    }
    let bare = name.split(|byte| *byte == b';').next().unwrap_or_default().to_ascii_lowercase();
    Some((NAMES.contains(&&bare[..]), value.get(2..).unwrap_or_default()))
}

fn take(found: &mut Vec<Result<Vec<u8>, BrokenValue>>, encoded: Option<Encoded>) -> Result<(), LdifError> {
    let Some(Encoded { text, line, expected }) = encoded else { return Ok(()) };
    let decoded = Base64::decode_vec(&text).ok().filter(|object| begins_like_der(object));
    let value = match decoded {
        Some(object) => Ok(object),
        None if expected => Err(BrokenValue { line }),
        None => return Ok(()),
    };
    if found.len() == MAX_OBJECTS {
        return Err(LdifError::TooMany);
    }
    found.push(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects_of(text: &str) -> Vec<Vec<u8>> {
        objects(text.as_bytes()).unwrap()
    }

    #[test]
    fn values_are_taken_whole_over_folded_lines_and_whatever_stands_between() {
        let text = "dn: cn=1,o=ml,c=DE\r\nobjectClass: top\r\nuserCertificate;binary:: MAMC\r\n AQ\r\n E=\r\nsn: 1\r\n\r\n\
                    dn:: w6bDuMOl\r\nCscaMasterListData:: MAMCAQI=\r\n";
        assert_eq!(objects_of(text), [[0x30, 3, 2, 1, 1], [0x30, 3, 2, 1, 2]]);
    }

    #[test]
    fn pem_is_taken_and_a_broken_value_spoils_none_of_the_others() {
        let text = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\nbroken:: MAM*\n\
                    -----BEGIN X509 CRL-----\nMAMC\nAQI=\n-----END X509 CRL-----";
        assert_eq!(objects_of(text), [[0x30, 3, 2, 1, 1], [0x30, 3, 2, 1, 2]]);
        assert!(objects_of("a: MAMCAQE=\nb::\n:: MAMCAQE=\nno colon\n").is_empty());
    }

    #[test]
    fn a_value_that_should_be_one_and_is_broken_is_told_with_its_line() {
        let text = "dn:: w6bDuA==\nuserCertificate;binary:: MAM*\ncn: x\nCscaMasterListData:: AAAA\n\
                    photo:: *\nuserCertificate;binary:: MAMCAQE=\n-----BEGIN CERTIFICATE-----\nM\n-----END";
        let found = values(text.as_bytes()).unwrap();
        let broken = |line| Err(BrokenValue { line });
        assert_eq!(found, [broken(2), broken(4), Ok(vec![0x30, 3, 2, 1, 1]), broken(7)]);
    }
}
