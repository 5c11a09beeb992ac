//! Certificates, revocation lists, signed data and master lists.
//!
//! What is read keeps its bytes and is read again as the same. What verifies with the key of a state, whose private half
//! nobody here has, says what that state signed and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use emrtd::tlv;
use pki::{Certificate, Crl, DeviationTable, MasterList, Role, SignedData, file_objects};

use super::lds;
use crate::oracle::sound;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/pki/tests/data")
}

/// The samples in a folder of those that the tests of `pki` use; their README names source and licence.
fn samples(name: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder().join(name)).expect("the samples are part of the repository");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a sample can be read")).collect()
}

/// The sample authorities, read.
pub(super) fn authorities() -> &'static [Certificate] {
    static READ: OnceLock<Vec<Certificate>> = OnceLock::new();
    READ.get_or_init(|| {
        let read = |der: &Vec<u8>| Certificate::parse(der).expect("the samples are certificates");
        certificate_seeds().iter().map(read).collect()
    })
}

/// The sample signers of documents, read.
pub(super) fn document_signers() -> &'static [Certificate] {
    static READ: OnceLock<Vec<Certificate>> = OnceLock::new();
    READ.get_or_init(|| {
        let read = |der: &Vec<u8>| Certificate::parse(der).expect("the samples are certificates");
        samples("signer-of-documents").iter().map(read).collect()
    })
}

/// Asks everything of a certificate that can be asked without another one.
fn check_certificate(read: &Certificate) {
    let table = DeviationTable::builtin().expect("the table is part of the program");
    for role in Role::ALL {
        let found = read.check_profile(role);
        let judged = table.judge(&found, read.country().as_deref());
        assert_eq!(judged.tolerated.len() + judged.refused.len(), found.len());
    }
    let unknown = read.extensions().unknown_critical().count();
    assert!(unknown <= read.extensions().all().len());
}

/// Certificates.
pub fn certificate(bytes: &[u8]) {
    let Some(read) = sound(bytes, Certificate::parse(bytes)) else { return };
    assert_eq!(read.as_der(), bytes);
    assert!(bytes.windows(read.signed_part().len()).any(|part| part == read.signed_part()));
    assert!(Certificate::parse(bytes).is_ok_and(|again| again == read));
    check_certificate(&read);
    let verified = authorities().iter().any(|issuer| read.verify_issued_by(issuer).is_ok());
    assert!(
        !verified || authorities().iter().any(|known| known.signed_part() == read.signed_part()),
        "a certificate verified that no state signed"
    );
}

/// Seeds of [`certificate`].
pub fn certificate_seeds() -> Vec<Vec<u8>> {
    ["danish", "single", "signer-of-documents"].into_iter().flat_map(samples).collect()
}

/// Revocation lists.
pub fn crl(bytes: &[u8]) {
    let Some(read) = sound(bytes, Crl::parse(bytes)) else { return };
    assert_eq!(read.as_der(), bytes);
    assert!(Crl::parse(bytes).is_ok_and(|again| again == read));
    read.freshness(read.this_update());
    if authorities().iter().any(|issuer| read.verify_issued_by(issuer).is_ok()) {
        assert!(
            crl_seeds()
                .iter()
                .filter_map(|known| Crl::parse(known).ok())
                .any(|known| known.signed_part() == read.signed_part()),
            "a list verified that no state signed"
        );
    }
}

/// Seeds of [`crl`].
pub fn crl_seeds() -> Vec<Vec<u8>> {
    samples("crl")
}

/// CMS signed data, and master lists inside of it.
pub fn signed_data(bytes: &[u8]) {
    sound(bytes, MasterList::parse(bytes));
    let Some(read) = sound(bytes, SignedData::parse(bytes)) else { return };
    assert!(read.unverified_content().len() <= bytes.len());
    for embedded in read.certificates().iter().flatten() {
        check_certificate(embedded);
        for signer in read.signers() {
            let checks = read.check(signer, embedded);
            assert_eq!(checks.certificate.is_ok(), signer.identifier().names(embedded));
        }
    }
}

/// Seeds of [`signed_data`]: the security objects without the tag of their file.
pub fn signed_data_seeds() -> Vec<Vec<u8>> {
    let inside = |file: &Vec<u8>| tlv::single(file, 0x77).ok().map(|found| found.value.to_vec());
    lds::sod_seeds().iter().filter_map(inside).collect()
}

/// LDIF and PEM: what is taken out begins like DER and is no longer than the file.
pub fn ldif(bytes: &[u8]) {
    let Some(objects) = sound(bytes, file_objects(bytes)) else { return };
    assert!(objects.iter().map(Vec::len).sum::<usize>() <= bytes.len());
    for object in objects {
        assert_eq!(object.first(), Some(&0x30));
    }
}

/// Seeds of [`ldif`].
pub fn ldif_seeds() -> Vec<Vec<u8>> {
    vec![
        b"dn: cn=1,o=ml,c=DE\r\nuserCertificate;binary:: MAMC\r\n AQE=\r\n\r\ndn:: w6bDuA==\n".to_vec(),
        b"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n".to_vec(),
        b"CscaMasterListData:: MAMCAQI=\n\nbroken:: *\n:: \n -----BEGIN X-----".to_vec(),
    ]
}

/// Master lists. None verifies below an authority that did not sign it.
pub fn master_list(bytes: &[u8]) {
    let Some(read) = sound(bytes, MasterList::parse(bytes)) else { return };
    assert!(read.certificates().len() <= bytes.len());
    for certificate in read.certificates().iter().flatten() {
        check_certificate(certificate);
    }
    let verified = authorities().iter().any(|authority| read.verify(authority).is_ok());
    assert!(!verified, "a list verified that no state signed");
}

/// Seeds of [`master_list`]: a list with one certificate, whose signature is none.
pub fn master_list_seeds() -> Vec<Vec<u8>> {
    let certificate = samples("danish").into_iter().next().unwrap_or_default();
    let list = [vec![2, 1, 0], tlv::write(0x31, &certificate)].concat();
    let kind = [0x06, 6, 0x67, 0x81, 8, 1, 1, 2];
    let content = tlv::write(0xA0, &tlv::write(0x04, &tlv::write(0x30, &list)));
    let signed = [
        vec![2, 1, 3, 0x31, 0],
        tlv::write(0x30, &[&kind[..], &content].concat()),
        tlv::write(0xA0, &certificate),
        vec![0x31, 0],
    ]
    .concat();
    let signed_data = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
    let info = [&signed_data[..], &tlv::write(0xA0, &tlv::write(0x30, &signed))].concat();
    vec![tlv::write(0x30, &info)]
}
