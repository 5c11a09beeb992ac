//! LDS_C: DG2, the portrait. LDS_D and LDS_E, fingerprints and iris, are never read.

use emrtd::lds::File;
use emrtd::lds::dg2::{Deviation, Dg2};
use emrtd::lds::image::ImageFormat;
use verdict::Check;

use crate::case::{Case, not_applicable, run, run_all};
use crate::kit::Draft;
use crate::tree::Node;

const UNREADABLE: &str = "DG2 is not used and the document not accepted";
const NO_PORTRAIT: &str =
    "no portrait can be taken from it; the document itself is accepted, as C20 is not built yet";
const REMARKED: &str = "the portrait is found; the impossible description is remarked and decides nothing";
const CLOSED: &str = "DG3 and DG4 need Terminal Authentication and are never read";

pub(crate) const CASES: &[Case] = &[
    run("LDS_C_01", "the image is found as JPEG 2000", || {
        let faces = portrait(|dg2| put(dg2, 46, b"\0\0\0\x0CjP  \r\n\x87\n")).unwrap();
        assert_eq!(faces.faces[0].image.format, ImageFormat::Jpeg2000Jp2);
    }),
    run("LDS_C_02", "the image is found as JPEG", || {
        assert_eq!(portrait(|_| {}).unwrap().faces[0].image.format, ImageFormat::Jpeg);
    }),
    run("LDS_C_03", "the image is found behind the feature points", || {
        let faces = portrait(|dg2| {
            rebuild(dg2, |record| {
                // Two points of eight bytes each behind the facial information.
                record[19] = 2;
                record.splice(34..34, [0; 16]);
                let lengths = [(8, record.len()), (14, record.len() - 14)];
                for (at, length) in lengths {
                    record[at..at + 4].copy_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
                }
            });
        })
        .unwrap();
        assert_eq!(faces.faces[0].image.format, ImageFormat::Jpeg);
    }),
    run("LDS_C_04", UNREADABLE, || unusable(|dg2| dg2[0] = 0x76)),
    run("LDS_C_05", UNREADABLE, || unusable(|dg2| dg2[3] = dg2[3].wrapping_sub(1))),
    run("LDS_C_06", UNREADABLE, || unusable(|dg2| dg2[3] = dg2[3].wrapping_add(1))),
    run("LDS_C_07", NO_PORTRAIT, || none(|dg2| template(dg2, |group| drop(group.nodes().remove(0))))),
    run("LDS_C_08", REMARKED, || found(|dg2| header(dg2, &[0x87], |owner| owner.set(&[2, 2])))),
    run("LDS_C_09", REMARKED, || found(|dg2| without(dg2, 0x87))),
    run("LDS_C_10", REMARKED, || found(|dg2| header(dg2, &[0x88], |kind| kind.set(&[2, 2])))),
    run("LDS_C_11", REMARKED, || found(|dg2| without(dg2, 0x88))),
    run("LDS_C_12", REMARKED, || found(|dg2| header(dg2, &[0x81], |kind| kind.set(&[0x01])))),
    run("LDS_C_13", REMARKED, || found(|dg2| header(dg2, &[0x81], |kind| kind.set(&[0x08])))),
    run("LDS_C_14", NO_PORTRAIT, || none(|dg2| put(dg2, 0, b"FAD"))),
    run("LDS_C_15", NO_PORTRAIT, || none(|dg2| put(dg2, 4, b"099"))),
    run("LDS_C_16", NO_PORTRAIT, || none(|dg2| put(dg2, 19, &[1]))),
    run("LDS_C_17", REMARKED, || remarked(20, 3, Deviation::Gender(3))),
    run("LDS_C_18", REMARKED, || remarked(21, 8, Deviation::EyeColour(8))),
    run("LDS_C_19", REMARKED, || remarked(22, 8, Deviation::HairColour(8))),
    run("LDS_C_20", REMARKED, || remarked(28, 182, Deviation::Pose([182, 0, 0]))),
    run("LDS_C_21", REMARKED, || remarked(29, 182, Deviation::Pose([0, 182, 0]))),
    run("LDS_C_22", REMARKED, || remarked(30, 182, Deviation::Pose([0, 0, 182]))),
    run("LDS_C_23", REMARKED, || remarked(31, 182, Deviation::PoseUncertainty([182, 0, 0]))),
    run("LDS_C_24", REMARKED, || remarked(32, 182, Deviation::PoseUncertainty([0, 182, 0]))),
    run("LDS_C_25", REMARKED, || remarked(33, 182, Deviation::PoseUncertainty([0, 0, 182]))),
    run("LDS_C_26", REMARKED, || remarked(34, 4, Deviation::FaceImageType(4))),
    run("LDS_C_27", REMARKED, || {
        let faces = portrait(|dg2| put(dg2, 35, &[9])).unwrap();
        assert!(faces.deviations.contains(&Deviation::ImageDataType(9)), "{:?}", faces.deviations);
    }),
    run("LDS_C_28", NO_PORTRAIT, || {
        none(|dg2| template(dg2, |group| drop(group.at(&[1]).nodes().remove(1))));
    }),
    not_applicable("LDS_D_01", CLOSED),
    not_applicable("LDS_D_02", CLOSED),
    not_applicable("LDS_D_03", CLOSED),
    not_applicable("LDS_D_04", CLOSED),
    not_applicable("LDS_D_05", CLOSED),
    not_applicable("LDS_D_06", CLOSED),
    not_applicable("LDS_D_07", CLOSED),
    not_applicable("LDS_D_08", CLOSED),
    not_applicable("LDS_D_09", CLOSED),
    not_applicable("LDS_D_10", CLOSED),
    not_applicable("LDS_D_11", CLOSED),
    not_applicable("LDS_D_12", CLOSED),
    not_applicable("LDS_D_13", CLOSED),
    not_applicable("LDS_D_14", CLOSED),
    not_applicable("LDS_D_15", CLOSED),
    not_applicable("LDS_D_16", CLOSED),
    not_applicable("LDS_E_01", CLOSED),
    not_applicable("LDS_E_02", CLOSED),
    not_applicable("LDS_E_03", CLOSED),
    not_applicable("LDS_E_04", CLOSED),
    not_applicable("LDS_E_05", CLOSED),
    not_applicable("LDS_E_06", CLOSED),
    not_applicable("LDS_E_07", CLOSED),
    not_applicable("LDS_E_08", CLOSED),
    not_applicable("LDS_E_09", CLOSED),
    not_applicable("LDS_E_10", CLOSED),
    not_applicable("LDS_E_11", CLOSED),
    not_applicable("LDS_E_12", CLOSED),
    not_applicable("LDS_E_13", CLOSED),
    not_applicable("LDS_E_14", CLOSED),
];

