//! OpenSSL as second verifier, for what it accepts: RSA and named curves. Skipped with a message where the command is
//! absent.

use std::path::{Path, PathBuf};
use std::process::Command;

use emrtd_sim::document::ElementaryFile;
use emrtd_sim::pki::{
    Csca, CscaKey, Deviation, HashAlgorithm, KeySpec, ParameterEncoding, Revocation, SignatureSpec, State,
};
use groups::{Group, Kind};
use jiff::civil::date;

use crate::support::{Node, issue, profile, rng, shared_key, today};

/// A folder for the files of one test, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Writes DER and has OpenSSL turn it into PEM; `kind` is `x509` or `crl`.
    fn pem(&self, kind: &str, name: &str, der: &[u8]) -> String {
        let input = self.write(&format!("{name}.der"), der);
        let output = self.path(&format!("{name}.pem"));
        openssl(&[kind, "-inform", "DER", "-in", &input, "-out", &output]).unwrap();
        output
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn openssl(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("openssl").args(arguments).output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr) + &text(&output.stdout))
    }
}

fn is_there() -> bool {
    let there = openssl(&["version"]).is_ok();
    if !there {
        println!("skipped: there is no openssl command");
    }
    there
}

/// 2026-12-02 12:00 UTC, when all certificates of the tests are valid.
const MOMENT: &str = "1796212800";

fn cases() -> Vec<(KeySpec, SignatureSpec)> {
    let rsa = KeySpec::Rsa { bits: 2048 };
    let mut cases = Vec::new();
    for digest in HashAlgorithm::ALL {
        cases.push((rsa, SignatureSpec::RsaPkcs1 { digest }));
        cases.push((rsa, SignatureSpec::RsaPss { digest, salt: u8::try_from(digest.length()).unwrap() }));
    }
    cases.push((rsa, SignatureSpec::RsaPss { digest: HashAlgorithm::Sha256, salt: 64 }));
    for group in Group::ALL.into_iter().filter(|group| group.kind() == Kind::Ecdh) {
        let key = KeySpec::Ec { parameter_id: group.parameter_id(), encoding: ParameterEncoding::Named };
        cases.push((key, SignatureSpec::Ecdsa { digest: HashAlgorithm::Sha256 }));
    }
    cases
}

#[test]
fn openssl_verifies_chains_and_revocation_lists() {
    if !is_there() {
        return;
    }
    for (number, (key, scheme)) in cases().into_iter().enumerate() {
        let folder = Folder::new(&format!("openssl-chain-{number}"));
        let state = State { country: "UT".to_owned(), code: "UTO".to_owned(), document_years: 10 };
        let csca_key = CscaKey { key: shared_key(key, 1), scheme };
        let csca = Csca::establish(state, csca_key, today(), &[], &mut rng(1)).unwrap();
        let types = ["P".to_owned()];
        let good =
            csca.certify_document_signer(shared_key(key, 2), &types, today(), &[], &mut rng(2)).unwrap();
        let revoked =
            csca.certify_document_signer(shared_key(key, 2), &types, today(), &[], &mut rng(3)).unwrap();
        let revocation = Revocation {
            serial: revoked.certificate.serial.clone(),
            revoked_at: date(2026, 12, 1).at(0, 0, 0, 0),
            reason: None,
        };
        let (this, next) = (date(2026, 12, 1).at(0, 0, 0, 0), date(2027, 3, 1).at(0, 0, 0, 0));
        let list = csca.revocation_list(1, this, next, &[revocation], &[], &mut rng(4)).unwrap();

        let root = folder.pem("x509", "csca", &csca.certificate().der);
        let crl = folder.pem("crl", "crl", &list);
        // SHA-1 and curves below 112 bits need level 0.
        let verify = |leaf: &str| {
            let common = ["verify", "-auth_level", "0", "-attime", MOMENT, "-check_ss_sig", "-crl_check"];
            openssl(&[&common[..], &["-CRLfile", &crl, "-CAfile", &root, leaf]].concat())
        };
        let leaf = folder.pem("x509", "signer", &good.certificate.der);
        if let Err(error) = verify(&leaf) {
            panic!("{key:?} {scheme:?}: {error}");
        }
        let leaf = folder.pem("x509", "revoked", &revoked.certificate.der);
        let error = verify(&leaf).unwrap_err();
        assert!(error.contains("revoked"), "{key:?} {scheme:?}: {error}");
    }
}

