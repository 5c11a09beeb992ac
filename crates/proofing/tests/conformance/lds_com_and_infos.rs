//! LDS_A: EF.COM. LDS_F: DG14. LDS_G: EF.CVCA. LDS_I: DG15. LDS_J: EF.CardSecurity. LDS_K: EF.ATR/INFO.

use emrtd::lds::File;
use emrtd::lds::atr_info::AtrInfo;
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::LdsVersion;
use hex_literal::hex;
use verdict::{Check, ResultKind};

use crate::case::{Case, not_applicable, run, run_all};
use crate::kit::{Draft, profile, sign_again};
use crate::tree::Node;

const COM_ODD: &str = "C06 is not successful; the list of EF.SOD holds";
const NO_PROOF: &str = "C17 is not successful, and the document not accepted";
const UNREADABLE: &str = "the file is not used and the document not accepted";
const TERMINAL: &str = "EF.CVCA belongs to Terminal Authentication and is never read";

pub(crate) const CASES: &[Case] = &[
    run("LDS_A_01", COM_ODD, || com(|com| com[0] = 0x61)),
    run("LDS_A_02", COM_ODD, || com(|com| com[1] -= 1)),
    run("LDS_A_03", COM_ODD, || com(|com| com[1] += 1)),
    run("LDS_A_04", COM_ODD, || com_tree(|com| com.at(&[0]).set(b"0300"))),
    run("LDS_A_05", COM_ODD, || com_tree(|com| drop(com.nodes().remove(0)))),
    run("LDS_A_06", COM_ODD, || com_tree(|com| com.at(&[1]).set(b"050000"))),
    run("LDS_A_07", COM_ODD, || com_tree(|com| drop(com.nodes().remove(1)))),
    run("LDS_A_08", COM_ODD, || {
        com_tree(|com| {
            let tags: Vec<u8> = com.at(&[2]).value().into_iter().filter(|tag| *tag != 0x61).collect();
            com.at(&[2]).set(&tags);
        });
    }),
    run("LDS_A_09", COM_ODD, || com_tree(|com| drop(com.nodes().remove(2)))),
    run("LDS_A_10", "accepted", || {
        let mut profile = profile("pace-gm-ca");
        profile.lds_version = LdsVersion::V1_8;
        let judged = Draft::of(&profile).judged();
        judged.has(Check::EfComSod, ResultKind::Successful);
        judged.accepted();
    }),
    run("LDS_F_01", UNREADABLE, || group(14, |dg14| dg14[0] = 0x6F)),
    run("LDS_F_02", UNREADABLE, || group(14, |dg14| dg14[3] -= 1)),
    run("LDS_F_03", UNREADABLE, || group(14, |dg14| dg14[3] += 1)),
    run("LDS_F_04", NO_PROOF, || {
        infos(|infos| chip_authentication(infos).at(&[0]).set(&hex!("04007F00070202030205")));
    }),
    run("LDS_F_05", NO_PROOF, || infos(|infos| drop(chip_authentication(infos).nodes().remove(0)))),
    run("LDS_F_06", NO_PROOF, || infos(|infos| chip_authentication(infos).at(&[1]).set(&[3]))),
    run("LDS_F_07", NO_PROOF, || infos(|infos| drop(chip_authentication(infos).nodes().remove(1)))),
    not_applicable("LDS_G_01", TERMINAL),
    not_applicable("LDS_G_02", TERMINAL),
    run("LDS_I_01", UNREADABLE, || group15(|dg15| dg15[0] = 0x70)),
    run("LDS_I_02", UNREADABLE, || group15(|dg15| dg15[2] -= 1)),
    run("LDS_I_03", UNREADABLE, || group15(|dg15| dg15[2] += 1)),
    run("LDS_J_01", "accepted", || {
        let more = Node::parse(&hex!("300D 0608 04007F0007020208 020101"));
        card_security(|infos| infos.nodes().push(more)).accepted();
    }),
    run("LDS_J_02", "C16 failed", || {
        card_security(|infos| infos.nodes().retain(|info| !is_pace(info))).failed(Check::CardSecurity);
    }),
    run("LDS_J_03", "C16 failed", || {
        let judged = card_security(|infos| {
            infos.nodes().iter_mut().find(|info| is_pace(info)).unwrap().at(&[1]).set(&[1]);
        });
        judged.failed(Check::CardSecurity);
    }),
    run("LDS_J_04", "C17 failed: the chip has another key", || {
        let judged = card_security_of("pace-cam", |infos| {
            let holds_key = |info: &Node| info.clone().at(&[1]).tag == [0x30];
            let key = infos.nodes().iter_mut().find(|info| holds_key(info)).unwrap();
            // The generator of brainpoolP256r1 is a key that the chip does not have.
            let generator = groups::Group::BrainpoolP256r1.generator().encode();
            key.at(&[1, 1]).set(&[&[0], &generator[..]].concat());
        });
        judged.failed(Check::ChipAuth);
    }),
    run("LDS_K_01", "the lengths are taken", || lengths(&hex!("7F66 08 0202 0800 0202 0800"), Some(0x800))),
    run("LDS_K_02", "the lengths are taken", || {
        lengths(&hex!("7F66 0A 0203 010000 0203 010000"), Some(0x1_0000));
    }),
    run("LDS_K_03", "the file says nothing; short commands are used", || {
        lengths(&hex!("7F66 04 0202 0800"), None);
    }),
    run("LDS_K_04", "the file says nothing; short commands are used", || {
        lengths(&hex!("7F67 08 0202 0800 0202 0800"), None);
    }),
];

