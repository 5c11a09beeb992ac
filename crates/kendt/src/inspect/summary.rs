//! The result of an inspection in the form that is printed, as JSON or as a page.
//!
//! The JSON form is stable: fields are added, never renamed, under the same [`SCHEMA`].

use std::time::Duration;

use emrtd::access::PasswordKind;
use emrtd::lds::File;
use emrtd::lds::dg1::Dg1;
use emrtd::lds::dg2::{Dg2, Encoding};
use emrtd::lds::dg11::Dg11;
use emrtd::lds::dg12::Dg12;
use emrtd::lds::image::ImageFormat;
use emrtd::lds::{LdsError, Text};
use emrtd::session::{AccessMethod, Event, FileOutcome, Metrics, Protection, Reading};
use jiff::civil::Date;
use mrz::{Mrz, PartialDate, Sex};
use serde::Serialize;

use self::proof::Proof;
use super::judgement::{CheckReport, Judgement, VerdictReport};

pub(super) mod proof;

/// Name and version of the JSON form.
pub(crate) const SCHEMA: &str = "kendt.inspection/1";

/// What an inspection found.
#[derive(Serialize)]
pub(crate) struct Inspection {
    schema: &'static str,
    /// How Passive Authentication ended, in one word; `not-run` where it was not asked for.
    passive_authentication: &'static str,
    pub(super) access: Access,
    pub(super) chip_authentication: Proof,
    pub(super) active_authentication: Proof,
    pub(super) files: Vec<FileReport>,
    pub(super) machine_readable_zone: Option<Zone>,
    pub(super) portraits: Vec<Portrait>,
    pub(super) personal_details: Option<PersonalDetails>,
    pub(super) document_details: Option<DocumentDetails>,
    /// Files that were read and whose content is malformed.
    pub(super) problems: Vec<Problem>,
    pub(super) events: Vec<EventReport>,
    /// Rows of the quirk table that took effect.
    pub(super) quirks: Vec<String>,
    pub(super) metrics: MetricsReport,
    /// Every check of the document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) checks: Vec<CheckReport>,
    /// What the document alone leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<VerdictReport>,
}

/// What opened the chip.
#[derive(Serialize)]
#[serde(tag = "method", rename_all = "kebab-case")]
pub(super) enum Access {
    None,
    Bac,
    Pace {
        agreement: &'static str,
        mapping: &'static str,
        cipher: String,
        group: &'static str,
        parameter_id: u8,
        version: u64,
        password: PasswordKind,
    },
}

