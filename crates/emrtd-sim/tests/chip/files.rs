//! Selecting and reading: what the file system answers to whom.

use emrtd::apdu::Command;
use emrtd::tlv;
use emrtd_sim::chip::Behaviour;

use crate::support::{EF_COM, MRZ_INFORMATION, behaving, chip, config, content, files, open_chip};
use crate::terminal::{Terminal, read, read_short, select_application, select_file};

/// Opened with BAC, application selected.
fn opened() -> Terminal {
    let mut terminal = Terminal::new(chip(config()));
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal
}

fn read_odd(id: u16, offset: &[u8], ne: u32) -> Command {
    let [high, low] = id.to_be_bytes();
    Command::new(0, 0xB1, high, low).with_data(tlv::write(0x54, offset)).expecting(ne)
}

#[test]
fn the_master_file_is_selected_with_and_without_its_identifier() {
    let mut terminal = Terminal::new(chip(config()));
    for command in [
        Command::new(0, 0xA4, 0x00, 0x0C),
        Command::new(0, 0xA4, 0x00, 0x0C).with_data([0x3F, 0x00]),
        Command::new(0, 0xA4, 0x00, 0x00),
    ] {
        assert_eq!(terminal.status(&select_application()), 0x9000);
        assert_eq!(terminal.status(&select_file(0x011C)), 0x6982, "still in the application");
        assert_eq!(terminal.status(&command), 0x9000, "{command:?}");
        assert_eq!(terminal.status(&select_file(0x011C)), 0x9000);
    }
}

#[test]
fn the_files_of_the_master_file_are_free_but_for_card_security() {
    let mut terminal = Terminal::new(chip(config()));
    for (id, short, status) in
        [(0x011C, 0x1C, 0x9000), (0x2F00, 0x1E, 0x9000), (0x2F01, 0x01, 0x9000), (0x011D, 0x1D, 0x6982)]
    {
        assert_eq!(terminal.status(&select_file(id)), status, "{id:04X}");
        assert_eq!(terminal.status(&read_short(short, 4)), status, "{short:02X}");
    }
    assert_eq!(terminal.status(&select_file(0x0102)), 0x6A82);
}

#[test]
fn card_security_is_readable_after_pace_and_not_after_bac() {
    let mut terminal = Terminal::new(chip(config()));
    terminal.pace();
    assert_eq!(terminal.status(&select_file(0x011D)), 0x9000);
    assert_eq!(terminal.read_to_end(200), content(0x30, 300));

    let mut terminal = opened();
    assert_eq!(terminal.status(&Command::new(0, 0xA4, 0x00, 0x0C)), 0x9000);
    assert_eq!(terminal.status(&select_file(0x011D)), 0x6982);
}

#[test]
fn the_application_is_closed_until_access_control_has_run() {
    let mut terminal = Terminal::new(chip(config()));
    assert_eq!(terminal.status(&select_application()), 0x9000);
    for id in [0x011E, 0x011D, 0x0101, 0x0102, 0x0103, 0x0110] {
        assert_eq!(terminal.status(&select_file(id)), 0x6982, "{id:04X}");
    }
    for short in [0x1E, 0x1D, 0x01, 0x02] {
        assert_eq!(terminal.status(&read_short(short, 4)), 0x6982, "{short:02X}");
    }
    assert_eq!(terminal.status(&read(0, 4)), 0x6986);
    assert_eq!(terminal.status(&Command::new(0, 0xA4, 0x04, 0x0C).with_data([0xA0, 0, 0, 2, 0x47])), 0x6A82);
}

#[test]
fn fingerprints_and_irises_are_refused_always() {
    for mut terminal in [opened(), Terminal::new(open_chip())] {
        terminal.send(&select_application());
        for number in [3u8, 4] {
            assert_eq!(terminal.status(&select_file(0x0100 | u16::from(number))), 0x6982);
            assert_eq!(terminal.status(&read_short(number, 4)), 0x6982);
            assert_eq!(terminal.status(&read_odd(u16::from(number), &[0], 10)), 0x6982);
        }
    }
}

#[test]
fn an_open_chip_needs_no_access_control() {
    let mut terminal = Terminal::new(open_chip());
    assert_eq!(terminal.status(&select_application()), 0x9000);
    assert_eq!(terminal.status(&select_file(0x011E)), 0x9000);
    assert_eq!(terminal.read_to_end(10), EF_COM);
    assert_eq!(terminal.status(&Command::new(0, 0x84, 0, 0).expecting(8)), 0x6D00, "no BAC");
}

#[test]
fn every_file_is_read_whole_by_offset_under_secure_messaging() {
    let mut terminal = opened();
    for (file, expected) in files() {
        if file.in_master_file() || file.file_id() == 0x0103 || file.file_id() == 0x0104 {
            continue;
        }
        assert_eq!(terminal.status(&select_file(file.file_id())), 0x9000);
        let whole = if expected.len() > 0x7FFF { &expected[..0x7FFF] } else { &expected[..] };
        let mut read_back = Vec::new();
        while read_back.len() < whole.len() {
            let left = whole.len() - read_back.len();
            let offset = u16::try_from(read_back.len()).unwrap();
            let answer = terminal.send(&read(offset, u32::try_from(left.min(231)).unwrap()));
            assert_eq!(answer.sw.0, 0x9000);
            read_back.extend(answer.data);
        }
        assert_eq!(read_back, whole, "{file:?}");
    }
}

#[test]
fn a_short_identifier_reads_and_selects() {
    let mut terminal = opened();
    assert_eq!(terminal.send(&read_short(0x1E, 6)).data, EF_COM[..6]);
    assert_eq!(terminal.send(&read(6, 6)).data, EF_COM[6..12]);
    assert_eq!(terminal.status(&read_short(0x0C, 6)), 0x6A82);
    assert_eq!(terminal.status(&Command::new(0, 0xB0, 0xE1, 0).expecting(6)), 0x6A86);
}

