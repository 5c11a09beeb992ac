//! Documents to be broken, and the way through chip, read and checks.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use emrtd::access::Password;
use emrtd::active_authentication::Challenge;
use emrtd::quirks::QuirkTable;
use emrtd::session::{ActiveAuthenticationPolicy, DriveError, ReadError, ReadOptions, read};
use emrtd::transport::{Answers, Batch, Transport, play_each};
use emrtd_sim::chip::{Chip, ChipConfig, Exchange, Hostile};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::issue::profile::DocumentProfile;
use emrtd_sim::issue::{Issuance, IssuingState, build_sod, builtin_profile};
use emrtd_sim::people::Holder;
use emrtd_sim::pki::{
    DocumentSigner, HashAlgorithm, IssuedCertificate, KeySpec, Revocation, SignatureSpec, SigningKey,
};
use emrtd_sim::transport::InProcess;
use jiff::civil::date;
use pki::{Anchors, Certificate, Crl, Deviation, DeviationTable};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::judged::{Judged, judge};
use crate::tree::Node;

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A built-in profile with small keys and a small portrait.
pub(crate) fn profile(name: &str) -> DocumentProfile {
    let mut profile = builtin_profile(name).unwrap().unwrap();
    for key in [&mut profile.csca.key, &mut profile.document_signer.key] {
        if let KeySpec::Rsa { bits } = key {
            *bits = 2048;
        }
    }
    profile.portrait.bytes = 1_500;
    profile
}

/// Keys are made once: RSA takes its time.
fn key(spec: KeySpec, seed: u64) -> Arc<SigningKey> {
    static RSA: OnceLock<[Arc<SigningKey>; 2]> = OnceLock::new();
    let make = |seed| Arc::new(SigningKey::generate(spec, &mut rng(seed)).unwrap());
    match spec {
        KeySpec::Rsa { .. } => {
            let both = RSA.get_or_init(|| [make(1), make(2)]);
            Arc::clone(&both[usize::try_from(seed - 1).unwrap()])
        }
        KeySpec::Ec { .. } => make(seed),
    }
}

/// A document as issued, its state, and the authority and the revocation list of that.
#[derive(Clone)]
struct Issued {
    document: SpecimenDocument,
    state: IssuingState,
    anchors: Anchors,
}

impl Issued {
    /// Documents of one profile are issued once.
    fn of(profile: &DocumentProfile) -> Issued {
        static DOCUMENTS: OnceLock<Mutex<HashMap<String, Issued>>> = OnceLock::new();
        let documents = DOCUMENTS.get_or_init(Mutex::default);
        let name = format!("{profile:?}");
        if let Some(issued) = documents.lock().unwrap().get(&name) {
            return issued.clone();
        }
        let issued = Issued::make(profile);
        documents.lock().unwrap().insert(name, issued.clone());
        issued
    }

    fn make(profile: &DocumentProfile) -> Issued {
        let today = date(2026, 11, 25);
        let (csca, signer) = (key(profile.csca.key, 1), key(profile.document_signer.key, 2));
        let state = IssuingState::establish_with_keys(profile, csca, signer, today, &mut rng(1)).unwrap();
        let holder = Holder::generate(today, &mut rng(2));
        let issuance = Issuance::new(profile, &state, &holder, today);
        let document = issuance.issue(&mut rng(3)).unwrap();
        let mut anchors = Anchors::new("conformance");
        anchors.trust(Arc::new(Certificate::parse(&state.csca.certificate().der).unwrap()));
        publish(&mut anchors, &state, &[]);
        Issued { document, state, anchors }
    }
}

/// Puts a state's revocation list into the store.
fn publish(anchors: &mut Anchors, state: &IssuingState, revoked: &[Revocation]) {
    let (from, to) = (date(2026, 11, 20).at(0, 0, 0, 0), date(2026, 12, 20).at(0, 0, 0, 0));
    let number = if revoked.is_empty() { 1 } else { 2 };
    let list = state.csca.revocation_list(number, from, to, revoked, &[], &mut rng(4)).unwrap();
    anchors.revoke(Crl::parse(&list).unwrap(), &deviations()).unwrap();
}

/// A document that can be changed before it is read.
pub(crate) struct Draft {
    pub(crate) document: SpecimenDocument,
    pub(crate) state: IssuingState,
    pub(crate) chip: ChipConfig,
    pub(crate) options: ReadOptions,
    /// The lines as printed.
    pub(crate) printed: String,
    pub(crate) anchors: Anchors,
    /// What departs and is tolerated.
    deviations: DeviationTable,
    /// Changes answers on their way.
    pub(crate) meddle: Option<Meddle>,
}

/// Sees a command and its answer, and may change the answer.
pub(crate) type Meddle = Box<dyn FnMut(&[u8], &mut Vec<u8>) + Send>;

