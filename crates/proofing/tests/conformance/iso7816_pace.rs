//! ISO7816_G: PACE. A PACE that fails is never followed by Basic Access Control; the kit looks at the commands.

use emrtd::session::{AccessMethod, ChipAuthentication, ReadError};
use emrtd_sim::chip::{Hostile, PaceFailure, PaceKey, PaceStep};
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::{DocumentProfile, PaceMapping, PaceProfile, SessionCipher};
use hex_literal::hex;
use verdict::{Check, ResultKind};

use crate::case::{Case, ends, run, run_all};
use crate::kit::{Draft, profile, sign_again};
use crate::tree::Node;

const OPENED: &str = "opened by PACE and accepted";
const ENDED: &str = "the session ends; Basic Access Control is not tried";

pub(crate) const CASES: &[Case] = &[
    run("ISO7816_G_01", OPENED, || {
        for name in ["pace-gm-ca", "pace-im", "pace-dh", "pace-cam"] {
            opened(&profile(name));
        }
    }),
    run("ISO7816_G_02", "opened on every standardised group", || {
        for parameter_id in [0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18] {
            opened(&with_pace(&[(PaceMapping::Gm, parameter_id, SessionCipher::Aes128)]));
        }
    }),
    run(
        "ISO7816_G_03",
        "opened on every standardised group but NIST P-224, for which Doc 9303-11 has no point encoding",
        || {
            for parameter_id in [0, 1, 2, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18] {
                opened(&with_pace(&[(PaceMapping::Im, parameter_id, SessionCipher::Aes128)]));
            }
        },
    ),
    run("ISO7816_G_04", "opened with every cipher", || {
        for cipher in CIPHERS {
            opened(&with_pace(&[(PaceMapping::Gm, 13, cipher)]));
            opened(&with_pace(&[(PaceMapping::Gm, 2, cipher)]));
            opened(&with_pace(&[(PaceMapping::Im, 13, cipher)]));
        }
    }),
    run("ISO7816_G_05", OPENED, || {
        let more = hex!("300D 0608 04007F0007020208 020101");
        infos(|infos| infos.nodes().insert(0, Node::parse(&more))).judged().accepted();
    }),
    run("ISO7816_G_06", "the strongest offer is chosen, whatever the order", || {
        let weak = (PaceMapping::Gm, 13, SessionCipher::TripleDes);
        let strong = (PaceMapping::Gm, 16, SessionCipher::Aes256);
        for offers in [[weak, strong], [strong, weak]] {
            let judged = Draft::of(&with_pace(&offers)).judged();
            let AccessMethod::Pace { group, protocol, .. } = judged.reading.access else { panic!() };
            assert_eq!((group.parameter_id(), protocol.cipher().to_string().as_str()), (16, "AES-256"));
            judged.accepted();
        }
    }),
    run("ISO7816_G_07", "parameters of the document's own are not used; the standardised offer is", || {
        // PACEDomainParameterInfo with a curve that nobody knows, and a PACEInfo that refers to it.
        let own = hex!("3012 060A 04007F00070202040202 020102 02012A");
        let domain = hex!("301B 0609 04007F000702020402 300B 0606 2A8648CE3D02 020100 02012A");
        let draft = infos(|infos| {
            infos.nodes().insert(0, Node::parse(&own));
            infos.nodes().push(Node::parse(&domain));
        });
        let judged = draft.judged();
        let AccessMethod::Pace { group, .. } = judged.reading.access else { panic!() };
        assert_eq!(group.parameter_id(), 13);
        judged.accepted();
    }),
    run("ISO7816_G_08", ENDED, || {
        for status in [0x6A80, 0x6A88, 0x6982, 0x6985] {
            fails_at(PaceStep::Selection, status);
        }
    }),
    run("ISO7816_G_09", ENDED, || on_its_way(0, |answer| answer[6] ^= 1)),
    run("ISO7816_G_10", ENDED, || fails_at(PaceStep::Nonce, 0x6300)),
    run("ISO7816_G_11", ENDED, || on_its_way(0, |answer| answer[2] = 0x90)),
    run("ISO7816_G_12", ENDED, || fails_at(PaceStep::Mapping, 0x6300)),
    run("ISO7816_G_13", ENDED, || on_its_way(0x81, |answer| answer[2] = 0x92)),
    run("ISO7816_G_14", ENDED, || fails_at(PaceStep::Mapping, 0x6A80)),
    run("ISO7816_G_15", ENDED, || {
        let mut draft = Draft::new("pace-im");
        draft.chip.behaviour.pace_failure = Some(PaceFailure { step: PaceStep::Mapping, status: 0x6A80 });
        ended(draft);
    }),
    run("ISO7816_G_16", ENDED, || invalid_keys(13, PaceKey::Mapping)),
    run("ISO7816_G_17", ENDED, || invalid_keys(2, PaceKey::Mapping)),
    run("ISO7816_G_18", ENDED, || fails_at(PaceStep::Agreement, 0x6300)),
    run("ISO7816_G_19", ENDED, || on_its_way(0x83, |answer| answer[2] = 0x94)),
    run("ISO7816_G_20", ENDED, || fails_at(PaceStep::Agreement, 0x6A80)),
    run("ISO7816_G_21", ENDED, || invalid_keys(13, PaceKey::Agreement)),
    run("ISO7816_G_22", ENDED, || invalid_keys(2, PaceKey::Agreement)),
    run("ISO7816_G_23", ENDED, || {
        for name in ["pace-gm-ca", "pace-dh"] {
            ended(Draft::new(name).hostile(Hostile::MirroredKey { key: PaceKey::Agreement }));
        }
    }),
    run("ISO7816_G_24", "the key counts as wrong; Basic Access Control is not tried", || {
        fails_at(PaceStep::MutualAuthentication, 0x6300);
    }),
    run("ISO7816_G_25", ENDED, || on_its_way(0x85, |answer| answer[2] = 0x96)),
    run("ISO7816_G_26", ENDED, || {
        ended(Draft::new("pace-gm-ca").hostile(Hostile::WrongToken));
        fails_at(PaceStep::MutualAuthentication, 0x6A80);
    }),
    run("ISO7816_G_27", ENDED, || {
        let mut draft = Draft::new("pace-gm-ca");
        draft.file(ElementaryFile::CardAccess)[3] += 1;
        let refused = draft.refused();
        assert!(matches!(refused, ReadError::CardAccessContent(_) | ReadError::CardAccess(_)), "{refused}");
    }),
    run("ISO7816_G_28", "the session ends: no way of PACE is supported", || {
        let refused = infos(|infos| {
            let last = infos.at(&[0]).nodes().len() - 1;
            infos.at(&[0, last]).set(&[31]);
        })
        .refused();
        assert!(matches!(refused, ReadError::PaceNotSupported(_)), "{refused}");
    }),
    run("ISO7816_G_29", ENDED, || cam(|objects| objects.retain(|object| object.tag != [0x8A]))),
    run("ISO7816_G_30", ENDED, || cam(|objects| data(objects).set(&[]))),
    run("ISO7816_G_31", "the session ends, or the chip is not proven", || {
        cam_unproven(|objects| {
            let mut wrong = data(objects).value();
            wrong[0] ^= 1;
            data(objects).set(&wrong);
        });
    }),
    run("ISO7816_G_32", ENDED, || cam(|objects| data(objects).tag = vec![0x8B])),
    run("ISO7816_G_33", ENDED, || cam(|objects| data(objects).set(&[]))),
    run("ISO7816_G_34", "C16 and C17 successful, and accepted", || {
        let judged = Draft::new("pace-cam").judged();
        judged.has(Check::CardSecurity, ResultKind::Successful);
        judged.has(Check::ChipAuth, ResultKind::Successful);
        judged.accepted();
    }),
    run("ISO7816_G_35", "the object that does not belong there ends the session, or is not used", || {
        let draft = Draft::new("pace-gm-ca").meddling(|command, answer| {
            if is_step(command, 0x85) && answer.len() > 4 {
                let (body, status) = answer.split_at(answer.len() - 2);
                let mut tree = Node::parse(body);
                tree.nodes().push(Node::primitive(&[0x8A], &[0x11; 32]));
                *answer = [tree.write(), status.to_vec()].concat();
            }
        });
        match draft.read() {
            Err(error) => assert!(matches!(error, ReadError::Pace { .. }), "{error}"),
            Ok(judged) => {
                assert!(!matches!(
                    judged.reading.chip_authentication,
                    ChipAuthentication::ConfirmedByMapping { .. }
                ));
            }
        }
    }),
    ends(
        "ISO7816_G_36",
        "the offer that does not exist is not used, the other one is; without another PACE ends",
        || {
            // id-PACE-DH-CAM-AES-CBC-CMAC-128: there is no mapping of that kind for DH.
            let offer = hex!("3012 060A 04007F00070202040502 020102 020100");
            unknown_cam(&offer);
            let judged = infos(|infos| infos.nodes().push(Node::parse(&offer))).judged();
            let AccessMethod::Pace { group, .. } = judged.reading.access else { panic!() };
            assert_eq!(group.parameter_id(), 13);
            judged
        },
    ),
    run("ISO7816_G_37", "the offer is not used; no other way of PACE is there", || {
        unknown_cam(&hex!("3012 060A 04007F00070202040600 020102 02010D"));
    }),
    run("ISO7816_G_38", "C15 failed: DG14 lacks what EF.CardAccess offers", || {
        let draft = Draft::new("pace-cam").with_group(14, |dg14| {
            let mut tree = Node::parse(dg14);
            tree.at(&[0]).nodes().clear();
            *dg14 = tree.write();
        });
        draft.judged().failed(Check::CardAccessDg14);
    }),
    run("ISO7816_G_39", "C17 failed: the chip has another key", || {
        let judged = card_security(|infos| {
            let holds_key = |info: &Node| info.clone().at(&[1]).tag == [0x30];
            let key = infos.nodes().iter_mut().find(|info| holds_key(info)).unwrap();
            let generator = groups::Group::BrainpoolP256r1.generator().encode();
            key.at(&[1, 1]).set(&[&[0], &generator[..]].concat());
        })
        .judged();
        judged.failed(Check::ChipAuth);
    }),
    run("ISO7816_G_40", "the mapping proves nothing; the key of DG14 does", || {
        let no_key = |infos: &mut Node| infos.nodes().retain(|info| info.clone().at(&[1]).tag != [0x30]);
        let judged = card_security(no_key).judged();
        assert!(matches!(judged.reading.chip_authentication, ChipAuthentication::Confirmed(_)));
        judged.has(Check::ChipAuth, ResultKind::Successful);
    }),
    run("ISO7816_G_41", "opened and proven on every curve that Doc 9303-11 allows", || {
        for parameter_id in [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18] {
            let mut profile = profile("pace-cam");
            profile.access.pace =
                vec![PaceProfile { mapping: PaceMapping::Cam, parameter_id, cipher: SessionCipher::Aes128 }];
            let judged = Draft::of(&profile).judged();
            assert!(matches!(
                judged.reading.chip_authentication,
                ChipAuthentication::ConfirmedByMapping { .. }
            ));
            judged.accepted();
        }
    }),
];

