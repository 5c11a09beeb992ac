//! An inspection as a page to read.

use emrtd::session::Protection;
use jiff::civil::Date;

use super::judgement::{CheckReport, VerdictReport};
use super::summary::proof::Proof;
use super::summary::{Access, FileReport, Inspection, Zone};
use crate::page::{Cell, Page, Paint, Tone};

const UNVERIFIED: &str = "Nothing above has been checked against an issuer: it may be invented.";

/// The whole report.
pub(crate) fn report(paint: Paint, inspection: &Inspection) -> String {
    let mut page = Page::new(paint);
    page.heading("Chip");
    chip(&mut page, inspection);
    files(&mut page, inspection);
    if let Some(zone) = &inspection.machine_readable_zone {
        page.heading("Data page, as the chip has it");
        data_page(&mut page, zone);
    }
    portraits(&mut page, inspection);
    details(&mut page, inspection);
    remarks(&mut page, inspection);
    page.heading("How it went");
    page.field("Read", &effort(inspection));
    if let Some(verdict) = &inspection.verdict {
        verdict_page(&mut page, &inspection.checks, verdict);
    } else {
        page.line("");
        page.paragraph(Tone::Caution, UNVERIFIED);
    }
    page.into_text()
}

/// Every check of the document, and what the document alone leads to.
pub(crate) fn verdict_page(page: &mut Page, checks: &[CheckReport], verdict: &VerdictReport) {
    page.heading("Is the document genuine?");
    for check in checks {
        let (tone, mark) = match (check.result, check.effect.as_deref()) {
            ("successful", _) => (Tone::Good, "✓"),
            (_, Some("tolerated" | "unused") | None) => (Tone::Faint, "–"),
            ("failed", _) => (Tone::Bad, "✗"),
            _ => (Tone::Caution, "?"),
        };
        page.field_in(tone, &format!("{mark} {}", short_name(check.id)), &check.explanation);
    }
    page.heading("Verdict on the document");
    let tone = match verdict.outcome {
        "ACCEPT" => Tone::Good,
        "STOP" | "STOP_ALERT" => Tone::Bad,
        _ => Tone::Caution,
    };
    page.paragraph(tone, &format!("{}: {}", verdict.outcome, verdict.meaning));
    page.paragraph(Tone::Plain, verdict.what_to_do);
    page.paragraph(Tone::Faint, &format!("Policy {}, trust store {}.", verdict.policy, verdict.trust_store));
}

/// A check in a word or two.
fn short_name(id: &str) -> &'static str {
    match id {
        "C02" => "Kind",
        "C03" => "Lines",
        "C04" => "Expiry",
        "C05" => "Access",
        "C06" => "EF.COM",
        "C07" => "Signature",
        "C08" => "Authority",
        "C09" => "Validity",
        "C10" => "Revocation",
        "C11" => "Defects",
        "C12" => "Data",
        "C13" => "State",
        "C14" => "Type",
        "C15" => "CardAccess",
        "C16" => "CardSecur.",
        "C17" => "Chip",
        "C18" => "Page = DG1",
        "C19" => "DG1, DG11",
        _ => "",
    }
}

fn portraits(page: &mut Page, inspection: &Inspection) {
    for portrait in &inspection.portraits {
        let size = match (portrait.width, portrait.height) {
            (Some(width), Some(height)) => format!(", {width} × {height} pixels"),
            _ => String::new(),
        };
        let text =
            format!("{}{size}, {} bytes, in {}", portrait.format, number(portrait.bytes), portrait.encoding);
        page.field("Portrait", &text);
    }
}

/// The report in a few lines.
pub(crate) fn brief_report(paint: Paint, inspection: &Inspection) -> String {
    let mut page = Page::new(paint);
    chip(&mut page, inspection);
    if let Some(zone) = &inspection.machine_readable_zone {
        page.field("Holder", &format!("{}, {}", zone.primary_identifier, zone.secondary_identifier));
    }
    portraits(&mut page, inspection);
    page.field("Read", &effort(inspection));
    if let Some(verdict) = &inspection.verdict {
        let tone = if verdict.outcome == "ACCEPT" { Tone::Good } else { Tone::Caution };
        page.field_in(tone, "Verdict", &format!("{}: {}", verdict.outcome, verdict.meaning));
    }
    page.into_text()
}

