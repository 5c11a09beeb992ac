//! Traces of raw APDUs, for specimens of the test PKI only.
//!
//! The exchanges are kept in memory until it is certain whose document it is. They are written only if EF.SOD holds
//! nothing but certificates of the country UT and EF.DG1 names the issuing state UTO; otherwise they are wiped. A chip in
//! this process is asked before the read, a card after it; and what a card said before it was lost is dropped, because
//! it may have been another.
//!
//! Nothing here verifies a signature. A chip that only claims to be of UT can have itself traced; nobody's passport can.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use emrtd::lds::File;
use emrtd::lds::dg1::Dg1;
use emrtd::session::{Reading, Step};
use emrtd::tlv::{Reader, TlvError};
use emrtd::transport::{Answers, Batch, Ending};
use zeroize::Zeroizing;

use super::save::private_file;
use crate::failure::Failure;

/// The issuing state of specimens, and its country in certificates; some deviating certificates bear the three letters.
const STATE: &str = "UTO";
const COUNTRIES: [&[u8]; 2] = [b"UT", b"UTO"];
/// countryName, 2.5.4.6.
const COUNTRY_NAME: &[u8] = &[0x55, 0x04, 0x06];

#[derive(Args, Default)]
pub(crate) struct TraceOptions {
    /// Write the raw commands and answers into this file; only for specimens of the state UTO
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    trace: Option<PathBuf>,
}

/// Notes what is exchanged, if a trace is wanted.
pub(crate) struct Recorder {
    wanted: Option<PathBuf>,
    /// Known before the read to be a specimen of the test PKI.
    permitted: bool,
    text: Zeroizing<String>,
}

impl Recorder {
    /// No trace.
    pub(crate) fn off() -> Recorder {
        Recorder { wanted: None, permitted: false, text: Zeroizing::default() }
    }

    /// A trace if the options want one. For a chip in this process its EF.SOD and EF.DG1 are known.
    pub(crate) fn new(
        options: &TraceOptions,
        sod: Option<&[u8]>,
        dg1: Option<&[u8]>,
    ) -> Result<Recorder, Failure> {
        let Some(path) = &options.trace else { return Ok(Recorder::off()) };
        let known = sod.is_some() || dg1.is_some();
        if known {
            is_of_test_pki(sod, dg1).map_err(Failure::TraceRefused)?;
        }
        Ok(Recorder { wanted: Some(path.clone()), permitted: known, ..Recorder::off() })
    }

    /// One batch with its answers.
    pub(crate) fn note(&mut self, batch: &Batch, steps: &[Step], answers: &Answers) {
        if self.wanted.is_none() {
            return;
        }
        let text = &mut *self.text;
        let _ = writeln!(text, "# batch of {}", batch.commands.len());
        for (index, command) in batch.commands.iter().enumerate() {
            let Some(answer) = answers.responses.get(index) else { break };
            let step = steps.get(index).map(Step::to_string).unwrap_or_default();
            let _ = writeln!(text, "# {step}\n> {}\n< {}", *hex_of(&command.apdu), *hex_of(answer));
        }
        if answers.ending == Ending::TagLost {
            let _ = writeln!(text, "# the document left the reader");
        }
    }

    /// The document is gone, and the next one may be another.
    pub(crate) fn document_lost(&mut self) {
        if !self.permitted && self.wanted.is_some() {
            self.text = Zeroizing::new("# what came before the document was lost is dropped\n".to_owned());
        }
    }