const CIPHERS: [SessionCipher; 4] =
    [SessionCipher::TripleDes, SessionCipher::Aes128, SessionCipher::Aes192, SessionCipher::Aes256];

#[test]
fn pace() {
    run_all(CASES);
}

fn with_pace(offers: &[(PaceMapping, u8, SessionCipher)]) -> DocumentProfile {
    let mut profile = profile("pace-gm-ca");
    let of = |&(mapping, parameter_id, cipher): &(PaceMapping, u8, SessionCipher)| PaceProfile {
        mapping,
        parameter_id,
        cipher,
    };
    profile.access.pace = offers.iter().map(of).collect();
    profile
}

fn opened(profile: &DocumentProfile) {
    let judged = Draft::of(profile).judged();
    assert!(matches!(judged.reading.access, AccessMethod::Pace { .. }));
    judged.accepted();
}

/// EF.CardAccess and DG14 with the same other infos, signed.
fn infos(change: impl Fn(&mut Node)) -> Draft {
    let mut draft = Draft::new("pace-gm-ca");
    let card_access = draft.file(ElementaryFile::CardAccess);
    let mut before = Node::parse(card_access);
    let offers = before.nodes().clone();
    change(&mut before);
    *card_access = before.write();
    let after = before.nodes().clone();
    draft.with_group(14, |dg14| {
        let mut tree = Node::parse(dg14);
        tree.at(&[0]).nodes().retain(|info| !offers.contains(info));
        tree.at(&[0]).nodes().extend(after);
        *dg14 = tree.write();
    })
}

