//! Our Passive Authentication against that of dmrtd and OpenSSL: the same documents, and the same documents with a byte changed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use emrtd::lds::File;
use emrtd::passive_authentication::{PassiveAuthentication, Trust};
use emrtd::session::{FileOutcome, Files, Protection};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::issue::builtin_profiles;
use emrtd_sim::pki::{KeySpec, ParameterEncoding};
use jiff::Timestamp;
use kendt_peers::available::or_skip;
use kendt_peers::dmrtd_reader::DocumentPeer;
use kendt_peers::{process, specimen};
use pki::{Anchors, Certificate, DeviationTable, SignedData};

const LIMIT: Duration = Duration::from_secs(20);

#[derive(Clone, Copy)]
struct Case<'a> {
    sod: &'a [u8],
    dg1: &'a [u8],
    authority: &'a [u8],
}

fn ours(case: &Case<'_>, deviations: &DeviationTable) -> bool {
    let files: Files = [(File::Sod, case.sod), (File::Dg1, case.dg1)]
        .map(|(file, bytes)| (file, FileOutcome::read(bytes.to_vec(), Protection::Access)))
        .into_iter()
        .collect();
    let mut anchors = Anchors::new("differential");
    anchors.trust(Arc::new(Certificate::parse(case.authority).expect("it was issued")));
    let now: Timestamp = "2026-11-25T12:00:00Z".parse().expect("a time");
    let found = PassiveAuthentication::of(&files, &Trust { anchors: &anchors, deviations, now });
    found.authentic(File::Dg1).is_some()
}

fn dmrtd(case: &Case<'_>) -> bool {
    DocumentPeer::new(case.sod, case.dg1, case.authority).is_ok_and(|peer| peer.verify().is_ok())
}

/// OpenSSL's `cms -verify` below one authority. It knows nothing of data groups.
struct OpenSsl {
    folder: tempfile::TempDir,
}

impl OpenSsl {
    fn new() -> anyhow::Result<Self> {
        anyhow::ensure!(process::run(Command::new("openssl").arg("version"), LIMIT)?.success);
        Ok(Self { folder: tempfile::tempdir()? })
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From now on trusts this authority only; none if it does not take the certificate.
    fn trust(&self, authority: &[u8]) {
        let _ = std::fs::remove_file(self.place("anchors"));
        std::fs::write(self.place("authority"), authority).expect("written");
        let mut command = Command::new("openssl");
        command.args(["x509", "-inform", "DER", "-in"]).arg(self.place("authority"));
        command.arg("-out").arg(self.place("anchors"));
        process::run(&mut command, LIMIT).expect("it ends");
    }

    fn accepts(&self, sod: &[u8]) -> bool {
        let Ok(contents) = File::Sod.contents(sod) else { return false };
        std::fs::write(self.place("cms"), contents.outer.value).expect("written");
        let mut command = Command::new("openssl");
        command.args(["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-no_check_time"]);
        command.arg("-in").arg(self.place("cms")).arg("-CAfile").arg(self.place("anchors"));
        command.arg("-out").arg(self.place("content"));
        process::run(&mut command, LIMIT).expect("it ends").success
    }
}

fn case(document: &SpecimenDocument) -> Case<'_> {
    let file = |file| document.file(file).expect("every document has it");
    Case {
        sod: file(ElementaryFile::Sod),
        dg1: file(ElementaryFile::DataGroup(1)),
        authority: &document.csca_certificate.0,
    }
}

fn has_explicit_parameters(key: KeySpec) -> bool {
    matches!(key, KeySpec::Ec { encoding: ParameterEncoding::Explicit, .. })
}

#[test]
fn all_three_accept_our_documents_except_what_openssl_and_dmrtd_do_not_know() {
    let Some(openssl) = or_skip("OpenSSL", OpenSsl::new()) else { return };
    let table = DeviationTable::builtin().expect("it is part of the program");
    let documents: Vec<_> = builtin_profiles()
        .map(|name| {
            let profile = specimen::profile(name).expect("a profile");
            let document = specimen::issue(&profile).expect("issued");
            (name, profile, document)
        })
        .collect();
    for (name, profile, document) in &documents {
        let own = case(document);
        openssl.trust(own.authority);
        assert!(ours(&own, &table), "{name}");
        // dmrtd does not know brainpoolP320r1.
        assert_eq!(dmrtd(&own), *name != "td2-card", "{name}");
        // OpenSSL takes no explicit parameters, which Doc 9303-12 asks for.
        let keys = [profile.csca.key, profile.document_signer.key];
        assert_eq!(openssl.accepts(own.sod), !keys.into_iter().any(has_explicit_parameters), "{name}");

        let other = documents.iter().find(|(_, other, _)| other.country != profile.country);
        let foreign = Case { authority: case(&other.expect("there are several states").2).authority, ..own };
        openssl.trust(foreign.authority);
        assert_eq!([ours(&foreign, &table), dmrtd(&foreign), openssl.accepts(own.sod)], [false; 3], "{name}");
        let altered: Vec<u8> = own.dg1.iter().rev().copied().collect();
        let altered = Case { dg1: &altered, ..own };
        assert_eq!([ours(&altered, &table), dmrtd(&altered)], [false; 2], "{name}");
    }
}