#[test]
fn openssl_verifies_security_objects_and_card_security() {
    if !is_there() {
        return;
    }
    for (number, (key, scheme)) in cases().into_iter().enumerate() {
        let folder = Folder::new(&format!("openssl-cms-{number}"));
        let mut profile = profile("pace-cam");
        profile.csca.key = key;
        profile.csca.signature = scheme;
        profile.document_signer.key = key;
        profile.sod.signature = scheme;
        profile.sod.digest = scheme.digest();
        let document = issue(&profile, 1);
        let root = folder.pem("x509", "csca", &document.csca_certificate.0);
        let sod = Node::one(document.file(ElementaryFile::Sod).unwrap()).value.to_vec();
        let card_security = document.file(ElementaryFile::CardSecurity).unwrap();
        for (name, object) in [("sod", sod.as_slice()), ("card-security", card_security)] {
            let input = folder.write(name, object);
            let output = folder.path("content");
            let result = openssl(&[
                "cms",
                "-verify",
                "-inform",
                "DER",
                "-in",
                &input,
                "-CAfile",
                &root,
                "-purpose",
                "any",
                "-auth_level",
                "0",
                "-attime",
                MOMENT,
                "-binary",
                "-out",
                &output,
            ]);
            if let Err(error) = result {
                panic!("{name} {key:?} {scheme:?}: {error}");
            }
            let content = std::fs::read(&output).unwrap();
            assert!(object.windows(content.len()).any(|part| part == content), "{name}");
        }
    }
}

/// OpenSSL's verdict on the EF.SOD of a document with one departure.
fn verdict_on_departure(folder: &Folder, deviation: Deviation) -> Result<String, String> {
    let mut profile = profile("bac-only");
    profile.sod.deviations = vec![deviation];
    let document = issue(&profile, 1);
    let root = folder.pem("x509", "csca", &document.csca_certificate.0);
    let sod = document.file(ElementaryFile::Sod).unwrap();
    let input = folder.write("sod", Node::one(sod).value);
    let output = folder.path("content");
    let arguments = ["cms", "-verify", "-inform", "DER", "-in", &input, "-CAfile", &root, "-purpose", "any"];
    let level = ["-auth_level", "0", "-attime", MOMENT, "-binary", "-out", &output];
    openssl(&[&arguments[..], &level].concat())
}

#[test]
fn openssl_takes_the_departures_that_cms_allows() {
    if !is_there() {
        return;
    }
    let folder = Folder::new("openssl-departures");
    for deviation in [
        Deviation::IndefiniteLength,
        Deviation::SignerBySubjectKeyIdentifier,
        Deviation::AlgorithmProtection,
        Deviation::MissingSigningTime,
        Deviation::UnorderedHashes,
        Deviation::SignatureAlgorithmRsaEncryption,
        Deviation::ContentTypeData,
        Deviation::SignedDataVersion1,
        Deviation::SignedDataVersion4,
    ] {
        if let Err(error) = verdict_on_departure(&folder, deviation) {
            panic!("{deviation:?}: {error}");
        }
    }
}

#[test]
fn openssl_refuses_a_hostile_security_object() {
    if !is_there() {
        return;
    }
    let folder = Folder::new("openssl-hostile");
    for deviation in [Deviation::WrongMessageDigest, Deviation::WrongSodSignature] {
        assert!(verdict_on_departure(&folder, deviation).is_err(), "{deviation:?}");
    }
}