#[test]
fn the_odd_instruction_reads_beyond_32767() {
    let expected = content(0x75, 40_000);
    let mut terminal = opened();
    assert_eq!(terminal.status(&select_file(0x0102)), 0x9000);
    for (offset, ne, value) in
        [(35_000usize, 100u32, 98usize), (0, 100, 98), (39_990, 231, 14), (32_768, 200, 197)]
    {
        let bytes = u32::try_from(offset).unwrap().to_be_bytes();
        let answer = terminal.send(&read_odd(0, &bytes[2..], ne));
        let object = tlv::single(&answer.data, 0x53).unwrap();
        assert_eq!(object.value, &expected[offset..offset + value], "{offset}");
    }
    assert_eq!(terminal.status(&read_odd(0, &[0xFF, 0xFF], 100)), 0x6B00);
    assert_eq!(terminal.status(&read_odd(0x0102, &[0, 1], 100)), 0x9000, "by file identifier");
    assert_eq!(terminal.status(&read_odd(0x1E, &[0], 10)), 0x9000, "by short file identifier");
    assert_eq!(terminal.status(&read_odd(0, &[], 10)), 0x6A80);
    let without_object = Command::new(0, 0xB1, 0, 0).with_data([0x01]).expecting(10);
    assert_eq!(terminal.status(&without_object), 0x6A80);
}

#[test]
fn lengths_at_the_end_of_a_file_are_answered_as_the_standard_says() {
    let mut terminal = Terminal::new(open_chip());
    terminal.send(&select_application());
    terminal.send(&select_file(0x011E));
    // (offset, expected length, bytes given, status)
    for (offset, ne, bytes, status) in [
        (0, 22, 22, 0x9000),
        (0, 23, 22, 0x6282),
        (20, 4, 2, 0x6282),
        (0, 256, 22, 0x9000),
        (10, 65_536, 12, 0x9000),
        (21, 1, 1, 0x9000),
        (22, 1, 0, 0x6B00),
        (23, 1, 0, 0x6B00),
        (0x7FFF, 256, 0, 0x6B00),
    ] {
        let answer = terminal.send(&read(offset, ne));
        assert_eq!((answer.data.len(), answer.sw.0), (bytes, status), "{ne} at {offset}");
    }
    assert_eq!(terminal.status(&Command::new(0, 0xB0, 0, 0)), 0x6700, "no Le");
}

#[test]
fn a_read_is_cut_to_what_fits_the_answer() {
    let mut terminal = opened();
    terminal.send(&select_file(0x0102));
    assert_eq!(terminal.send(&read(0, 256)).data.len(), 231, "short form, 3DES");
    assert_eq!(terminal.send(&read(0, 2_000)).data.len(), 2_000, "extended form");

    let mut terminal = Terminal::new(behaving(Behaviour { longest_answer: 500, ..Behaviour::default() }));
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal.send(&select_file(0x0102));
    assert_eq!(terminal.send(&read(0, 2_000)).data.len(), 479);
}

#[test]
fn extended_length_is_refused_by_a_chip_that_lacks_it() {
    let mut terminal = Terminal::new(behaving(Behaviour::short_only()));
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal.send(&select_file(0x0102));
    let extended = read(0, 1_000).encode().unwrap();
    assert_eq!(terminal.chip.transmit(&extended), [0x67, 0x00]);
    assert_eq!(terminal.send(&read(0, 200)).data.len(), 200, "secure messaging goes on");
}

#[test]
fn what_is_no_command_is_refused() {
    let mut chip = chip(config());
    for (apdu, status) in [
        (&[][..], [0x67, 0x00]),
        (&[0x00, 0xA4], [0x67, 0x00]),
        (&[0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0], [0x67, 0x00]),
        (&[0x80, 0xA4, 0x00, 0x0C], [0x6E, 0x00]),
        (&[0x04, 0xA4, 0x00, 0x0C], [0x68, 0x82]),
        (&[0x00, 0xD6, 0x00, 0x00], [0x6D, 0x00]),
        (&[0x00, 0xA4, 0x08, 0x0C, 0x02, 0x01, 0x1E], [0x6A, 0x86]),
        (&[0x00, 0xA4, 0x02, 0x0C, 0x01, 0x1E], [0x6A, 0x87]),
        (&[0x00, 0x22, 0x41, 0xB6, 0x00], [0x6A, 0x86]),
        (&[0x0C, 0xA4, 0x00, 0x0C], [0x69, 0x88]),
        (&[0x00, 0xC0, 0x00, 0x00, 0x00], [0x6D, 0x00]),
    ] {
        assert_eq!(chip.transmit(apdu), status, "{apdu:02X?}");
    }
}

#[test]
fn file_control_information_is_given_when_asked_for() {
    let mut terminal = Terminal::new(open_chip());
    let select = Command::new(0, 0xA4, 0x04, 0x00).with_data(emrtd_sim::chip::EMRTD_APPLICATION);
    assert!(terminal.send(&select).data.is_empty());
    let answer = terminal.send(&select.expecting(256));
    let template = tlv::single(&answer.data, 0x6F).unwrap();
    assert_eq!(tlv::single(template.value, 0x84).unwrap().value, emrtd_sim::chip::EMRTD_APPLICATION);
    let answer = terminal.send(&Command::new(0, 0xA4, 0x02, 0x04).with_data([0x01, 0x1E]).expecting(256));
    assert_eq!(answer.data, [0x62, 0x08, 0x83, 0x02, 0x01, 0x1E, 0x80, 0x02, 0x00, 22]);
}
