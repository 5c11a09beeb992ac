//! ISO7816_G: PACE that works, and what EF.CardAccess, EF.CardSecurity and DG14 say of it.

use emrtd::access::pace::PaceError;
use emrtd::session::{AccessMethod, ChipAuthentication, ReadError, Step};
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::{DocumentProfile, PaceMapping, PaceProfile, SessionCipher};
use hex_literal::hex;
use verdict::{Check, ResultKind};

use crate::case::{Case, ends, run, run_all};
use crate::kit::{Draft, profile, sign_again};
use crate::tree::Node;
use crate::wire::{answer_to, pace_ends_at};

const OPENED: &str = "opened by PACE and accepted";

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
            opened(&with_pace(&[(PaceMapping::Im, 2, cipher)]));
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
    run("ISO7816_G_34", "C16 and C17 successful, and accepted", || {
        let judged = Draft::new("pace-cam").judged();
        judged.has(Check::CardSecurity, ResultKind::Successful);
        judged.has(Check::ChipAuth, ResultKind::Successful);
        judged.accepted();
    }),
    run("ISO7816_G_35", "the object that does not belong there ends the session at this answer", || {
        let ended = pace_ends_at(Step::PaceConfirm, || {
            answer_to(Step::PaceConfirm, Draft::new("pace-gm-ca"), |objects| {
                objects.push(Node::primitive(&[0x8A], &[0x11; 32]));
            })
        });
        assert_eq!(ended, ReadError::Pace { step: Step::PaceConfirm, error: PaceError::Object(0x8A) });
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

pub(crate) fn with_pace(offers: &[(PaceMapping, u8, SessionCipher)]) -> DocumentProfile {
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
pub(crate) fn infos(change: impl Fn(&mut Node)) -> Draft {
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
