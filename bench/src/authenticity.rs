//! Passive Authentication: EF.SOD parsed, its signature, and the path of its signer, against OpenSSL and dmrtd.
//!
//! All three start from the bytes of EF.SOD and have the authority decoded already; ours and dmrtd hash EF.DG1 too. Ours
//! does more: profile, validity, revocation and departures are looked at as well, in a store of a thousand authorities.
//! OpenSSL is a C program of its own,
//! which takes its own time; the rounds of the three are interleaved. Curves are named, since OpenSSL refuses explicit
//! parameters.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emrtd::lds::File;
use emrtd::passive_authentication::{PassiveAuthentication, Trust};
use emrtd::session::{FileOutcome, Files, Protection};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::issue::{Issuance, IssuingState, builtin_profile};
use emrtd_sim::people::Holder;
use emrtd_sim::pki::{HashAlgorithm, KeySpec, ParameterEncoding, SignatureSpec};
use jiff::Timestamp;
use jiff::civil::date;
use kendt_peers::dmrtd_reader::DocumentPeer;
use pki::{Anchors, Certificate, DeviationTable, Fingerprint, Import, MasterList, TrustStore};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde::Serialize;

use crate::statistics::Spread;

/// Authorities in the store while documents are checked.
const STORE: usize = 1_000;
/// Where the German master list lies among the corpora.
const LIST: &str = "01-pki/master-lists/de/DE_ML_2025-06-25-09-31-57.ml";

/// Who signs a document and its signer, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signing {
    /// ECDSA with SHA-256 on NIST P-256, both.
    P256,
    /// RSA of 4096 bits above 2048 bits, PKCS#1 v1.5 with SHA-256.
    Rsa,
    /// ECDSA with SHA-256 on brainpoolP256r1, both.
    BrainpoolP256r1,
}

impl Signing {
    /// Every kind.
    pub const ALL: [Signing; 3] = [Signing::P256, Signing::Rsa, Signing::BrainpoolP256r1];

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Signing::P256 => "ECDSA P-256",
            Signing::Rsa => "RSA 4096 above 2048",
            Signing::BrainpoolP256r1 => "ECDSA brainpoolP256r1",
        }
    }

    fn keys(self) -> (KeySpec, KeySpec, SignatureSpec) {
        let ec = |parameter_id| KeySpec::Ec { parameter_id, encoding: ParameterEncoding::Named };
        let ecdsa = SignatureSpec::Ecdsa { digest: HashAlgorithm::Sha256 };
        match self {
            Signing::P256 => (ec(12), ec(12), ecdsa),
            Signing::BrainpoolP256r1 => (ec(13), ec(13), ecdsa),
            Signing::Rsa => (
                KeySpec::Rsa { bits: 4096 },
                KeySpec::Rsa { bits: 2048 },
                SignatureSpec::RsaPkcs1 { digest: HashAlgorithm::Sha256 },
            ),
        }
    }

    fn issue(self) -> Result<SpecimenDocument> {
        let mut profile = builtin_profile("pace-gm-ca").context("the profile is built in")??;
        (profile.csca.key, profile.document_signer.key, profile.csca.signature) = self.keys();
        profile.sod.signature = profile.csca.signature;
        profile.portrait.bytes = 2_000;
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let today = date(2026, 11, 1);
        let state = IssuingState::establish(&profile, today, &mut rng)?;
        let holder = Holder::generate(today, &mut rng);
        let issuance = Issuance {
            profile: &profile,
            state: &state,
            holder: &holder,
            issue_date: today,
            active_authentication_rsa: None,
        };
        Ok(issuance.issue(&mut rng)?)
    }
}

/// One kind of signature, in microseconds for each document.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The kind.
    pub signing: &'static str,
    /// Ours.
    pub kendt_us: Spread,
    /// OpenSSL; absent where it cannot be built.
    pub openssl_us: Option<Spread>,
    /// dmrtd; absent where it refuses the document.
    pub dmrtd_us: Option<Spread>,
}

/// A master list with hundreds of certificates.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Import600 {
    /// How many certificates it has.
    pub certificates: usize,
    /// Milliseconds to parse the list and every certificate on it.
    pub parse_ms: f64,
    /// Milliseconds of the first import into a store on disk: parsed, every signature checked, written and synced.
    pub first_ms: f64,
    /// The same again, with every certificate known.
    pub again_ms: f64,
}

/// Everything measured here.
#[derive(Clone, Debug, Serialize)]
pub struct Authenticity {
    /// By kind of signature.
    pub rows: Vec<Row>,
    /// Import of a master list, where the list is at hand.
    pub import: Option<Import600>,
    /// Megabytes that a thousand authorities take in memory.
    pub anchors_mb: Option<f64>,
}

fn now() -> Result<Timestamp> {
    Ok("2026-11-25T12:00:00Z".parse()?)
}

fn list() -> Option<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    let folder = std::env::var_os("KENDT_CORPORA").map_or(beside, PathBuf::from);
    std::fs::read(folder.join(LIST)).ok()
}

/// Resident memory of this process, in bytes.
fn resident() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096.0)
}

/// A thousand authorities: those of the list, read again until there are enough, each with its own bytes and keys.
fn thousand(list: Option<&MasterList>) -> (Anchors, Option<f64>) {
    let before = resident();
    let mut anchors = Anchors::new("benchmark");
    let Some(list) = list else { return (anchors, None) };
    let usable: Vec<&Certificate> = list.certificates().iter().flatten().collect();
    let mut kept = Vec::new();
    for index in 0..STORE {
        let Some(certificate) = usable.get(index % usable.len().max(1)) else { break };
        if let Ok(again) = Certificate::parse(certificate.as_der()) {
            let again = Arc::new(again);
            kept.push(Arc::clone(&again));
            anchors.trust(again);
        }
    }
    let megabytes = before.zip(resident()).map(|(before, after)| (after - before) / 1e6);
    drop(kept);
    (anchors, megabytes)
}

