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
    /// Known before the read to be none.
    refused: Option<&'static str>,
    text: Zeroizing<String>,
}

impl Recorder {
    /// No trace.
    pub(crate) fn off() -> Recorder {
        Recorder { wanted: None, permitted: false, refused: None, text: Zeroizing::default() }
    }

    /// A trace if the options want one. For a chip in this process its EF.SOD and EF.DG1 are known.
    pub(crate) fn new(options: &TraceOptions, sod: Option<&[u8]>, dg1: Option<&[u8]>) -> Recorder {
        let known = sod.is_some() || dg1.is_some();
        let refused = if known { is_of_test_pki(sod, dg1).err() } else { None };
        let permitted = known && refused.is_none();
        Recorder { wanted: options.trace.clone(), permitted, refused, ..Recorder::off() }
    }

    /// One batch with its answers.
    pub(crate) fn note(&mut self, batch: &Batch, steps: &[Step], answers: &Answers) {
        if self.wanted.is_none() || self.refused.is_some() {
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

    /// Writes the trace if it may be written, and says where it is. `reading` is `None` if the read failed.
    pub(crate) fn finish(self, reading: Option<&Reading>) -> Result<Option<PathBuf>> {
        let Some(path) = self.wanted else { return Ok(None) };
        if !self.permitted {
            let verdict = match (self.refused, reading) {
                (Some(reason), _) => Err(reason),
                (None, Some(reading)) => is_of_test_pki(reading.file(File::Sod), reading.file(File::Dg1)),
                // The read's own error is what has to be told.
                (None, None) => return Ok(None),
            };
            match (verdict, reading) {
                (Ok(()), _) => {}
                (Err(reason), Some(_)) => return Err(Failure::TraceRefused(reason).into()),
                (Err(_), None) => return Ok(None),
            }
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
