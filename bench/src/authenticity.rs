//! Passive Authentication: EF.SOD parsed, its signature, and the path of its signer, against OpenSSL and dmrtd.
//!
//! All three start from the bytes of EF.SOD and have the authority decoded already; ours and dmrtd hash EF.DG1 too. Ours
//! does more: profile, validity, revocation and departures are looked at as well, in a store of a thousand authorities.
//! OpenSSL is a C program of its own, which takes its own time; the rounds of the three are interleaved and short, and the
//! ratios are those within a round. Curves are named, since OpenSSL refuses explicit parameters.
//!
//! An authority whose key has verified before has a table of its multiples; the first document of one is measured too.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emrtd::lds::File;
use emrtd::passive_authentication::{PassiveAuthentication, Trust};
use emrtd::session::{FileOutcome, Files, Protection};
use emrtd_sim::document::{ElementaryFile, HexBytes, SpecimenDocument};
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
/// Bytes of a portrait, as in passports.
const PORTRAIT_BYTES: usize = 18_000;
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

    /// So many documents of one signer.
    fn issue(self, count: usize) -> Result<Vec<SpecimenDocument>> {
        let mut profile = builtin_profile("pace-gm-ca").context("the profile is built in")??;
        (profile.csca.key, profile.document_signer.key, profile.csca.signature) = self.keys();
        profile.sod.signature = profile.csca.signature;
        profile.portrait.bytes = PORTRAIT_BYTES;
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let today = date(2026, 11, 1);
        let state = IssuingState::establish(&profile, today, &mut rng)?;
        let issue = |_| {
            let holder = Holder::generate(today, &mut rng);
            let issuance = Issuance::new(&profile, &state, &holder, today);
            Ok(issuance.issue(&mut rng)?)
        };
        (0..count).map(issue).collect()
    }
}

/// A peer beside ours.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Against {
    /// Its microseconds for each document.
    pub us: Spread,
    /// Our time divided by its, round by round.
    pub ratio: Spread,
}

/// One kind of signature, in microseconds for each document.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The kind.
    pub signing: &'static str,
    /// Ours.
    pub kendt_us: Spread,
    /// Ours for the first document of an authority: its key is decoded and has verified nothing.
    pub kendt_first_us: Spread,
    /// OpenSSL; absent where it cannot be built.
    pub openssl: Option<Against>,
    /// dmrtd; absent where it refuses the document.
    pub dmrtd: Option<Against>,
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

/// Different documents one after the other on one core, every data group hashed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Throughput {
    /// How many documents there are, of as many holders, equally many of each kind of signature.
    pub documents: usize,
    /// Bytes of a portrait.
    pub portrait_bytes: usize,
    /// Documents a second.
    pub per_second: Spread,
}

/// Everything measured here.
#[derive(Clone, Debug, Serialize)]
pub struct Authenticity {
    /// By kind of signature.
    pub rows: Vec<Row>,
    /// Documents a second and core.
    pub throughput: Throughput,
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
    let bench = Bench::new(anchors)?;
    let mut rows = Vec::new();
    for signing in Signing::ALL {
        say(signing.name());
        rows.push(bench.row(signing, program.as_deref(), &directory, quick, clock)?);
    }
    say("a batch of different documents");
    let throughput = bench.throughput(quick, clock)?;
    let import = match &bytes {
        Some(bytes) => {
            say("a master list");
            Some(import(bytes, &directory, clock)?)
        }
        None => None,
    };
    std::fs::remove_dir_all(&directory)?;
    Ok(Authenticity { rows, throughput, import, anchors_mb })
}

/// The files of a document as they were read.
fn files(document: &SpecimenDocument, wanted: impl Fn(File) -> bool) -> Files {
    let read = |(file, bytes): (&ElementaryFile, &HexBytes)| {
        let file = match file {
            ElementaryFile::Sod => File::Sod,
            ElementaryFile::DataGroup(number) => File::from_data_group(*number)?,
            _ => return None,
        };
        wanted(file).then(|| (file, FileOutcome::read(bytes.0.clone(), Protection::Access)))
    };
    document.files.iter().filter_map(read).collect()
}

/// One document of a kind and its authority, to be checked over and over.
pub(crate) struct Single {
    files: Files,
    bench: Bench,
}

impl Single {
    /// Issues it.
    pub(crate) fn of(signing: Signing) -> Result<Single> {
        let document = signing.issue(1)?.pop().context("one was issued")?;
        let mut bench = Bench::new(Anchors::new("benchmark"))?;
        bench.anchors = bench.trusting(&document.csca_certificate.0)?;
        Ok(Single { files: zone_and_signature(&document), bench })
    }

    /// Checks it, which must succeed.
    pub(crate) fn check(&self) -> Result<()> {
        self.bench.check(&self.files, &self.bench.anchors)
    }
}

/// What OpenSSL and dmrtd look at, too.
fn zone_and_signature(document: &SpecimenDocument) -> Files {
    files(document, |file| matches!(file, File::Sod | File::Dg1))
}

fn ensure_genuine(found: &PassiveAuthentication<'_>) -> Result<()> {
    let genuine = found.signed.signature.is_successful() && found.signed.path.is_successful();
    ensure!(genuine, "{:?}", found.signed);
    Ok(())
}

