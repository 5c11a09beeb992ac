//! `kendt passport show`: a specimen document as text.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::profile::{
    ActiveAuthenticationProfile, DocumentFormat, DocumentProfile, FaceEncoding, LdsVersion, PaceMapping,
    PaceProfile, SessionCipher,
};
use emrtd_sim::people::Sex;
use emrtd_sim::portrait;

use super::load_specimen;
use crate::context::Context;
use crate::inspect::number;
use crate::page::{Cell, Page, Paint, Tone};
use crate::terminal::print;

#[derive(Args)]
pub(crate) struct Options {
    /// A .json file that `kendt passport issue` has made
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let document = load_specimen(&options.file)?;
    Ok(print(&page(context.terminal.out, &document))?)
}

/// The data page and what the chip offers.
pub(super) fn page(paint: Paint, document: &SpecimenDocument) -> String {
    let mut page = Page::new(paint);
    page.heading("Specimen document, valid for nothing");
    page.field("Profile", &document.profile.name);
    page.field("", &document.profile.description);
    data_page(&mut page, document);
    chip(&mut page, document);
    files(&mut page, document);
    page.into_text()
}

fn data_page(page: &mut Page, document: &SpecimenDocument) {
    let holder = &document.holder;
    page.heading(match document.profile.format {
        DocumentFormat::Td3 => "Data page of a passport (TD3)",
        DocumentFormat::Td2 => "Identity card (TD2)",
        DocumentFormat::Td1 => "Identity card (TD1)",
    });
    page.field_in(Tone::Strong, "Surname", &holder.family_names);
    page.field_in(Tone::Strong, "Given names", &holder.given_names);
    page.field("Born", &format!("{} in {}", holder.birth_date, holder.place_of_birth));
    page.field(
        "Sex",
        match holder.sex {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Unspecified => "unspecified (X)",
        },
    );
    page.field("Nationality", holder.nationality.as_deref().unwrap_or(document.profile.nationality()));
    page.field("Document number", &document.access.document_number);
    page.field("Issued", &format!("{} by {}", document.issue_date, document.profile.issuing_state));
    page.field("Expires", &document.expiry_date.to_string());
    if let Some(can) = &document.access.can {
        page.field("CAN", can);
    }
    page.line("");
    for line in &document.mrz {
        page.exact(Tone::Strong, line);
    }
}

fn chip(page: &mut Page, document: &SpecimenDocument) {
    let profile = &document.profile;
    page.heading("What the chip offers");
    page.field("Access", &access(profile));
    for key in &profile.chip_authentication {
        let ciphers: Vec<&str> = key.ciphers.iter().map(|cipher| cipher_name(*cipher)).collect();
        let ciphers = if ciphers.is_empty() { "3DES, not announced".to_owned() } else { ciphers.join(", ") };
        let id = key.key_id.map(|id| format!(", key {id}")).unwrap_or_default();
        page.field("Chip Auth.", &format!("on {}, {ciphers}{id}", parameters(key.parameter_id)));
    }
    match &profile.active_authentication {
        Some(ActiveAuthenticationProfile::Rsa { bits, .. }) => {
            page.field("Active Auth.", &format!("RSA of {bits} bits"));
        }
        Some(ActiveAuthenticationProfile::Ecdsa { parameter_id, .. }) => {
            page.field("Active Auth.", &format!("ECDSA on {}", parameters(*parameter_id)));
        }
        None if profile.chip_authentication.is_empty() => {
            page.field("Proof of chip", "none: a copy cannot be told from it");
        }
        None => {}
    }
    let lds = match profile.lds_version {
        LdsVersion::V1_7 => "1.7",
        LdsVersion::V1_8 => "1.8",
    };
    page.field("Data structure", &format!("LDS {lds}"));
    page.field(
        "Commands",
        if profile.transport.extended_length { "short and extended length" } else { "short length only" },
    );
    let encoding = match profile.portrait.encoding {
        FaceEncoding::Iso19794 => "ISO/IEC 19794-5",
        FaceEncoding::Iso39794 => "ISO/IEC 39794-5",
    };
    page.field(
        "Portrait",
        &format!(
            "JPEG, {} × {} pixels, {} bytes, in {encoding}",
            portrait::WIDTH,
            portrait::HEIGHT,
            number(document.portrait.0.len())
        ),
    );
    if !profile.quirks.is_empty() {
        page.field("Peculiarities", &profile.quirks.join(", "));
    }
}

fn files(page: &mut Page, document: &SpecimenDocument) {
    page.heading("Files in the chip");
    let cells: Vec<Vec<Cell>> = document
        .files
        .iter()
        .map(|(file, content)| {
            let place = if file.in_master_file() { "master file" } else { "eMRTD application" };
            vec![
                Cell::left(Tone::Plain, file.name()),
                Cell::right(Tone::Plain, number(content.0.len())),
                Cell::left(Tone::Faint, place),
            ]
        })
        .collect();
    page.table(&cells);
}

fn access(profile: &DocumentProfile) -> String {
    if profile.access.is_open() {
        return "open: nothing is needed".to_owned();
    }
    let mut ways: Vec<String> = profile.access.pace.iter().copied().map(pace).collect();
    if profile.access.bac {
        ways.push("Basic Access Control".to_owned());
    }
    ways.join("\n")
}

fn pace(offer: PaceProfile) -> String {
    let mapping = match offer.mapping {
        PaceMapping::Gm => "Generic Mapping",
        PaceMapping::Im => "Integrated Mapping",
        PaceMapping::Cam => "Chip Authentication Mapping",
    };
    format!("PACE with {mapping} on {}, {}", parameters(offer.parameter_id), cipher_name(offer.cipher))
}

const fn cipher_name(cipher: SessionCipher) -> &'static str {
    match cipher {
        SessionCipher::TripleDes => "3DES",
        SessionCipher::Aes128 => "AES-128",
        SessionCipher::Aes192 => "AES-192",
        SessionCipher::Aes256 => "AES-256",
    }
}

/// The name of standardised domain parameters.
fn parameters(id: u8) -> String {
    groups::Group::from_parameter_id(id).map_or_else(|| format!("parameters {id}"), |group| group.to_string())
}