impl Draft {
    pub(crate) fn new(profile: &str) -> Draft {
        Draft::of(&self::profile(profile))
    }

    pub(crate) fn of(profile: &DocumentProfile) -> Draft {
        let Issued { document, state, anchors } = Issued::of(profile);
        let options = ReadOptions {
            passwords: vec![Password::from_mrz_information(&document.access.mrz_information)],
            active_authentication: ActiveAuthenticationPolicy::Otherwise(Challenge(*b"kendt_AA")),
            quirks: QuirkTable::builtin().unwrap().for_state(Some(&profile.issuing_state)),
            extended_length: Some(8_192),
            ..ReadOptions::default()
        };
        Draft {
            printed: document.mrz.join("\n"),
            chip: ChipConfig::try_from(&document).unwrap(),
            document,
            state,
            options,
            anchors,
            deviations: deviations(),
            meddle: None,
        }
    }

    /// Puts the state's revocation list into the store.
    pub(crate) fn publish(&mut self, revoked: &[Revocation]) {
        publish(&mut self.anchors, &self.state, revoked);
    }

    /// Switches a toleration on or off.
    pub(crate) fn tolerating(mut self, departure: Deviation, tolerated: bool) -> Draft {
        self.deviations = with_toleration(departure, tolerated);
        self
    }

    pub(crate) fn hostile(mut self, hostile: Hostile) -> Draft {
        self.chip.behaviour.hostile = Some(hostile);
        self
    }

    pub(crate) fn meddling(mut self, meddle: impl FnMut(&[u8], &mut Vec<u8>) + Send + 'static) -> Draft {
        self.meddle = Some(Box::new(meddle));
        self
    }

    pub(crate) fn file(&mut self, file: ElementaryFile) -> &mut Vec<u8> {
        self.chip.files.get_mut(&file).unwrap()
    }

    /// A data group changed, and the document signed over it again: nothing but the group is odd.
    pub(crate) fn with_group(mut self, number: u8, change: impl FnOnce(&mut Vec<u8>)) -> Draft {
        change(self.file(ElementaryFile::DataGroup(number)));
        self.sign();
        self
    }

    /// Signs the data groups as they are.
    pub(crate) fn sign(&mut self) {
        let groups: BTreeMap<u8, Vec<u8>> = self
            .chip
            .files
            .iter()
            .filter_map(|(file, bytes)| match file {
                ElementaryFile::DataGroup(number) => Some((*number, bytes.clone())),
                _ => None,
            })
            .collect();
        let groups: Vec<(u8, &[u8])> = groups.iter().map(|(number, bytes)| (*number, &bytes[..])).collect();
        let profile = &self.document.profile;
        let (signer, when) = (&self.state.document_signer, date(2026, 11, 25).at(9, 0, 0, 0));
        let sod = build_sod(&groups, profile.lds_version, &profile.sod, signer, when, &mut rng(5)).unwrap();
        self.chip.files.insert(ElementaryFile::Sod, sod);
    }

    /// EF.SOD changed as a tree from SignedData on; with `resign`, its digest and signature are made again.
    pub(crate) fn with_sod(self, resign: bool, change: impl FnOnce(&mut Node)) -> Draft {
        let scheme = self.document.profile.sod.signature;
        let key = Arc::clone(&self.state.document_signer.key);
        self.with_signed_data(|signed_data| {
            change(signed_data);
            if resign {
                sign_again(signed_data, &key, scheme);
            }
        })
    }

    /// EF.SOD changed as a tree from SignedData on.
    pub(crate) fn with_signed_data(mut self, change: impl FnOnce(&mut Node)) -> Draft {
        let mut sod = Node::parse(self.file(ElementaryFile::Sod));
        change(sod.at(&[0, 1, 0]));
        *self.file(ElementaryFile::Sod) = sod.write();
        self
    }

    /// The LDS security object changed as a tree, and signed again.
    pub(crate) fn with_security_object(self, change: impl FnOnce(&mut Node)) -> Draft {
        self.with_sod(true, |signed_data| {
            let content = signed_data.at(&[2, 1, 0]);
            let mut object = Node::parse(&content.value());
            change(&mut object);
            content.set(&object.write());
        })
    }

    /// The signer's certificate changed as a tree of its signed part, signed again by the authority, and embedded.
    pub(crate) fn with_certificate(self, change: impl FnOnce(&mut Node)) -> Draft {
        let (key, scheme) = (Arc::clone(self.state.csca.key()), self.document.profile.csca.signature);
        self.with_broken_certificate(|certificate| {
            change(certificate.at(&[0]));
            let signature = key.sign(scheme, &[], &certificate.at(&[0]).write(), &mut rng(7)).unwrap();
            certificate.at(&[2]).set(&[&[0], &signature[..]].concat());
        })
    }

