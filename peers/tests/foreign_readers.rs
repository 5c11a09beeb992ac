//! Our chip in a virtual reader, read by programs that nobody here wrote.

#![expect(clippy::panic, reason = "assertions of tests")]

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::issue::profile::{ActiveAuthenticationProfile, SessionCipher, Trailer};
use emrtd_sim::pki::{HashAlgorithm, ParameterEncoding};
use groups::Group;
use kendt_peers::available::or_skip;
use kendt_peers::dmrtd_reader::{self, Reading};
use kendt_peers::reader::Reader;
use kendt_peers::suite::despite_leading_zeros;
use kendt_peers::{mrtdreader, process, specimen};

const LIMIT: Duration = Duration::from_mins(2);

/// dmrtd knows no others, and with PACE no 3DES.
const DMRTD_GROUPS: [Group; 9] = [
    Group::Modp1024Prime160,
    Group::Modp2048Prime224,
    Group::Modp2048Prime256,
    Group::P224,
    Group::P256,
    Group::BrainpoolP256r1,
    Group::P384,
    Group::BrainpoolP384r1,
    Group::P521,
];
const AES: [SessionCipher; 3] = [SessionCipher::Aes128, SessionCipher::Aes192, SessionCipher::Aes256];

fn file(document: &SpecimenDocument, file: ElementaryFile) -> &[u8] {
    document.file(file).expect("every document has it")
}