#[derive(Serialize)]
pub(super) struct FileReport {
    pub(super) name: String,
    /// `read`, `absent` or `unreadable`.
    pub(super) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<usize>,
    /// Under which keys it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) protection: Option<Protection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// EF.DG1.
#[derive(Serialize)]
pub(super) struct Zone {
    pub(super) format: String,
    pub(super) lines: Vec<String>,
    pub(super) document_code: String,
    pub(super) issuing_state: String,
    pub(super) nationality: String,
    pub(super) document_number: String,
    pub(super) primary_identifier: String,
    pub(super) secondary_identifier: String,
    pub(super) names_truncated: bool,
    /// `YYMMDD`, unknown parts as `<<`.
    pub(super) birth_date: String,
    /// `YYMMDD`.
    pub(super) expiry_date: String,
    /// With its century, where all parts are known and there is no doubt.
    pub(super) full_birth_date: Option<Date>,
    pub(super) full_expiry_date: Option<Date>,
    /// `F`, `M` or `<`.
    pub(super) sex: &'static str,
    pub(super) optional_data: String,
}

/// A face image in EF.DG2.
#[derive(Serialize)]
pub(super) struct Portrait {
    pub(super) format: &'static str,
    pub(super) bytes: usize,
    pub(super) encoding: &'static str,
    /// As the record declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) width: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) height: Option<u16>,
}

/// EF.DG11, as far as it is shown.
#[derive(Serialize)]
pub(super) struct PersonalDetails {
    pub(super) full_name: Option<String>,
    pub(super) personal_number: Option<String>,
    /// `YYYYMMDD`, unknown parts as `00`.
    pub(super) birth_date: Option<String>,
    pub(super) birth_place: Option<String>,
    pub(super) address: Option<String>,
}

/// EF.DG12, as far as it is shown.
#[derive(Serialize)]
pub(super) struct DocumentDetails {
    pub(super) issuing_authority: Option<String>,
    /// `YYYYMMDD`.
    pub(super) issue_date: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Problem {
    pub(super) file: String,
    pub(super) problem: String,
}

#[derive(Serialize)]
pub(super) struct EventReport {
    pub(super) event: &'static str,
    pub(super) description: String,
}

#[derive(Serialize)]
pub(super) struct MetricsReport {
    #[serde(flatten)]
    pub(super) read: Metrics,
    pub(super) milliseconds: u64,
}

impl Inspection {
    /// Puts together what a read brought. `took` is the time from the first command to the last answer;
    /// two-digit years are seen from `today`.
    pub(crate) fn of(
        reading: &Reading,
        took: Duration,
        today: Date,
        judgement: Option<Judgement>,
    ) -> Inspection {
        let (end_state, checks, verdict) = match judgement {
            Some(judgement) => (judgement.end_state, judgement.checks, Some(judgement.verdict)),
            None => ("not-run", Vec::new(), None),
        };
        let mut problems = Vec::new();
        let zone = parse(reading, &mut problems, File::Dg1, Dg1::parse);
        let faces = parse(reading, &mut problems, File::Dg2, Dg2::parse);
        let personal = parse(reading, &mut problems, File::Dg11, Dg11::parse);
        let document = parse(reading, &mut problems, File::Dg12, Dg12::parse);
        Inspection {
            schema: SCHEMA,
            passive_authentication: end_state,
            access: Access::of(reading.access),
            chip_authentication: Proof::of_chip_authentication(&reading.chip_authentication),
            active_authentication: Proof::of_active_authentication(&reading.active_authentication),
            files: reading.files.iter().map(|(file, outcome)| FileReport::of(*file, outcome)).collect(),
            machine_readable_zone: zone.map(|dg1| Zone::of(&dg1.mrz, today)),
            portraits: faces.map(|dg2| Portrait::all(&dg2)).unwrap_or_default(),
            personal_details: personal.map(|dg11| PersonalDetails::of(&dg11)),
            document_details: document.map(|dg12| DocumentDetails::of(&dg12)),
            problems,
            events: reading.events.iter().map(EventReport::of).collect(),
            quirks: reading.quirks.iter().cloned().collect(),
            metrics: MetricsReport {
                read: reading.metrics,
                milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            },
            checks,
            verdict,
        }
    }
}

impl Inspection {
    /// The outcome of the verdict on the document, by name.
    pub(crate) fn outcome(&self) -> Option<&'static str> {
        self.verdict.as_ref().map(|verdict| verdict.outcome)
    }
}

fn parse<T>(
    reading: &Reading,
    problems: &mut Vec<Problem>,
    file: File,
    parser: impl Fn(&[u8]) -> Result<T, LdsError>,
) -> Option<T> {
    match parser(reading.file(file)?) {
        Ok(content) => Some(content),
        Err(error) => {
            problems.push(Problem { file: file.to_string(), problem: error.to_string() });
            None
        }
    }
}

impl Access {
    fn of(method: AccessMethod) -> Access {
        match method {
            AccessMethod::None => Access::None,
            AccessMethod::Bac => Access::Bac,
            AccessMethod::Pace { protocol, version, group, password } => Access::Pace {
                agreement: proof::agreement(protocol.agreement()),
                mapping: proof::mapping(protocol.mapping()),
                cipher: protocol.cipher().to_string(),
                group: group.name(),
                parameter_id: group.parameter_id(),
                version,
                password,
            },
        }
    }
}

impl FileReport {
    fn of(file: File, outcome: &FileOutcome) -> FileReport {
        let report = FileReport {
            name: file.to_string(),
            outcome: "absent",
            bytes: None,
            protection: None,
            reason: None,
        };
        match outcome {
            FileOutcome::Read { bytes, protection } => FileReport {
                outcome: "read",
                bytes: Some(bytes.as_unverified().as_bytes().len()),
                protection: Some(*protection),
                ..report
            },
            FileOutcome::Absent => report,
            FileOutcome::Unreadable(error) => {
                FileReport { outcome: "unreadable", reason: Some(error.to_string()), ..report }
            }
        }
    }
}

impl Zone {
    fn of(mrz: &Mrz, today: Date) -> Zone {
        let expiry = mrz.expiry_date();
        let birth = mrz.birth_date().resolve(today).filter(|birth| birth.older_year().is_none());
        Zone {
            format: mrz.format().to_string(),
            lines: mrz.lines().to_vec(),
            document_code: mrz.document_code().to_owned(),
            issuing_state: mrz.issuing_state().as_str().to_owned(),
            nationality: mrz.nationality().as_str().to_owned(),
            document_number: mrz.document_number().to_owned(),
            primary_identifier: mrz.names().primary().to_owned(),
            secondary_identifier: mrz.names().secondary().to_owned(),
            names_truncated: mrz.names().truncated(),
            birth_date: partial_date(mrz.birth_date()),
            expiry_date: format!("{:02}{:02}{:02}", expiry.year(), expiry.month(), expiry.day()),
            full_birth_date: birth
                .filter(|birth| birth.earliest() == birth.latest())
                .map(|birth| birth.earliest()),
            full_expiry_date: expiry.resolve(today),
            sex: match mrz.sex() {
                Sex::Female => "F",
                Sex::Male => "M",
                Sex::Unspecified => "<",
            },
            optional_data: mrz.optional_data().to_owned(),
        }
    }
}

fn partial_date(date: PartialDate) -> String {
    let part = |part: Option<u8>| part.map_or_else(|| "<<".to_owned(), |part| format!("{part:02}"));
    format!("{}{}{}", part(date.year()), part(date.month()), part(date.day()))
}

impl Portrait {
    fn all(dg2: &Dg2) -> Vec<Portrait> {
        let portraits = dg2.faces.iter().map(|face| Portrait {
            format: match face.image.format {
                ImageFormat::Jpeg => "JPEG",
                ImageFormat::Jpeg2000Jp2 => "JPEG 2000 (JP2)",
                ImageFormat::Jpeg2000Codestream => "JPEG 2000 (codestream)",
            },
            bytes: face.image.range.len(),
            encoding: match face.encoding {
                Encoding::Iso19794 => "ISO/IEC 19794-5",
                Encoding::Iso39794 => "ISO/IEC 39794-5",
            },
            width: face.information.as_ref().map(|information| information.width),
            height: face.information.as_ref().map(|information| information.height),
        });
        portraits.collect()
    }
}

/// Text as written by the issuer, fillers as blanks; characters that would steer a terminal are left out.
fn readable(text: &Text) -> String {
    let text = String::from_utf8_lossy(text.as_bytes()).replace("<<", ", ").replace('<', " ");
    text.chars().filter(|character| !character.is_control()).collect()
}

impl PersonalDetails {
    fn of(dg11: &Dg11) -> PersonalDetails {
        PersonalDetails {
            full_name: dg11.full_name.as_ref().map(readable),
            personal_number: dg11.personal_number.as_ref().map(readable),
            birth_date: dg11.birth_date.map(|date| date.digits()),
            birth_place: dg11.birth_place.as_ref().map(readable),
            address: dg11.address.as_ref().map(readable),
        }
    }
}

impl DocumentDetails {
    fn of(dg12: &Dg12) -> DocumentDetails {
        DocumentDetails {
            issuing_authority: dg12.issuing_authority.as_ref().map(readable),
            issue_date: dg12.issue_date.map(|date| date.digits()),
        }
    }
}

impl EventReport {
    fn of(event: &Event) -> EventReport {
        let (event, description) = match event {
            Event::PaceFailedBacUsed { step, sw } => (
                "pace-failed-bac-used",
                format!(
                    "the chip refused to {step} with {sw}; Basic Access Control was used, as known of its kind"
                ),
            ),
            Event::MasterFileRefused(sw) => {
                ("master-file-refused", format!("the chip refused to select the master file with {sw}"))
            }
            Event::PasswordRefused(kind) => {
                ("password-refused", format!("the {kind} did not open the chip, so the next was tried"))
            }
            Event::SecureMessagingRestarted(sw) => (
                "secure-messaging-restarted",
                format!("the chip left secure messaging with {sw}; it was opened once more"),
            ),
        };
        EventReport { event, description }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_chip_cannot_steer_the_terminal() {
        let text = Text::from("SMITH<<ANNA<MARIA\u{1b}[2J\r\n\u{9b}");
        assert_eq!(readable(&text), "SMITH, ANNA MARIA[2J");
    }
}
