//! Certificates and lists out of text: LDIF as a public key directory gives it out (RFC 2849), and PEM (RFC 7468).
//!
//! Every value in base64 whose bytes begin like DER is taken, whatever its attribute is called; nothing else is read.
//! A value that is broken is left out and spoils none of the others.

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

/// The values in their order.
///
/// # Errors
/// The text exceeds a limit.
pub fn objects(text: &[u8]) -> Result<Vec<Vec<u8>>, LdifError> {
    if text.len() > MAX_BYTES {
        return Err(LdifError::TooLong(text.len()));
    }
    let mut found = Vec::new();
    let mut encoded: Option<String> = None;
    let mut in_pem = false;
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"-----BEGIN ") {
            take(&mut found, encoded.replace(String::new()))?;
            in_pem = true;
        } else if line.starts_with(b"-----END ") {
            take(&mut found, encoded.take())?;
            in_pem = false;
        } else if let (true, Some(value)) = (in_pem, encoded.as_mut()) {
            push(value, line);
        } else if let (Some(rest), Some(value)) = (line.strip_prefix(b" "), encoded.as_mut()) {
            push(value, rest);
        } else {
            take(&mut found, encoded.take())?;
            encoded = value_of(line).map(|value| {
                let mut begun = String::new();
                push(&mut begun, value);
                begun
            });
        }
    }
    take(&mut found, encoded)?;
    Ok(found)
}

/// What stands behind the two colons of an attribute in base64.
fn value_of(line: &[u8]) -> Option<&[u8]> {
    let at = line.windows(2).position(|pair| pair == b"::")?;
    let (name, value) = line.split_at(at);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-;._".contains(byte);
    (!name.is_empty() && name.iter().all(plain)).then(|| value.get(2..).unwrap_or_default())
}

fn push(value: &mut String, line: &[u8]) {
    value.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| char::from(*byte)));
}

fn take(found: &mut Vec<Vec<u8>>, encoded: Option<String>) -> Result<(), LdifError> {
    let decoded = encoded.and_then(|text| Base64::decode_vec(&text).ok());
    if let Some(object) = decoded.filter(|object| object.first() == Some(&0x30)) {
        if found.len() == MAX_OBJECTS {
            return Err(LdifError::TooMany);
        }
        found.push(object);
    }
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
}