    /// Writes the trace if it may be written, and says where it is. `reading` is `None` if the read failed: then only
    /// what was known before to be a specimen is written.
    pub(crate) fn finish(self, reading: Option<&Reading>) -> Result<Option<PathBuf>> {
        let Some(path) = self.wanted else { return Ok(None) };
        if !self.permitted {
            let Some(reading) = reading else { return Ok(None) };
            is_of_test_pki(reading.file(File::Sod), reading.file(File::Dg1))
                .map_err(Failure::TraceRefused)?;
        }
        write(&path, &self.text)?;
        Ok(Some(path))
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    let head = "# SPECIMEN: raw APDUs of a document of the test PKI, made by kendt inspect --trace\n";
    let mut file = private_file(path)?;
    file.write_all(head.as_bytes())
        .and_then(|()| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn hex_of(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(hex::encode_upper(bytes))
}

/// Whether the document says throughout that it is of the test PKI; if not, why a trace of it is refused.
fn is_of_test_pki(sod: Option<&[u8]>, dg1: Option<&[u8]>) -> Result<(), &'static str> {
    let sod = sod.ok_or("EF.SOD was not read, so that it is not known whose document this is")?;
    let dg1 = dg1.ok_or("EF.DG1 was not read, so that it is not known whose document this is")?;
    let dg1 = Dg1::parse(dg1).map_err(|_| "EF.DG1 is malformed, so that its issuing state is not known")?;
    if dg1.mrz.issuing_state().as_str() != STATE {
        return Err("the issuing state of the document is not UTO");
    }
    let countries = countries_of(sod).map_err(|_| "the certificates in EF.SOD cannot be read")?;
    if countries.is_empty() {
        return Err("EF.SOD holds no certificate with a country");
    }
    let is_test = |country: &Vec<u8>| COUNTRIES.contains(&country.to_ascii_uppercase().as_slice());
    if !countries.iter().all(is_test) {
        return Err("EF.SOD holds a certificate of another country than UT");
    }
    Ok(())
}

/// The countries of issuer and subject of every certificate in EF.SOD. A name without a country counts as one of the
/// empty country.
fn countries_of(sod: &[u8]) -> Result<Vec<Vec<u8>>, TlvError> {
    let mut outer = Reader::new(sod).expect(0x77)?.children();
    let mut content_info = outer.expect(0x30)?.children();
    content_info.expect(0x06)?;
    let mut signed_data = content_info.expect(0xA0)?.children().expect(0x30)?.children();
    signed_data.expect(0x02)?;
    signed_data.expect(0x31)?;
    signed_data.expect(0x30)?;
    let mut countries = Vec::new();
    let Some(certificates) = signed_data.optional(0xA0)? else { return Ok(countries) };
    let mut certificates = certificates.children();
    while !certificates.is_empty() {
        let mut certificate = certificates.expect(0x30)?.children().expect(0x30)?.children();
        certificate.optional(0xA0)?;
        certificate.expect(0x02)?;
        certificate.expect(0x30)?;
        let issuer = certificate.expect(0x30)?;
        certificate.expect(0x30)?;
        let subject = certificate.expect(0x30)?;
        for name in [issuer, subject] {
            countries.extend(countries_in(&mut name.children())?);
        }
    }
    Ok(countries)
}

fn countries_in(name: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, TlvError> {
    let mut countries = Vec::new();
    while !name.is_empty() {
        let mut relative = name.expect(0x31)?.children();
        while !relative.is_empty() {
            let mut attribute = relative.expect(0x30)?.children();
            let kind = attribute.expect(0x06)?;
            if let Some(value) = attribute.next()?.filter(|_| kind.value == COUNTRY_NAME) {
                countries.push(value.value.to_vec());
            }
        }
    }
    if countries.is_empty() {
        countries.push(Vec::new());
    }
    Ok(countries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use emrtd::access::Password;
    use emrtd::session::{ReadOptions, read};
    use emrtd::transport::BatchCommand;
    use emrtd_sim::chip::{Chip, ChipConfig};
    use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
    use emrtd_sim::issue::builtin_profile;
    use emrtd_sim::transport::InProcess;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use crate::passport::Issuer;

    fn document(state: &str, country: &str) -> SpecimenDocument {
        let mut profile = builtin_profile("pace-gm-ca").unwrap().unwrap();
        state.clone_into(&mut profile.issuing_state);
        country.clone_into(&mut profile.country);
        profile.portrait.bytes = 2_000;
        let random = Box::new(ChaCha20Rng::seed_from_u64(1));
        Issuer::establish(profile, jiff::civil::date(2026, 11, 25), random).unwrap().issue().unwrap()
    }

    fn reading_of(document: &SpecimenDocument) -> Reading {
        let config = ChipConfig::try_from(document).unwrap();
        let chip = Chip::new(config, Box::new(ChaCha20Rng::seed_from_u64(2))).unwrap();
        let options = ReadOptions {
            passwords: vec![Password::from_mrz_information(&document.access.mrz_information)],
            ..ReadOptions::default()
        };
        read(options, ChaCha20Rng::seed_from_u64(3), &mut InProcess::new(chip), |_| {}).unwrap()
    }

    /// A recorder for a card of which nothing is known yet, that has noted one command.
    fn recorder(path: &Path) -> Recorder {
        let options = TraceOptions { trace: Some(path.to_owned()) };
        let mut recorder = Recorder::new(&options, None, None).unwrap();
        note(&mut recorder, 0xAB);
        recorder
    }

    fn note(recorder: &mut Recorder, byte: u8) {
        let batch = Batch { commands: vec![BatchCommand { apdu: vec![byte; 5], accept: Vec::new() }] };
        let answers = Answers { responses: vec![vec![0x90, 0x00]], ending: Ending::Complete };
        recorder.note(&batch, &[Step::SelectMasterFile], &answers);
    }

    #[test]
    fn only_documents_of_utopia_with_certificates_of_utopia_are_traced() {
        let cases =
            [(("UTO", "UT"), true), (("DNK", "DK"), false), (("UTO", "DK"), false), (("DNK", "UT"), false)];
        for ((state, country), permitted) in cases {
            let document = document(state, country);
            let known = (document.file(ElementaryFile::Sod), document.file(ElementaryFile::DataGroup(1)));
            assert_eq!(is_of_test_pki(known.0, known.1).is_ok(), permitted, "{state} {country}");
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("trace");
            let written = recorder(&path).finish(Some(&reading_of(&document)));
            assert_eq!(written.is_ok(), permitted, "{state} {country}");
            assert_eq!(path.exists(), permitted, "{state} {country}");
        }
    }

    #[test]
    fn a_card_that_could_not_be_read_to_the_end_is_not_traced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("trace");
        assert_eq!(recorder(&path).finish(None).unwrap(), None);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_card_said_before_it_was_lost_is_dropped() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("trace");
        let mut recorder = recorder(&path);
        recorder.document_lost();
        note(&mut recorder, 0xCD);
        recorder.finish(Some(&reading_of(&document("UTO", "UT")))).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("CDCDCDCDCD") && !text.contains("ABABABABAB"), "{text}");
    }

    #[test]
    fn files_without_certificates_or_with_broken_ones_are_refused() {
        let document = document("UTO", "UT");
        let sod = document.file(ElementaryFile::Sod).unwrap();
        let dg1 = document.file(ElementaryFile::DataGroup(1));
        assert!(is_of_test_pki(None, dg1).is_err());
        assert!(is_of_test_pki(Some(sod), None).is_err());
        for cut in 0..sod.len() {
            assert!(is_of_test_pki(sod.get(..cut), dg1).is_err(), "cut at {cut}");
        }
    }
}