fn ended(draft: Draft) {
    let refused = draft.refused();
    let by_pace = matches!(
        refused,
        ReadError::Pace { .. }
            | ReadError::PaceRefused { .. }
            | ReadError::WrongKey { .. }
            | ReadError::NoAnswer { .. }
    );
    assert!(by_pace, "{refused}");
}

fn fails_at(step: PaceStep, status: u16) {
    let mut draft = Draft::new("pace-gm-ca");
    draft.chip.behaviour.pace_failure = Some(PaceFailure { step, status });
    ended(draft);
}

/// Whether a command is the step of GENERAL AUTHENTICATE whose data begin with this object; 0 for the empty one.
fn is_step(command: &[u8], object: u8) -> bool {
    let first = command.get(5..).unwrap_or_default();
    command[1] == 0x86
        && match first {
            [0x7C, 0x00, ..] => object == 0,
            [0x7C, 0x81, _, tag, ..] | [0x7C, _, tag, ..] => *tag == object,
            _ => false,
        }
}

/// The answer to one step is changed on its way.
fn on_its_way(object: u8, change: impl Fn(&mut Vec<u8>) + Send + 'static) {
    ended(Draft::new("pace-gm-ca").meddling(move |command, answer| {
        if is_step(command, object) && answer.len() > 6 {
            change(answer);
        }
    }));
}