    /// The same without a new signature of the authority, over the whole certificate.
    pub(crate) fn with_broken_certificate(self, change: impl FnOnce(&mut Node)) -> Draft {
        self.with_sod(false, |signed_data| change(signed_data.at(&[3, 0])))
    }

    pub(crate) fn signer(&self) -> DocumentSigner {
        let signer = &self.state.document_signer;
        let certificate: IssuedCertificate = signer.certificate.clone();
        DocumentSigner { key: Arc::clone(&signer.key), certificate }
    }

    /// Reads the chip.
    pub(crate) fn read(self) -> Result<Judged, ReadError> {
        self.play().0
    }

    /// Reads the chip, which must be possible, and tells what it executed, secure messaging removed.
    pub(crate) fn exchanges(self) -> Vec<Exchange> {
        let (judged, chip) = self.play();
        judged.unwrap_or_else(|error| panic!("not read: {error}")).accepted();
        chip.exchanges().cloned().collect()
    }

    fn play(self) -> (Result<Judged, ReadError>, Chip) {
        let mut chip = Chip::new(self.chip.clone(), Box::new(rng(8))).unwrap();
        chip.power_on();
        let meddle = self.meddle.unwrap_or_else(|| Box::new(|_, _| {}));
        let mut transport = Wire { chip: InProcess::new(chip), meddle };
        let read = read(self.options.clone(), rng(9), &mut transport, |_| {});
        let judged = match read {
            Ok(reading) => Ok(judge(reading, &self.printed, &self.anchors, &self.deviations)),
            Err(DriveError::Read(error)) => {
                // A failed PACE is never followed by Basic Access Control.
                if matches!(error, ReadError::Pace { .. } | ReadError::PaceRefused { .. }) {
                    let basic = transport.chip.chip().exchanges().any(|done| done.command.ins == 0x82);
                    assert!(!basic, "Basic Access Control was tried after PACE had failed");
                }
                Err(error)
            }
            Err(DriveError::Transport(_)) => panic!("the chip went away"),
        };
        (judged, transport.chip.into_chip())
    }

    /// Reads the chip, which must be possible.
    pub(crate) fn judged(self) -> Judged {
        self.read().unwrap_or_else(|error| panic!("not read: {error}"))
    }

    /// Reads the chip, which must not be possible.
    pub(crate) fn refused(self) -> ReadError {
        match self.read() {
            Err(error) => error,
            Ok(judged) => panic!("was read: {:?}", judged.outcome),
        }
    }
}

/// messageDigest (RFC 5652 §11.2).
const MESSAGE_DIGEST: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 4];

/// The signature of SignedData made again: over the signed attributes, whose messageDigest is made new.
pub(crate) fn sign_again(signed_data: &mut Node, key: &SigningKey, scheme: SignatureSpec) {
    sign_anew(signed_data, scheme.digest(), |attributes| {
        key.sign(scheme, &[], attributes, &mut rng(6)).unwrap()
    });
}

/// The same with another hash for messageDigest and any way to sign.
pub(crate) fn sign_anew(signed_data: &mut Node, digest: HashAlgorithm, sign: impl FnOnce(&[u8]) -> Vec<u8>) {
    let digest = digest.digest(&signed_data.at(&[2, 1, 0]).value());
    let info = signed_data.nodes().len() - 1;
    let attributes = signed_data.at(&[info, 0, 3]);
    for attribute in attributes.nodes() {
        if attribute.at(&[0]).value() == MESSAGE_DIGEST {
            attribute.at(&[1, 0]).set(&digest);
        }
    }
    let mut set = attributes.clone();
    set.tag = vec![0x31];
    let signature = sign(&set.write());
    signed_data.at(&[info, 0, 5]).set(&signature);
}

struct Wire {
    chip: InProcess,
    meddle: Meddle,
}

impl Transport for Wire {
    type Error = <InProcess as Transport>::Error;

    fn play(&mut self, batch: &Batch) -> Result<Answers, Self::Error> {
        let (chip, meddle) = (&mut self.chip, &mut self.meddle);
        play_each(batch, |apdu| {
            let mut answer = chip.transmit(apdu);
            if let Ok(answer) = &mut answer {
                meddle(apdu, answer);
            }
            Ok(answer)
        })
    }

    fn await_tag(&mut self) -> Result<(), Self::Error> {
        self.chip.await_tag()
    }
}

pub(crate) fn deviations() -> DeviationTable {
    DeviationTable::builtin().unwrap()
}

/// The table with one row changed.
fn with_toleration(departure: Deviation, tolerated: bool) -> DeviationTable {
    if !tolerated {
        return deviations().without(departure);
    }
    let text = include_str!("../../../pki/data/deviations.toml");
    let (before, row) = text.split_once(&format!("id = \"{}\"", departure.id())).unwrap();
    let row = row.replacen("tolerated = false", "tolerated = true", 1);
    DeviationTable::parse(&format!("{before}id = \"{}\"{row}", departure.id())).unwrap()
}