/// Runs a foreign reader as a program of its own on the document's chip; what it read, by name.
fn foreign_reader(
    reader: &Reader,
    document: &SpecimenDocument,
    arguments: &[&str],
) -> Result<BTreeMap<String, String>> {
    let card = reader.insert(specimen::chip(document).expect("a chip")).expect("the card is noticed");
    let mut command = Command::new(env!("CARGO_BIN_EXE_foreign-reader"));
    let outcome = process::run(reader.client(command.args(arguments)), LIMIT).expect("it ends");
    drop(card.remove().expect("the chip did not panic"));
    reader.wait_for_card(false).expect("the card was taken out");
    ensure!(outcome.success, "{arguments:?}: {}", outcome.text);
    let pairs = outcome.text.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn bytes(read: &BTreeMap<String, String>, name: &str) -> Vec<u8> {
    hex::decode(read.get(name).unwrap_or_else(|| panic!("{name} was not read"))).expect("hexadecimal")
}

fn same_files(read: &BTreeMap<String, String>, document: &SpecimenDocument) {
    for (name, expected) in [
        ("com", ElementaryFile::Com),
        ("dg1", ElementaryFile::DataGroup(1)),
        ("dg2", ElementaryFile::DataGroup(2)),
        ("sod", ElementaryFile::Sod),
    ] {
        assert_eq!(bytes(read, name), file(document, expected), "{name}");
    }
}

#[test]
fn mrtdreader_reads_our_chip() {
    let Some(reader) = or_skip("the virtual reader", Reader::start()) else { return };
    let scratch = tempfile::tempdir().expect("a directory");
    let shim = mrtdreader::compile_shim(scratch.path()).expect("the shim compiles");
    let document = specimen::issue(&specimen::profile("bac-only").expect("built in")).expect("issued");
    let card = reader.insert(specimen::chip(&document).expect("a chip")).expect("the card is noticed");
    let output = tempfile::tempdir().expect("a directory");
    let line = document.mrz.last().expect("the MRZ has lines");
    let outcome = mrtdreader::read(&reader, &shim, line, output.path()).expect("it ends");
    drop(card.remove().expect("the chip did not panic"));
    let printed = &outcome.text;
    assert!(outcome.success && printed.contains("Challenge successful!"), "BAC: {printed}");
    for wanted in [ElementaryFile::Com, ElementaryFile::Sod] {
        // It prints the first three hundred bytes or so of the file.
        let contents = hex::encode(file(&document, wanted));
        let beginning = contents.get(..contents.len().min(300)).unwrap_or_default();
        assert!(printed.contains(beginning), "{}: {printed}", wanted.name());
    }
    let dg1 = file(&document, ElementaryFile::DataGroup(1));
    assert!(printed.contains(&document.mrz.concat()), "the MRZ of DG1: {printed}");
    assert!(printed.contains(&format!("File size: {}", dg1.len())), "DG1 in full: {printed}");
    assert!(printed.contains("Getting EF.DG2 which contains the image... done"), "DG2: {printed}");
    let saved = mrtdreader::files(output.path()).expect("the directory is readable");
    let names: Vec<&str> = saved.iter().map(|(name, _)| name.as_str()).collect();
    assert!(saved.iter().any(|(_, bytes)| *bytes == document.portrait.0), "the portrait, among {names:?}");
}

#[test]
fn the_foreign_crate_emrtd_reads_our_chip() {
    let Some(reader) = or_skip("the virtual reader", Reader::start()) else { return };
    let document = specimen::issue(&specimen::profile("bac-only").expect("built in")).expect("issued");
    let access = &document.access;
    let arguments = ["emrtd", &access.document_number, &access.birth_date, &access.expiry_date];
    let read = foreign_reader(&reader, &document, &arguments).expect("emrtd reads it");
    assert_eq!(bytes(&read, "com"), file(&document, ElementaryFile::Com));
    assert_eq!(bytes(&read, "dg1"), file(&document, ElementaryFile::DataGroup(1)));
}

#[test]
fn dmrtd_reads_our_chip_with_bac() {
    let Some(reader) = or_skip("the virtual reader", Reader::start()) else { return };
    let document = specimen::issue(&specimen::profile("bac-only").expect("built in")).expect("issued");
    let fields = specimen::mrz_fields(&document);
    let arguments = ["dmrtd", "bac", &fields.number, &fields.birth, &fields.expiry];
    let read = foreign_reader(&reader, &document, &arguments).expect("dmrtd reads it");
    same_files(&read, &document);

    let wrong = ["dmrtd", "bac", &fields.number, "1900-01-01", &fields.expiry];
    foreign_reader(&reader, &document, &wrong).expect_err("that is not the date of birth");
}

fn read_in_process(document: &SpecimenDocument) -> Reading {
    let mut chip = specimen::chip(document).expect("a chip");
    let access = dmrtd_reader::Access::Bac(specimen::mrz_fields(document));
    dmrtd_reader::read(|command| Ok(chip.transmit(command)), &access, None).expect("dmrtd reads it")
}

#[test]
fn dmrtd_finds_our_documents_genuine_and_altered_or_foreign_ones_not() {
    // RSA, and ECDSA with the explicit curve parameters of most states.
    let names = ["bac-only", "pace-gm-ca"];
    let documents =
        names.map(|name| specimen::issue(&specimen::profile(name).expect("built in")).expect("issued"));
    let anchors = documents.each_ref().map(|document| document.csca_certificate.0.as_slice());
    for (document, other) in documents.iter().zip(anchors.iter().rev()) {
        let mut reading = read_in_process(document);
        let own = document.csca_certificate.0.as_slice();
        dmrtd_reader::passive_authentication(&reading, &[own]).expect("its own CSCA signed it");
        dmrtd_reader::passive_authentication(&reading, &[other]).expect_err("another CSCA did not");
        *reading.dg2.last_mut().expect("not empty") ^= 1;
        dmrtd_reader::passive_authentication(&reading, &[own]).expect_err("the portrait was altered");
    }
}

#[test]
fn dmrtd_reads_our_chip_with_pace_in_every_group_it_knows() {
    let Some(reader) = or_skip("the virtual reader", Reader::start()) else { return };
    for (group, cipher) in DMRTD_GROUPS.into_iter().zip(AES.into_iter().cycle()) {
        let profile = specimen::profile_with_pace(group.parameter_id(), cipher).expect("a profile");
        let document = specimen::issue(&profile).expect("issued");
        let fields = specimen::mrz_fields(&document);
        let can = document.access.can.as_deref().expect("printed");
        let with_can = ["dmrtd", "pace-can", can];
        let with_mrz = ["dmrtd", "pace-mrz", &fields.number, &fields.birth, &fields.expiry];
        for arguments in [with_can.as_slice(), with_mrz.as_slice()] {
            let read = despite_leading_zeros(group, || foreign_reader(&reader, &document, arguments))
                .unwrap_or_else(|error| panic!("{group} {cipher:?}: {error:#}"));
            same_files(&read, &document);
        }
    }
}

#[test]
fn dmrtd_reads_our_chip_in_process_with_every_group_and_cipher_it_knows() {
    for group in DMRTD_GROUPS {
        for cipher in AES {
            let profile = specimen::profile_with_pace(group.parameter_id(), cipher).expect("a profile");
            let document = specimen::issue(&profile).expect("issued");
            let mut chip = specimen::chip(&document).expect("a chip");
            let access = dmrtd_reader::Access::PaceMrz(specimen::mrz_fields(&document));
            let reading = despite_leading_zeros(group, || {
                chip.reset();
                dmrtd_reader::read(|command| Ok(chip.transmit(command)), &access, None)
            })
            .unwrap_or_else(|error| panic!("{group} {cipher:?}: {error:#}"));
            assert_eq!(reading.dg1, file(&document, ElementaryFile::DataGroup(1)));
            assert_eq!(reading.dg2, file(&document, ElementaryFile::DataGroup(2)));
            assert_eq!(reading.mrz, document.mrz.concat());
        }
    }
}

#[test]
fn dmrtd_confirms_active_authentication_of_our_chip() {
    let Some(reader) = or_skip("the virtual reader", Reader::start()) else { return };
    let mut ecdsa = specimen::profile("aa-ecdsa").expect("built in");
    // The only curve that dmrtd knows for this.
    ecdsa.active_authentication = Some(ActiveAuthenticationProfile::Ecdsa {
        parameter_id: Group::P256.parameter_id(),
        digest: HashAlgorithm::Sha256,
        encoding: ParameterEncoding::Named,
    });
    let mut rsa = specimen::profile("aa-rsa").expect("built in");
    // dmrtd asks with a short Le: a longer signature would not come back in one piece under secure messaging.
    rsa.active_authentication = Some(ActiveAuthenticationProfile::Rsa {
        bits: 1536,
        digest: HashAlgorithm::Sha256,
        trailer: Trailer::Cc,
    });
    for profile in [rsa, ecdsa] {
        let document = specimen::issue(&profile).expect("issued");
        let fields = specimen::mrz_fields(&document);
        let challenge = "0123456789ABCDEF";
        let arguments = ["dmrtd", "bac", &fields.number, &fields.birth, &fields.expiry, challenge];
        let read = foreign_reader(&reader, &document, &arguments).expect("dmrtd reads it");
        assert_eq!(
            read.get("active-authentication").map(String::as_str),
            Some("confirmed"),
            "{}",
            profile.name
        );
    }
}
