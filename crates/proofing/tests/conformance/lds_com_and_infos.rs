//! LDS_A: EF.COM. LDS_F: DG14. LDS_G: EF.CVCA. LDS_I: DG15. LDS_J: EF.CardSecurity. LDS_K: EF.ATR/INFO.

use emrtd::lds::File;
use emrtd::lds::atr_info::AtrInfo;
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::LdsVersion;
use hex_literal::hex;
use verdict::{Check, ResultKind};

use crate::case::{Case, departs, ends, not_applicable, run, run_all};
use crate::judged::Judged;
use crate::kit::{Draft, profile, sign_again};
use crate::tree::Node;

const COM_ODD: &str = "C06 failed; the list of EF.SOD holds";
const NO_PROOF: &str = "C17 is not successful, and the document not accepted";
const UNREADABLE: &str = "the file is not used and the document not accepted";
const DIFFERS: &str = "C16 failed";
const NO_MAPPING: &str = "C16 failed: the information has no protocol; with another key C17 failed";
const SHORT: &str = "accepted: the file says nothing, short commands are used";
const WHY_SHORT: &str =
    "nobody signs EF.ATR/INFO and nothing of it is decided on; to refuse a document for it protects nobody";
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
    ends("LDS_F_01", UNREADABLE, || group(14, |dg14| dg14[0] = 0x6F)),
    ends("LDS_F_02", UNREADABLE, || group(14, |dg14| dg14[3] -= 1)),
    ends("LDS_F_03", UNREADABLE, || group(14, |dg14| dg14[3] += 1)),
    ends("LDS_F_04", NO_PROOF, || {
        infos(|infos| info(infos, &PUBLIC_KEY).at(&[0]).set(&hex!("04007F000702020103")))
    }),
    ends("LDS_F_05", NO_PROOF, || {
        for protocol in [&CHIP_AUTHENTICATION, &PUBLIC_KEY] {
            infos(|infos| drop(info(infos, protocol).nodes().remove(0)));
        }
        infos(|infos| drop(info(infos, &CHIP_AUTHENTICATION).nodes().remove(0)))
    }),
    ends("LDS_F_06", NO_PROOF, || infos(|infos| info(infos, &CHIP_AUTHENTICATION).at(&[1]).set(&[10]))),
    ends("LDS_F_07", NO_PROOF, || infos(|infos| drop(info(infos, &CHIP_AUTHENTICATION).nodes().remove(1)))),
    not_applicable("LDS_G_01", TERMINAL),
    not_applicable("LDS_G_02", TERMINAL),
    ends("LDS_I_01", UNREADABLE, || group15(|dg15| dg15[0] = 0x70)),
    ends("LDS_I_02", UNREADABLE, || group15(|dg15| dg15[2] -= 1)),
    ends("LDS_I_03", UNREADABLE, || group15(|dg15| dg15[2] += 1)),
    ends("LDS_J_01", "accepted", || {
        let more = Node::parse(&hex!("300D 0608 04007F0007020208 020101"));
        card_security(|infos| infos.nodes().push(more))
    }),
    ends("LDS_J_02", DIFFERS, || {
        card_security(|infos| infos.nodes().retain(|info| !is_pace(info)))
            .having(Check::CardSecurity, ResultKind::Failed)
    }),
    ends("LDS_J_03", DIFFERS, || {
        let changed = card_security(|infos| {
            let pace = infos.nodes().iter_mut().find(|info| is_pace(info)).unwrap();
            // brainpoolP384r1 instead of brainpoolP256r1.
            pace.at(&[2]).set(&[16]);
        });
        changed.having(Check::CardSecurity, ResultKind::Failed)
    }),
    ends("LDS_J_04", NO_MAPPING, || {
        let other_key = card_security(|infos| {
            // The generator of brainpoolP256r1 is a key that the chip does not have.
            let generator = groups::Group::BrainpoolP256r1.generator().encode();
            info(infos, &PUBLIC_KEY).at(&[1, 1]).set(&[&[0], &generator[..]].concat());
        });
        other_key.failed(Check::ChipAuth);
        let no_protocol = card_security(|infos| drop(info(infos, &PUBLIC_KEY).nodes().remove(0)));
        no_protocol.having(Check::CardSecurity, ResultKind::Failed)
    }),
    ends("LDS_K_01", "accepted, and the lengths are taken", || {
        lengths(&hex!("7F66 08 0202 0780 0202 0780"), Some(0x780))
    }),
    ends("LDS_K_02", "accepted, and the lengths are taken", || {
        lengths(&hex!("7F66 0A 0203 010000 0203 010000"), Some(0x1_0000))
    }),
    departs("LDS_K_03", SHORT, WHY_SHORT, || lengths(&hex!("7F66 04 0202 0780"), None)),
    departs("LDS_K_04", SHORT, WHY_SHORT, || lengths(&hex!("7F65 08 0202 0780 0202 0780"), None)),
];

