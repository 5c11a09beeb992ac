//! LDS_B: DG1, the machine readable zone.

use mrz::check_digit;
use verdict::{Check, ResultKind};

use crate::case::{Case, run, run_all};
use crate::judged::Judged;
use crate::kit::Draft;
use crate::tree::Node;

const UNREADABLE: &str = "DG1 is not used and the document not accepted";
const REFUSED: &str = "C19 failed: the zone is refused";

pub(crate) const CASES: &[Case] = &[
    run("LDS_B_01", "accepted", || accepted(|lines| lines.put(1, 28, "OPTIONAL123<<<"))),
    run("LDS_B_02", "accepted", || {
        accepted(|lines| lines.put(0, 5, "ERIKSSON<<ANNA<MARIA<KAROLINE<ELISABETH"));
    }),
    run("LDS_B_03", "accepted", || {
        accepted(|lines| lines.put(0, 5, "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"));
    }),
    run("LDS_B_04", "accepted", || {
        let judged = zone(|lines| {
            lines.put(1, 28, "<<<<<<<<<<<<<<0");
            lines.composite();
        });
        judged.accepted();
    }),
    run("LDS_B_05", UNREADABLE, || unusable(|dg1| dg1[0] = 0x62)),
    run("LDS_B_06", UNREADABLE, || unusable(|dg1| dg1[1] -= 1)),
    run("LDS_B_07", UNREADABLE, || unusable(|dg1| dg1[1] += 1)),
    run("LDS_B_08", REFUSED, || refused(|lines| lines.put(0, 0, "X<"))),
    run("LDS_B_09", REFUSED, || refused(|lines| lines.put(0, 2, "U1O"))),
    run("LDS_B_10", REFUSED, || refused(|lines| lines.put(0, 5, &"<".repeat(39)))),
    run("LDS_B_11", "C18 failed: the page has another name", || {
        let judged = zone_and_page(|lines| lines.put(0, 5, "MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<"));
        judged.failed(Check::MrzVsDg1);
    }),
    run("LDS_B_12", "C18 failed: the page has another number", || {
        let judged = zone_and_page(|lines| {
            lines.put(1, 0, "X12345678");
            lines.digits();
        });
        judged.failed(Check::MrzVsDg1);
    }),
    run("LDS_B_13", REFUSED, || refused_as_is(|lines| lines.next_digit(9))),
    run("LDS_B_14", REFUSED, || refused(|lines| lines.put(1, 10, "U1O"))),
    run("LDS_B_15", REFUSED, || refused(|lines| lines.put(1, 13, "7A0812"))),
    run("LDS_B_16", REFUSED, || refused(|lines| lines.put(1, 13, "741332"))),
    run("LDS_B_17", REFUSED, || refused_as_is(|lines| lines.next_digit(19))),
    run("LDS_B_18", REFUSED, || refused(|lines| lines.put(1, 20, "Q"))),
    run("LDS_B_19", REFUSED, || refused(|lines| lines.put(1, 21, "3A1124"))),
    run("LDS_B_20", REFUSED, || refused(|lines| lines.put(1, 21, "361332"))),
    run("LDS_B_21", REFUSED, || refused_as_is(|lines| lines.next_digit(27))),
    run("LDS_B_22", REFUSED, || {
        refused_as_is(|lines| {
            lines.put(1, 28, "OPTIONAL123<<<");
            lines.digits();
            lines.next_digit(42);
        });
    }),
    run("LDS_B_23", REFUSED, || refused_as_is(|lines| lines.next_digit(43))),
    run("LDS_B_24", REFUSED, || {
        let draft = Draft::new("pace-gm-ca").with_group(1, |dg1| *dg1 = vec![0x61, 0]);
        draft.judged().failed(Check::Dg1Internal);
    }),
    run("LDS_B_25", INCOMPLETE, || incomplete("8508<<")),
    run("LDS_B_26", INCOMPLETE, || incomplete("85<<12")),
    run("LDS_B_27", INCOMPLETE, || incomplete("<<0812")),
    run("LDS_B_28", INCOMPLETE, || incomplete("<<<<<<")),
];

const INCOMPLETE: &str = "read with the key as printed; C18 undetermined (R-003), tolerated";