#[test]
fn com_infos_and_atr() {
    run_all(CASES);
}

fn com(change: impl FnOnce(&mut Vec<u8>)) {
    let mut draft = Draft::new("pace-gm-ca");
    change(draft.file(ElementaryFile::Com));
    let result = draft.judged().result(Check::EfComSod);
    assert!(matches!(result.kind(), ResultKind::Failed | ResultKind::Undetermined), "{result:?}");
}

fn com_tree(change: impl FnOnce(&mut Node)) {
    com(|com| {
        let mut tree = Node::parse(com);
        change(&mut tree);
        *com = tree.write();
    });
}

/// A file that is no data group, and whose hash is signed.
fn group(number: u8, change: impl FnOnce(&mut Vec<u8>)) {
    let draft = Draft::new("pace-gm-ca").with_group(number, change);
    draft.judged().failed(Check::DgHashes);
}

fn group15(change: impl FnOnce(&mut Vec<u8>)) {
    let draft = Draft::new("aa-ecdsa").with_group(15, change);
    draft.judged().failed(Check::DgHashes);
}

/// DG14 with other SecurityInfos, signed; the chip is as it was.
fn infos(change: impl FnOnce(&mut Node)) {
    let draft = Draft::new("pace-gm-ca").with_group(14, |dg14| {
        let mut tree = Node::parse(dg14);
        change(tree.at(&[0]));
        *dg14 = tree.write();
    });
    let judged = draft.judged();
    assert_ne!(judged.result(Check::ChipAuth).kind(), ResultKind::Successful);
    assert!(judged.outcome.level().is_none(), "{:?}", judged.outcome);
}

/// id-CA-…: below it stand the protocols of Chip Authentication.
const CHIP_AUTHENTICATION: [u8; 8] = hex!("04007F0007020203");

fn chip_authentication(infos: &mut Node) -> &mut Node {
    let is_it = |info: &mut Node| info.at(&[0]).value().starts_with(&CHIP_AUTHENTICATION);
    let at = infos.nodes().iter_mut().position(is_it).unwrap();
    infos.at(&[at])
}

fn is_pace(info: &Node) -> bool {
    info.clone().at(&[0]).value().starts_with(&hex!("04007F0007020204"))
}

fn card_security(change: impl FnOnce(&mut Node)) -> crate::kit::Judged {
    card_security_of("pace-cam", change)
}

/// EF.CardSecurity with other SecurityInfos, signed.
fn card_security_of(name: &str, change: impl FnOnce(&mut Node)) -> crate::kit::Judged {
    let mut draft = Draft::new(name);
    let (signer, scheme) = (draft.signer(), draft.document.profile.sod.signature);
    let mut file = Node::parse(draft.file(ElementaryFile::CardSecurity));
    let signed_data = file.at(&[1, 0]);
    let content = signed_data.at(&[2, 1, 0]);
    let mut infos = Node::parse(&content.value());
    change(&mut infos);
    content.set(&infos.write());
    sign_again(signed_data, &signer.key, scheme);
    *draft.file(ElementaryFile::CardSecurity) = file.write();
    draft.judged()
}

fn lengths(atr: &[u8], expected: Option<u32>) {
    let mut draft = Draft::new("pace-gm-ca");
    draft.chip.files.insert(ElementaryFile::AtrInfo, atr.to_vec());
    let judged = draft.judged();
    judged.accepted();
    let found = judged.reading.file(File::AtrInfo).map(AtrInfo::parse);
    let lengths = found.and_then(Result::ok).and_then(|info| info.extended_length);
    assert_eq!(lengths.map(|lengths| lengths.max_response), expected);
}