#[test]
fn com_infos_and_atr() {
    run_all(CASES);
}

fn com(change: impl FnOnce(&mut Vec<u8>)) {
    let mut draft = Draft::new("pace-gm-ca");
    change(draft.file(ElementaryFile::Com));
    draft.judged().failed(Check::EfComSod);
}

fn com_tree(change: impl FnOnce(&mut Node)) {
    com(|com| {
        let mut tree = Node::parse(com);
        change(&mut tree);
        *com = tree.write();
    });
}

/// A file that is no data group, and whose hash is signed.
fn group(number: u8, change: impl FnOnce(&mut Vec<u8>)) -> Judged {
    let draft = Draft::new("pace-gm-ca").with_group(number, change);
    draft.judged().having(Check::DgHashes, ResultKind::Failed)
}

fn group15(change: impl FnOnce(&mut Vec<u8>)) -> Judged {
    let draft = Draft::new("aa-ecdsa").with_group(15, change);
    draft.judged().having(Check::DgHashes, ResultKind::Failed)
}

/// DG14 with other SecurityInfos, signed; the chip is as it was.
fn infos(change: impl FnOnce(&mut Node)) -> Judged {
    let draft = Draft::new("pace-gm-ca").with_group(14, |dg14| {
        let mut tree = Node::parse(dg14);
        change(tree.at(&[0]));
        *dg14 = tree.write();
    });
    let judged = draft.judged();
    assert_ne!(judged.result(Check::ChipAuth).kind(), ResultKind::Successful);
    assert!(!judged.is_accepted(), "{:?}", judged.outcome);
    judged
}

/// id-CA-…: below it stand the protocols of Chip Authentication.
const CHIP_AUTHENTICATION: [u8; 8] = hex!("04007F0007020203");
/// id-PK-…: below it stand the kinds of its public keys.
const PUBLIC_KEY: [u8; 8] = hex!("04007F0007020201");

/// The SecurityInfo of a protocol.
fn info<'a>(infos: &'a mut Node, protocol: &[u8]) -> &'a mut Node {
    let is_it = |info: &mut Node| info.at(&[0]).value().starts_with(protocol);
    let at = infos.nodes().iter_mut().position(is_it).unwrap();
    infos.at(&[at])
}

fn is_pace(info: &Node) -> bool {
    info.clone().at(&[0]).value().starts_with(&hex!("04007F0007020204"))
}

/// EF.CardSecurity with other SecurityInfos, signed.
fn card_security(change: impl FnOnce(&mut Node)) -> Judged {
    let mut draft = Draft::new("pace-cam");
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

fn lengths(atr: &[u8], expected: Option<u32>) -> Judged {
    let mut draft = Draft::new("pace-gm-ca");
    draft.chip.files.insert(ElementaryFile::AtrInfo, atr.to_vec());
    let judged = draft.judged();
    judged.accepted();
    let found = judged.reading.file(File::AtrInfo).map(AtrInfo::parse);
    let lengths = found.and_then(Result::ok).and_then(|info| info.extended_length);
    assert_eq!(lengths.map(|lengths| lengths.max_response), expected);
    judged
}