/// How the chip was opened and what it did to prove itself.
fn chip(page: &mut Page, inspection: &Inspection) {
    access(page, inspection);
    let (tone, text) = chip_authentication(&inspection.chip_authentication);
    page.field_in(tone, "Chip Auth.", &text);
    let (tone, text) = active_authentication(&inspection.active_authentication);
    page.field_in(tone, "Active Auth.", &text);
}

/// How the chip was opened.
fn access(page: &mut Page, inspection: &Inspection) {
    let text = match &inspection.access {
        Access::None => "open: nothing was needed".to_owned(),
        Access::Bac => "Basic Access Control, with the MRZ".to_owned(),
        Access::Pace { agreement, mapping, cipher, group, password, .. } => {
            format!("PACE, {agreement} with {mapping} on {group}, {cipher}, with the {password}")
        }
    };
    page.field("Opened by", &text);
}

fn chip_authentication(proof: &Proof) -> (Tone, String) {
    let reason = proof.reason.as_deref().unwrap_or_default();
    match proof.result {
        "confirmed" => {
            let key = proof.key_id.map(|id| format!(", key {id}")).unwrap_or_default();
            let text = format!(
                "the chip holds the key that it names ({} on {}, {}{key})",
                proof.agreement.unwrap_or_default(),
                proof.group.unwrap_or_default(),
                proof.cipher.as_deref().unwrap_or_default(),
            );
            (Tone::Good, text)
        }
        "confirmed-by-mapping" => {
            let group = proof.group.unwrap_or_default();
            (Tone::Good, format!("the chip holds the key that it names (shown by the mapping, on {group})"))
        }
        "not-offered" => (Tone::Plain, "not offered".to_owned()),
        "mismatch" | "refused" => (Tone::Bad, format!("FAILED: {reason}. The chip may be a copy.")),
        "unsupported" => (Tone::Caution, format!("offered in ways that are not supported: {reason}")),
        _ => (Tone::Bad, reason.to_owned()),
    }
}

fn active_authentication(proof: &Proof) -> (Tone, String) {
    let reason = proof.reason.as_deref().unwrap_or_default();
    let digest = proof.digest.as_deref().unwrap_or_default();
    match proof.result {
        "signed" => {
            let key = match (proof.rsa_bits, proof.group) {
                (Some(bits), _) => format!("RSA of {bits} bits"),
                (None, group) => format!("ECDSA on {}", group.unwrap_or_default()),
            };
            (Tone::Good, format!("the chip signed a challenge with the key that it names ({key}, {digest})"))
        }
        "not-offered" => (Tone::Plain, "not offered".to_owned()),
        "not-run" => (Tone::Plain, "offered, not run".to_owned()),
        "reader-limit" => (Tone::Caution, reason.to_owned()),
        "wrong" | "refused" => (Tone::Bad, format!("FAILED: {reason}. The chip may be a copy.")),
        _ => (Tone::Bad, reason.to_owned()),
    }
}

fn files(page: &mut Page, inspection: &Inspection) {
    page.heading("Files");
    let row = |file: &FileReport| {
        let (tone, text) = match (file.outcome, file.protection) {
            ("read", Some(Protection::None)) => (Tone::Plain, "in the clear".to_owned()),
            ("read", Some(Protection::ChipAuthentication)) => {
                (Tone::Plain, "under the keys of Chip Authentication".to_owned())
            }
            ("read", _) => (Tone::Plain, "under the keys of access control".to_owned()),
            ("absent", _) => (Tone::Faint, "not there".to_owned()),
            _ => (Tone::Bad, format!("unreadable: {}", file.reason.as_deref().unwrap_or_default())),
        };
        vec![
            Cell::left(if file.outcome == "absent" { Tone::Faint } else { Tone::Plain }, &*file.name),
            Cell::right(Tone::Plain, file.bytes.map(number).unwrap_or_default()),
            Cell::left(tone, text),
        ]
    };
    let rows: Vec<_> = inspection.files.iter().map(row).collect();
    page.table(&rows);
    for problem in &inspection.problems {
        page.paragraph(Tone::Bad, &problem.problem);
    }
}

