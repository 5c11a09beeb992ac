//! One byte changed, anywhere: never accepted.

use std::ops::Range;

use emrtd::lds::File;
use emrtd::session::{FileOutcome, Reading, read};
use emrtd::tlv::Reader;
use emrtd::transport::{Answers, Batch, Transport};
use emrtd_sim::transport::InProcess;
use verdict::Outcome;

use crate::support::{Specimen, rng};

/// The reading with one byte of one file changed.
fn changed(reading: &Reading, file: File, at: usize, bit: u8) -> Reading {
    let mut changed = reading.clone();
    let Some(FileOutcome::Read { protection, .. }) = reading.files.get(&file) else { panic!("{file}") };
    let mut bytes = reading.file(file).unwrap().to_vec();
    bytes[at] ^= 1 << bit;
    changed.files.insert(file, FileOutcome::read(bytes, *protection));
    changed
}

fn is_accepted(specimen: &Specimen, reading: &Reading) -> bool {
    matches!(specimen.judge(reading).1.outcome, Outcome::Accept(_))
}

/// The parts of EF.SOD or EF.CardSecurity that no signature covers and that decide nothing: the two versions, the set of digest algorithms,
/// and the name by which the signer is looked for, where the case of a letter does not matter (RFC 5652 §5.1, §5.3).
fn unsigned_parts(file: &[u8]) -> Vec<Range<usize>> {
    let base = file.as_ptr() as usize;
    let place = |part: &[u8]| {
        let start = part.as_ptr() as usize - base;
        start..start + part.len()
    };
    // EF.SOD has a data object of its own around the structure.
    let wrapped = Reader::new(file).expect(0x77).map(|outer| outer.value);
    let mut parts = Reader::new(wrapped.unwrap_or(file)).expect(0x30).unwrap().children();
    parts.expect(0x06).unwrap();
    let mut signed = parts.expect(0xA0).unwrap().children().expect(0x30).unwrap().children();
    let version = signed.expect(0x02).unwrap();
    let algorithms = signed.expect(0x31).unwrap();
    signed.expect(0x30).unwrap();
    signed.expect(0xA0).unwrap();
    let signers = signed.expect(0x31).unwrap();
    let mut signer = signers.children().expect(0x30).unwrap().children();
    let signer_version = signer.expect(0x02).unwrap();
    let issuer = signer.expect(0x30).unwrap().children().expect(0x30).unwrap();
    vec![place(version.value), place(algorithms.value), place(signer_version.value), place(issuer.value)]
}

#[test]
fn no_changed_byte_of_ef_sod_is_accepted_but_those_that_nobody_signs_and_that_decide_nothing() {
    for kind in ["pace-cam", "dk-passport"] {
        let specimen = Specimen::issue(kind);
        let reading = specimen.read();
        assert!(is_accepted(&specimen, &reading));
        let sod = reading.file(File::Sod).unwrap();
        let unsigned = unsigned_parts(sod);
        for at in 0..sod.len() {
            let other = changed(&reading, File::Sod, at, u8::try_from(at % 8).unwrap());
            let accepted = is_accepted(&specimen, &other);
            let harmless = unsigned.iter().any(|part| part.contains(&at));
            assert!(
                !accepted || harmless,
                "{kind}: byte {at} of EF.SOD was changed and the document accepted"
            );
        }
    }
}

#[test]
fn no_changed_byte_of_any_other_signed_file_is_accepted() {
    for kind in ["pace-cam", "aa-ecdsa", "pace-gm-ca"] {
        let specimen = Specimen::issue(kind);
        let reading = specimen.read();
        for file in [File::Dg1, File::Dg2, File::Dg14, File::Dg15, File::CardSecurity] {
            let Some(bytes) = reading.file(file) else { continue };
            // Every byte of the short ones; of a long one every byte would only repeat the same hash.
            let unsigned = if file == File::CardSecurity { unsigned_parts(bytes) } else { Vec::new() };
            let step = if bytes.len() > 1_000 && file != File::CardSecurity { 7 } else { 1 };
            for at in (0..bytes.len()).step_by(step) {
                let other = changed(&reading, file, at, u8::try_from(at % 8).unwrap());
                let harmless = unsigned.iter().any(|part| part.contains(&at));
                assert!(!is_accepted(&specimen, &other) || harmless, "{kind}: byte {at} of {file}");
            }
        }
    }
}

#[test]
fn no_changed_byte_of_ef_card_access_is_accepted() {
    for kind in ["pace-cam", "pace-gm-ca"] {
        let specimen = Specimen::issue(kind);
        let reading = specimen.read();
        for at in 0..reading.file(File::CardAccess).unwrap().len() {
            for bit in 0..8 {
                let other = changed(&reading, File::CardAccess, at, bit);
                assert!(!is_accepted(&specimen, &other), "{kind}: bit {bit} of byte {at}");
            }
        }
    }
}

/// A chip whose answer to one command has one changed bit on the way.
struct Meddler {
    inner: InProcess,
    played: usize,
    command: usize,
    byte: usize,
    bit: u8,
    met: bool,
}

impl Transport for Meddler {
    type Error = <InProcess as Transport>::Error;

    fn play(&mut self, batch: &Batch) -> Result<Answers, Self::Error> {
        let mut answers = self.inner.play(batch)?;
        for response in &mut answers.responses {
            if self.played == self.command
                && let Some(byte) = response.get_mut(self.byte)
            {
                *byte ^= 1 << self.bit;
                self.met = true;
            }
            self.played += 1;
        }
        Ok(answers)
    }

    fn await_tag(&mut self) -> Result<(), Self::Error> {
        self.inner.await_tag()
    }
}

#[test]
fn a_changed_byte_in_any_answer_of_a_session_ends_it_or_changes_nothing_that_counts() {
    for kind in ["pace-cam", "pace-gm-ca", "aa-ecdsa"] {
        let specimen = Specimen::issue(kind);
        let issued = specimen.read();
        let mut accepted = 0;
        for command in 0..issued.metrics.commands {
            for byte in 0.. {
                // Every byte of the first and of short answers, then ever fewer.
                let byte = if byte < 24 { byte } else { 24 + (byte - 24) * 41 };
                let bit = u8::try_from((command + byte) % 8).unwrap();
                let mut meddler =
                    Meddler { inner: specimen.chip(), played: 0, command, byte, bit, met: false };
                let result = read(specimen.options(), rng(specimen.terminal_seed), &mut meddler, |_| {});
                if !meddler.met {
                    break;
                }
                let Ok(reading) = result else { continue };
                assert_ne!(reading.transcript_hash, issued.transcript_hash);
                if is_accepted(&specimen, &reading) {
                    accepted += 1;
                    // EF.ATR/INFO says what the chip can carry; nobody signs it, and it decides nothing.
                    let mut files = reading.files.clone();
                    files.extend(issued.files.get_key_value(&File::AtrInfo).map(|(f, o)| (*f, o.clone())));
                    assert!(files == issued.files, "{kind}: answer {command}, byte {byte}");
                    assert!(reading.chip_authentication == issued.chip_authentication);
                }
            }
        }
        println!("{kind}: {accepted} changed answers were repaired by asking again");
    }
}