/// The parts of a `SignedData` that its signature does not cover, and the certificate, which has its own.
struct Parts {
    /// Name and range, in order.
    ranges: Vec<(&'static str, Range<usize>)>,
}

impl Parts {
    /// Of an EF.SOD signed with ECDSA and SHA-256, whose `SignedData` has one certificate and one signer.
    fn of(sod: &[u8]) -> Self {
        const SHA_256: [u8; 15] = [0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0];
        const CONTENT_TYPE: [u8; 8] = [6, 6, 0x67, 0x81, 8, 1, 1, 1];
        const ECDSA: [u8; 12] = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        let contents = File::Sod.contents(sod).expect("it was issued");
        let signed = SignedData::parse(contents.outer.value).expect("it was issued");
        let certificate = signed.certificates()[0].as_ref().expect("it was issued").as_der();
        let find = |needle: &[u8], from: usize| {
            let at =
                sod[from..].windows(needle.len()).position(|window| window == needle).expect("it is there");
            from + at..from + at + needle.len()
        };
        let certificate = find(certificate, 0);
        let digests = find(&SHA_256, 0);
        let content_type = find(&CONTENT_TYPE, digests.end);
        let digest = find(&SHA_256, certificate.end);
        let signature = find(&ECDSA, digest.end);
        let version = find(&[2, 1, 1], certificate.end);
        Self {
            ranges: vec![
                ("version", digests.start - 3..digests.start - 2),
                ("digestAlgorithms", digests),
                ("eContentType", content_type),
                ("tag of the certificate", certificate.start..certificate.start + 1),
                ("version of the signer", version.clone()),
                ("issuer and number of the signer", version.end..digest.start),
                ("digestAlgorithm of the signer", digest),
                ("signatureAlgorithm of the signer", signature),
            ],
        }
    }

    fn name(&self, at: usize) -> Option<&'static str> {
        self.ranges.iter().find(|(_, range)| range.contains(&at)).map(|(name, _)| *name)
    }
}

/// Where the three judge a changed byte differently: the part, and whether ours, dmrtd and OpenSSL accept it.
///
/// * OpenSSL needs to find the digest in `digestAlgorithms`. RFC 5652 §5.1 leaves that to the verifier; nobody signs the
///   set, so ours notes the departure and goes on.
/// * OpenSSL does not compare `eContentType` with the signed attribute, which RFC 5652 §5.3 demands, nor does it look at the
///   signature algorithm of an ECDSA signer and the parameters of its digest algorithm. Ours does.
/// * dmrtd takes a certificate that is a SET.
/// * A signer is found by name as Doc 9303-12 compares names, without regard to the type of string. The signature decides.
const DISAGREEMENTS: [(&str, [bool; 3]); 6] = [
    ("digestAlgorithm of the signer", [false, false, true]),
    ("digestAlgorithms", [true, true, false]),
    ("eContentType", [false, false, true]),
    ("issuer and number of the signer", [true, false, false]),
    ("signatureAlgorithm of the signer", [false, false, true]),
    ("tag of the certificate", [false, true, false]),
];

#[test]
fn a_changed_byte_is_judged_alike_but_for_the_listed_places() {
    let Some(openssl) = or_skip("OpenSSL", OpenSsl::new()) else { return };
    let table = DeviationTable::builtin().expect("it is part of the program");
    let mut profile = specimen::profile("pace-gm-ca").expect("a profile");
    let key = KeySpec::Ec { parameter_id: 12, encoding: ParameterEncoding::Named };
    (profile.csca.key, profile.document_signer.key) = (key, key);
    let document = specimen::issue(&profile).expect("issued");
    let own = case(&document);
    openssl.trust(own.authority);
    assert_eq!([ours(&own, &table), dmrtd(&own), openssl.accepts(own.sod)], [true; 3]);

    let parts = Parts::of(own.sod);
    let mut found = BTreeSet::new();
    for at in 0..own.sod.len() {
        let mut changed = own.sod.to_vec();
        changed[at] ^= 1;
        let case = Case { sod: &changed, ..own };
        let (we, they) = (ours(&case, &table), dmrtd(&case));
        let part = parts.name(at);
        // A program for each byte takes long: where a signature covers the bytes, every seventh stands for the others.
        if we || they || part.is_some() || at.is_multiple_of(7) {
            let judged = [we, they, openssl.accepts(&changed)];
            if judged != [judged[0]; 3] {
                found.insert((part.unwrap_or("signed"), judged));
            }
        }
    }
    assert_eq!(found, BTreeSet::from(DISAGREEMENTS));
}