/// Builds the program with OpenSSL; `None` without a compiler or without OpenSSL.
fn openssl(directory: &Path) -> Option<PathBuf> {
    let program = directory.join("openssl_verify");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers/openssl_verify.c");
    let built = Command::new("cc").args(["-O2", "-o"]).arg(&program).arg(source).arg("-lcrypto").status();
    built.is_ok_and(|status| status.success()).then_some(program)
}

/// Measures everything. `clock` tells the time since some moment.
///
/// # Errors
/// A document cannot be issued, or one of the three refuses it.
pub fn measure(
    quick: bool,
    clock: impl Fn() -> Duration + Copy,
    mut say: impl FnMut(&str),
) -> Result<Authenticity> {
    let bytes = list();
    let list = bytes.as_deref().map(MasterList::parse).transpose()?;
    let (anchors, anchors_mb) = thousand(list.as_ref());
    let directory = std::env::temp_dir().join(format!("kendt-bench-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let program = openssl(&directory);
    let mut rows = Vec::new();
    for signing in Signing::ALL {
        say(signing.name());
        rows.push(row(signing, &anchors, program.as_deref(), &directory, quick, clock)?);
    }
    let import = match &bytes {
        Some(bytes) => {
            say("a master list");
            Some(import(bytes, &directory, clock)?)
        }
        None => None,
    };
    std::fs::remove_dir_all(&directory)?;
    Ok(Authenticity { rows, import, anchors_mb })
}

fn row(
    signing: Signing,
    anchors: &Anchors,
    program: Option<&Path>,
    directory: &Path,
    quick: bool,
    clock: impl Fn() -> Duration,
) -> Result<Row> {
    let document = signing.issue()?;
    let sod = document.file(ElementaryFile::Sod).context("it has an EF.SOD")?;
    let authority = &document.csca_certificate.0;
    let mut anchors = anchors.clone();
    anchors.trust(Arc::new(Certificate::parse(authority)?));
    let deviations = DeviationTable::builtin()?;
    let trust = Trust { anchors: &anchors, deviations: &deviations, now: now()? };
    let dg1 = document.file(ElementaryFile::DataGroup(1)).context("it has an EF.DG1")?;
    let files: Files = [(File::Sod, sod), (File::Dg1, dg1)]
        .map(|(file, bytes)| (file, FileOutcome::read(bytes.to_vec(), Protection::Access)))
        .into_iter()
        .collect();
    let check = || PassiveAuthentication::of(&files, &trust);
    let first = check();
    ensure!(
        first.signed.signature.is_successful() && first.signed.path.is_successful(),
        "{:?}",
        first.signed
    );

    let cms = File::Sod.contents(sod)?.outer.value;
    std::fs::write(directory.join("cms"), cms)?;
    std::fs::write(directory.join("authority"), authority)?;
    let peer = DocumentPeer::new(sod, dg1, authority).ok().filter(|peer| peer.verify().is_ok());

    let (rounds, times) = if quick { (3, 20_u32) } else { (15, 200) };
    let (mut ours, mut theirs, mut dmrtd) = (Vec::new(), Vec::new(), Vec::new());
    let timed = |work: &mut dyn FnMut()| {
        let begun = clock();
        (0..times).for_each(|_| work());
        clock().saturating_sub(begun).as_secs_f64() * 1e6 / f64::from(times)
    };
    for _ in 0..rounds {
        ours.push(timed(&mut || drop(std::hint::black_box(check()))));
        if let Some(program) = program {
            let mut command = Command::new(program);
            command.arg(directory.join("cms")).arg(directory.join("authority")).arg(times.to_string());
            let output = command.output()?;
            ensure!(output.status.success(), "OpenSSL: {}", String::from_utf8_lossy(&output.stderr));
            theirs.push(String::from_utf8_lossy(&output.stdout).trim().parse::<f64>()? / 1e3);
        }
        if let Some(peer) = &peer {
            dmrtd.push(timed(&mut || drop(std::hint::black_box(peer.verify()))));
        }
    }
    let spread = |measured: &[f64]| (!measured.is_empty()).then(|| Spread::of(measured));
    Ok(Row {
        signing: signing.name(),
        kendt_us: Spread::of(&ours),
        openssl_us: spread(&theirs),
        dmrtd_us: spread(&dmrtd),
    })
}

fn import(bytes: &[u8], directory: &Path, clock: impl Fn() -> Duration) -> Result<Import600> {
    let milliseconds = |begun: Duration| clock().saturating_sub(begun).as_secs_f64() * 1e3;
    let deviations = DeviationTable::builtin()?;
    let at = now()?;
    let accept = [Fingerprint::of(bytes)];
    let import = Import {
        at,
        by: "benchmark",
        deviations: &deviations,
        roots: &[],
        accept: &accept,
        allow_older: false,
    };
    let (mut parse_ms, mut first_ms, mut again_ms) = (f64::MAX, f64::MAX, f64::MAX);
    let mut certificates = 0;
    for round in 0..5 {
        let begun = clock();
        certificates = std::hint::black_box(MasterList::parse(bytes)?).certificates().len();
        parse_ms = parse_ms.min(milliseconds(begun));
        let mut store = TrustStore::create(&directory.join(format!("store-{round}")), at, "benchmark")?;
        let begun = clock();
        store.import(bytes, &import)?;
        first_ms = first_ms.min(milliseconds(begun));
        let begun = clock();
        store.import(bytes, &import)?;
        again_ms = again_ms.min(milliseconds(begun));
    }
    Ok(Import600 { certificates, parse_ms, first_ms, again_ms })
}