fn data_page(page: &mut Page, zone: &Zone) {
    for line in &zone.lines {
        page.exact(Tone::Strong, line);
    }
    page.line("");
    let truncated = if zone.names_truncated { " (cut off in the MRZ)" } else { "" };
    page.field("Surname", &zone.primary_identifier);
    page.field("Given names", &format!("{}{truncated}", zone.secondary_identifier));
    page.field("Born", &date(zone.full_birth_date, &zone.birth_date));
    page.field(
        "Sex",
        match zone.sex {
            "F" => "female",
            "M" => "male",
            _ => "unspecified",
        },
    );
    page.field("Nationality", &zone.nationality);
    page.field("Document", &format!("{} {}", zone.document_code, zone.document_number));
    page.field("Issued by", &zone.issuing_state);
    page.field("Expires", &date(zone.full_expiry_date, &zone.expiry_date));
}

fn details(page: &mut Page, inspection: &Inspection) {
    let fields = |page: &mut Page, fields: &[(&str, Option<&str>)]| {
        for (label, value) in fields {
            if let Some(value) = value {
                page.field(label, value);
            }
        }
    };
    if let Some(details) = &inspection.personal_details {
        page.heading("More about the holder (DG11)");
        fields(
            page,
            &[
                ("Name", details.full_name.as_deref()),
                ("Personal number", details.personal_number.as_deref()),
                ("Born", details.birth_date.as_deref().map(full_date).as_deref()),
                ("Place of birth", details.birth_place.as_deref()),
                ("Address", details.address.as_deref()),
            ],
        );
    }
    if let Some(details) = &inspection.document_details {
        page.heading("More about the document (DG12)");
        fields(
            page,
            &[
                ("Authority", details.issuing_authority.as_deref()),
                ("Issued on", details.issue_date.as_deref().map(full_date).as_deref()),
            ],
        );
    }
}

fn remarks(page: &mut Page, inspection: &Inspection) {
    if inspection.events.is_empty() && inspection.quirks.is_empty() {
        return;
    }
    page.heading("Remarks");
    for event in &inspection.events {
        page.paragraph(Tone::Caution, &event.description);
    }
    for quirk in &inspection.quirks {
        page.paragraph(Tone::Plain, &format!("peculiarity that took effect: {quirk}"));
    }
}

/// Commands, waits, taps, bytes and time in one sentence.
fn effort(inspection: &Inspection) -> String {
    let read = inspection.metrics.read;
    let fell_back = if read.fell_back { "; it ended one command at a time" } else { "" };
    format!(
        "{} in {}, {}, {} bytes sent and {} received, in {}{fell_back}",
        counted(read.commands, "command"),
        counted(read.waits, "network wait"),
        counted(read.taps, "tap"),
        number(read.bytes_sent),
        number(read.bytes_received),
        seconds(inspection.metrics.milliseconds),
    )
}

fn counted(count: usize, what: &str) -> String {
    format!("{} {what}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A time in seconds, or in milliseconds if it is short.
pub(crate) fn seconds(milliseconds: u64) -> String {
    if milliseconds < 1_000 {
        return format!("{milliseconds} ms");
    }
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}

/// `18 042`: digits in groups of three, by a blank that does not break.
pub(crate) fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

/// The full date, or the six characters as printed.
fn date(full: Option<Date>, printed: &str) -> String {
    full.map_or_else(|| format!("{printed} (as printed)"), |date| date.to_string())
}

/// `YYYYMMDD` with hyphens between the parts.
fn full_date(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => date.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_short_times_are_in_milliseconds() {
        assert_eq!(number(7), "7");
        assert_eq!(number(18_042), "18\u{a0}042");
        assert_eq!(number(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(seconds(999), "999 ms");
        assert_eq!(seconds(2_345), "2.3 s");
    }
}
