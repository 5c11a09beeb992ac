//! SecurityInfos in EF.CardAccess, EF.CardSecurity and DG14, and what is chosen from them.

use emrtd::chip_authentication::ChipAuthenticationChoice;
use emrtd::lds::dg14;
use emrtd::security_infos::{
    PaceChoiceError, SecurityInfo, SecurityInfos, card_access, card_security, choose_pace, key_reference,
};
use emrtd::tlv;
use groups::Group;

use crate::oracle::sound;
use crate::samples;

/// The input as a bare set, as each of the files, and as content of a DG14 and an EF.CardSecurity.
pub fn run(bytes: &[u8]) {
    if let Some(infos) = sound(bytes, SecurityInfos::parse(bytes)) {
        check(bytes, &infos);
        let same = card_access(bytes).expect("EF.CardAccess is a bare set");
        assert_eq!(*same.as_unverified(), infos);
        let dg14 = dg14::parse(&dg14::encode(&infos)).expect("a set can stand in DG14");
        assert_eq!(*dg14.as_unverified(), infos);
    }
    for file in [card_access(bytes), card_security(bytes), dg14::parse(bytes)] {
        if let Some(infos) = sound(bytes, file) {
            check(bytes, infos.as_unverified());
        }
    }
}

fn check(bytes: &[u8], infos: &SecurityInfos) {
    assert!(infos.entries().len() <= 64 && infos.chip_authentication_keys().count() <= 8);
    assert_eq!(infos.missing_in(infos).count(), 0, "a set lacks something of itself");
    assert_eq!(SecurityInfos::parse(&infos.encode()).as_ref(), Ok(infos));
    // In the order of DER it is the same set, and the choices do not depend on the order.
    let ordered = SecurityInfos::parse(&infos.encode_der()).expect("the same entries");
    assert_eq!(infos.missing_in(&ordered).count() + ordered.missing_in(infos).count(), 0);
    check_own_encoding(infos);
    let pace = choose_pace(infos);
    if let (Ok(choice), Ok(other)) = (&pace, choose_pace(&ordered)) {
        assert_eq!(*choice, other, "the choice depends on the order of the offers");
    }
    if pace == Err(PaceChoiceError::NotOffered) {
        assert_eq!(infos.pace().count(), 0, "an offer of PACE was overlooked, and BAC would be used");
    }
    if let Some(choice) = sound(bytes, pace) {
        assert!(infos.pace().any(|info| *info == choice.info), "something was chosen that is not offered");
        assert_eq!(choice.info.protocol.agreement(), choice.group.kind());
        let id = choice.info.parameter_id.and_then(|id| u8::try_from(id).ok());
        assert_eq!(id.and_then(Group::from_parameter_id), Some(choice.group));
    }
    if let Some(Some(choice)) = sound(bytes, ChipAuthenticationChoice::from_security_infos(infos)) {
        let mut keys = infos.chip_authentication_keys();
        assert!(keys.any(|key| key.key() == Some(&choice.key) && key.key_id == choice.key_id));
        assert_eq!(choice.inferred, infos.chip_authentication().count() == 0);
        assert_eq!(choice.agreement, choice.key.group().kind());
        let again = ChipAuthenticationChoice::from_security_infos(&ordered).expect("the same entries");
        let same = again.is_some_and(|again| (again.cipher, again.key_id) == (choice.cipher, choice.key_id));
        assert!(same, "the choice depends on the order of the keys");
        let reference = choice.key_id.map(key_reference).unwrap_or_default();
        assert!(reference.len() <= 8);
    }
}

/// What this library writes of an entry that it understood, it reads as the same entry.
fn check_own_encoding(infos: &SecurityInfos) {
    for info in infos.iter() {
        // Of a key that cannot be used no bytes are kept, so nothing can be written of it.
        let is_kept = match info {
            SecurityInfo::Unknown { .. } | SecurityInfo::Unsupported { .. } => false,
            SecurityInfo::ChipAuthenticationPublicKey(key) => key.key().is_some(),
            SecurityInfo::PaceDomainParameter(info) => info.parameters.is_ok(),
            _ => true,
        };
        if is_kept {
            let own = SecurityInfos::new([info.clone()]);
            let again = SecurityInfos::parse(&own.encode()).expect("what was written can be read");
            assert!(again.iter().eq([info]), "{info:?} was written as {again:?}");
        }
    }
}

/// The samples, and sets of the specimens of the simulator.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = samples::named(&["securityinfos", "cardsecurity", "pa-sets"], &["_", "DG14"], 2_000);
    for document in crate::specimens::all() {
        for name in ["EF.CardAccess", "EF.CardSecurity", "EF.DG14"] {
            let file = document.files.iter().find(|(file, _)| file.name() == name);
            seeds.extend(file.map(|(_, content)| content.0.clone()));
        }
    }
    let inner: Vec<Vec<u8>> =
        seeds.iter().filter_map(|file| Some(tlv::single(file, 0x6E).ok()?.value.to_vec())).collect();
    seeds.extend(inner);
    seeds
}