fn invalid_keys(parameter_id: u8, key: PaceKey) {
    let profile = with_pace(&[(PaceMapping::Gm, parameter_id, SessionCipher::Aes128)]);
    for hostile in [Hostile::InvalidKey { key }, Hostile::IdentityKey { key }] {
        ended(Draft::of(&profile).hostile(hostile));
    }
}

/// The objects of the chip's last answer in PACE-CAM, changed.
fn cam_draft(change: impl Fn(&mut Vec<Node>) + Send + 'static) -> Draft {
    Draft::new("pace-cam").meddling(move |command, answer| {
        if is_step(command, 0x85) && answer.len() > 4 {
            let (body, status) = answer.split_at(answer.len() - 2);
            let mut tree = Node::parse(body);
            change(tree.nodes());
            *answer = [tree.write(), status.to_vec()].concat();
        }
    })
}

fn cam(change: impl Fn(&mut Vec<Node>) + Send + 'static) {
    ended(cam_draft(change));
}

fn cam_unproven(change: impl Fn(&mut Vec<Node>) + Send + 'static) {
    match cam_draft(change).read() {
        Err(error) => assert!(matches!(error, ReadError::Pace { .. }), "{error}"),
        Ok(judged) => {
            assert_ne!(judged.result(Check::ChipAuth).kind(), ResultKind::Successful);
            assert!(judged.outcome.level().is_none());
        }
    }
}

fn data(objects: &mut [Node]) -> &mut Node {
    objects.iter_mut().find(|object| object.tag == [0x8A]).unwrap()
}

/// EF.CardAccess offers PACE-CAM under an identifier that does not exist, and nothing else.
fn unknown_cam(offer: &[u8]) {
    let refused = infos(|infos| *infos.nodes() = vec![Node::parse(offer)]).refused();
    assert!(matches!(refused, ReadError::PaceNotSupported(_)), "{refused}");
}

/// EF.CardSecurity with other infos, signed.
fn card_security(change: impl FnOnce(&mut Node)) -> Draft {
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
    draft
}