/// What all checks are made with.
struct Bench {
    anchors: Anchors,
    deviations: DeviationTable,
    now: Timestamp,
}

impl Bench {
    fn new(anchors: Anchors) -> Result<Bench> {
        Ok(Bench { anchors, deviations: DeviationTable::builtin()?, now: now()? })
    }

    /// The store with one authority more, decoded just now.
    fn trusting(&self, authority: &[u8]) -> Result<Anchors> {
        let mut anchors = self.anchors.clone();
        anchors.trust(Arc::new(Certificate::parse(authority)?));
        Ok(anchors)
    }

    /// Checks a document, which must succeed.
    fn check(&self, files: &Files, anchors: &Anchors) -> Result<()> {
        let trust = Trust { anchors, deviations: &self.deviations, now: self.now };
        ensure_genuine(&std::hint::black_box(PassiveAuthentication::of(files, &trust)))
    }

    fn row(
        &self,
        signing: Signing,
        program: Option<&Path>,
        directory: &Path,
        quick: bool,
        clock: impl Fn() -> Duration,
    ) -> Result<Row> {
        let document = signing.issue(1)?.pop().context("one was issued")?;
        let sod = document.file(ElementaryFile::Sod).context("it has an EF.SOD")?;
        let dg1 = document.file(ElementaryFile::DataGroup(1)).context("it has an EF.DG1")?;
        let authority = &document.csca_certificate.0;
        let files = zone_and_signature(&document);
        let check = |anchors: &Anchors| self.check(&files, anchors);
        let known = self.trusting(authority)?;
        check(&known)?;
        std::fs::write(directory.join("cms"), File::Sod.contents(sod)?.outer.value)?;
        std::fs::write(directory.join("authority"), authority)?;
        let peer = DocumentPeer::new(sod, dg1, authority).ok().filter(|peer| peer.verify().is_ok());

        let (rounds, times) = if quick { (5, 10_u32) } else { (61, 40) };
        let each = |begun: Duration| clock().saturating_sub(begun).as_secs_f64() * 1e6 / f64::from(times);
        let (mut ours, mut first) = (Vec::new(), Vec::new());
        let (mut openssl, mut dmrtd) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let fresh = (0..times).map(|_| self.trusting(authority)).collect::<Result<Vec<_>>>()?;
            let begun = clock();
            fresh.iter().try_for_each(check)?;
            first.push(each(begun));
            drop(fresh);
            let begun = clock();
            (0..times).try_for_each(|_| check(&known))?;
            ours.push(each(begun));
            if let Some(program) = program {
                let mut command = Command::new(program);
                command.arg(directory.join("cms")).arg(directory.join("authority")).arg(times.to_string());
                let output = command.output()?;
                ensure!(output.status.success(), "OpenSSL: {}", String::from_utf8_lossy(&output.stderr));
                openssl.push(String::from_utf8_lossy(&output.stdout).trim().parse::<f64>()? / 1e3);
            }
            if let Some(peer) = &peer {
                let begun = clock();
                (0..times).for_each(|_| drop(std::hint::black_box(peer.verify())));
                dmrtd.push(each(begun));
            }
        }
        let against = |theirs: &[f64]| {
            let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
            (!ratios.is_empty()).then(|| Against { us: Spread::of(theirs), ratio: Spread::of(&ratios) })
        };
        Ok(Row {
            signing: signing.name(),
            kendt_us: Spread::of(&ours),
            kendt_first_us: Spread::of(&first),
            openssl: against(&openssl),
            dmrtd: against(&dmrtd),
        })
    }

    fn throughput(&self, quick: bool, clock: impl Fn() -> Duration) -> Result<Throughput> {
        const OF_EACH: usize = 8;
        let mut anchors = self.anchors.clone();
        let mut by_kind = Vec::new();
        for signing in Signing::ALL {
            let documents = signing.issue(OF_EACH)?;
            for document in &documents {
                anchors.trust(Arc::new(Certificate::parse(&document.csca_certificate.0)?));
            }
            by_kind.push(documents.iter().map(|document| files(document, |_| true)).collect::<Vec<_>>());
        }
        // One of each kind in turn.
        let batch: Vec<&Files> =
            (0..OF_EACH).flat_map(|at| by_kind.iter().filter_map(move |kind| kind.get(at))).collect();
        let trust = Trust { anchors: &anchors, deviations: &self.deviations, now: self.now };
        let mut per_second = Vec::new();
        for _ in 0..if quick { 5 } else { 61 } {
            let begun = clock();
            for files in &batch {
                let found = std::hint::black_box(PassiveAuthentication::of(files, &trust));
                ensure_genuine(&found)?;
                ensure!(found.hashes.is_successful(), "{:?}", found.hashes);
            }
            #[expect(clippy::cast_precision_loss, reason = "a few dozen documents")]
            per_second.push(batch.len() as f64 / clock().saturating_sub(begun).as_secs_f64());
        }
        Ok(Throughput {
            documents: batch.len(),
            portrait_bytes: PORTRAIT_BYTES,
            per_second: Spread::of(&per_second),
        })
    }
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