#[test]
fn dg2() {
    run_all(CASES);
}

/// Where the facial record begins.
fn record(dg2: &[u8]) -> usize {
    dg2.windows(4).position(|four| four == b"FAC\0").unwrap()
}

/// Bytes at a place of the facial record.
fn put(dg2: &mut [u8], at: usize, bytes: &[u8]) {
    let at = record(dg2) + at;
    dg2[at..at + bytes.len()].copy_from_slice(bytes);
}

/// The group template changed as a tree.
fn template(dg2: &mut Vec<u8>, change: impl FnOnce(&mut Node)) {
    let mut group = Node::parse(dg2);
    change(group.at(&[0]));
    *dg2 = group.write();
}

/// One object of the biometric header template.
fn header(dg2: &mut Vec<u8>, tag: &[u8], change: impl FnOnce(&mut Node)) {
    template(dg2, |group| change(group.at(&[1, 0]).nodes().iter_mut().find(|node| node.tag == tag).unwrap()));
}

fn without(dg2: &mut Vec<u8>, tag: u8) {
    template(dg2, |group| group.at(&[1, 0]).nodes().retain(|node| node.tag != [tag]));
}

/// The facial record changed in length.
fn rebuild(dg2: &mut Vec<u8>, change: impl FnOnce(&mut Vec<u8>)) {
    template(dg2, |group| {
        let block = group.at(&[1, 1]);
        let mut record = block.value();
        change(&mut record);
        block.set(&record);
    });
}

/// What is read from a DG2 that the issuer signed like this.
fn portrait(change: impl FnOnce(&mut Vec<u8>)) -> Option<Dg2> {
    let judged = Draft::new("pace-gm-ca").with_group(2, change).judged();
    judged.accepted();
    Dg2::parse(judged.reading.file(File::Dg2).unwrap()).ok()
}

fn none(change: impl FnOnce(&mut Vec<u8>)) {
    assert!(portrait(change).is_none(), "a portrait was taken");
}

fn found(change: impl FnOnce(&mut Vec<u8>)) {
    assert!(portrait(change).is_some(), "no portrait was taken");
}

fn remarked(at: usize, to: u8, expected: Deviation) {
    let found = portrait(|dg2| put(dg2, at, &[to])).unwrap();
    assert!(found.deviations.contains(&expected), "{:?}", found.deviations);
}

fn unusable(change: impl FnOnce(&mut Vec<u8>)) {
    let mut draft = Draft::new("pace-gm-ca");
    change(draft.file(emrtd_sim::document::ElementaryFile::DataGroup(2)));
    draft.sign();
    draft.judged().failed(Check::DgHashes);
}