#[test]
fn dg1() {
    run_all(CASES);
}

/// The two lines of a TD3 zone.
struct Lines([Vec<u8>; 2]);

impl Lines {
    fn put(&mut self, line: usize, at: usize, text: &str) {
        self.0[line][at..at + text.len()].copy_from_slice(text.as_bytes());
    }

    fn digit_of(&self, parts: &[std::ops::Range<usize>]) -> u8 {
        let covered: Vec<u8> = parts.iter().flat_map(|part| self.0[1][part.clone()].to_vec()).collect();
        u8::try_from(check_digit(std::str::from_utf8(&covered).unwrap()).unwrap_or('0')).unwrap()
    }

    /// Every check digit made right.
    fn digits(&mut self) {
        for (part, at) in [(0..9, 9), (13..19, 19), (21..27, 27), (28..42, 42)] {
            self.0[1][at] = self.digit_of(&[part]);
        }
        self.composite();
    }

    fn composite(&mut self) {
        self.0[1][43] = self.digit_of(&[0..10, 13..20, 21..43]);
    }

    /// One check digit made wrong.
    fn next_digit(&mut self, at: usize) {
        let digit = &mut self.0[1][at];
        *digit = if digit.is_ascii_digit() && *digit != b'9' { *digit + 1 } else { b'0' };
        if at != 43 {
            self.composite();
        }
    }

    fn text(&self) -> String {
        self.0.iter().map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n")
    }
}

fn changed(draft: Draft, change: impl FnOnce(&mut Lines)) -> (Draft, String) {
    let mut text = String::new();
    let draft = draft.with_group(1, |dg1| {
        let mut group = Node::parse(dg1);
        let zone = group.at(&[0]).value();
        let mut lines = Lines([zone[..44].to_vec(), zone[44..].to_vec()]);
        change(&mut lines);
        text = lines.text();
        group.at(&[0]).set(&lines.0.concat());
        *dg1 = group.write();
    });
    (draft, text)
}

/// A document whose zone is changed on the chip and on the page alike, digits and all.
fn zone(change: impl FnOnce(&mut Lines)) -> Judged {
    let (mut draft, text) = changed(Draft::new("pace-gm-ca"), change);
    draft.printed = text;
    open_with_page(&mut draft);
    draft.judged()
}

/// The chip opens with what the page says.
fn open_with_page(draft: &mut Draft) {
    let line: Vec<char> = draft.printed.lines().nth(1).unwrap().chars().collect();
    let part = |range: std::ops::Range<usize>| line[range].iter().collect::<String>();
    let information = format!("{}{}{}", part(0..10), part(13..20), part(21..28));
    draft.options.passwords = vec![emrtd::access::Password::from_mrz_information(&information)];
    draft.chip.access.mrz_information = Some(emrtd_sim::document::SecretBytes::new(information.into_bytes()));
}

fn accepted(change: impl FnOnce(&mut Lines)) {
    zone(|lines| {
        change(lines);
        lines.digits();
    })
    .accepted();
}

/// The zone on the chip is another than on the page, from which the chip is opened.
fn zone_and_page(change: impl FnOnce(&mut Lines)) -> Judged {
    changed(Draft::new("pace-gm-ca"), change).0.judged()
}

/// A zone that is no zone, its digits right.
fn refused(change: impl FnOnce(&mut Lines)) {
    refused_as_is(|lines| {
        change(lines);
        lines.digits();
    });
}

fn refused_as_is(change: impl FnOnce(&mut Lines)) {
    zone_and_page(change).failed(Check::Dg1Internal);
}

/// The file is no DG1; the security object lists its hash.
fn unusable(change: impl FnOnce(&mut Vec<u8>)) {
    let mut draft = Draft::new("pace-gm-ca");
    change(draft.file(emrtd_sim::document::ElementaryFile::DataGroup(1)));
    draft.sign();
    draft.judged().failed(Check::DgHashes);
}

fn incomplete(birth: &str) {
    let judged = zone(|lines| {
        lines.put(1, 13, birth);
        lines.digits();
    });
    judged.has(Check::MrzVsDg1, ResultKind::Undetermined);
    judged.accepted();
}
