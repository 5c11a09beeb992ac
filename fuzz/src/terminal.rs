//! A terminal that opens a simulated chip step by step, for targets that go on with commands of their own.

use emrtd::access::bac::{self, Bac};
use emrtd::access::pace::{Mapping, PaceParameters};
use emrtd::access::{Password, PasswordKind};
use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::secure_messaging::SecureMessaging;
use emrtd::security_infos::{card_access, choose_pace};
use emrtd_sim::chip::{Chip, ChipConfig, EMRTD_APPLICATION};
use emrtd_sim::document::SpecimenDocument;

use crate::specimens;

/// A chip with this document's files and keys.
///
/// # Panics
/// If no chip can be made of a document that the simulator issued.
pub fn chip(document: &SpecimenDocument) -> Chip {
    let config = ChipConfig::try_from(document).expect("built-in profiles name known quirks");
    Chip::new(config, Box::new(specimens::rng(4))).expect("what was issued makes a chip")
}

fn send(chip: &mut Chip, command: &Command) -> Response {
    let apdu = command.encode().expect("commands of access control are short");
    Response::parse(&chip.transmit(&apdu)).expect("a chip that is there answers")
}

/// Opens the chip with what is printed on the document and selects the application; `None` if the chip is an open one.
///
/// # Panics
/// If the chip does not open to its own document: the simulator is then broken.
pub fn open(chip: &mut Chip, document: &SpecimenDocument) -> Option<SecureMessaging> {
    let password = Password::from_mrz_information(&document.access.mrz_information);
    let select = Command::new(0, 0xA4, 0x04, 0x0C).with_data(EMRTD_APPLICATION);
    if let Some(infos) = specimens::file(document, "EF.CardAccess") {
        let infos = card_access(infos).expect("an issued EF.CardAccess can be read");
        let choice = choose_pace(infos.as_unverified()).expect("a built-in profile offers what is supported");
        let parameters = PaceParameters {
            protocol: choice.info.protocol,
            group: choice.group,
            password: PasswordKind::Mrz,
            name_group: true,
        };
        let mut secure = pace(chip, &password, parameters);
        let (protected, awaiting) = secure.protect(&select).expect("it is short");
        let answer = awaiting.open(&chip.transmit(&protected)).expect("the chip has the same keys");
        assert!(answer.sw.is_ok(), "the application is not selected: {}", answer.sw);
        return Some(secure);
    }
    assert!(send(chip, &select).sw.is_ok());
    if document.profile.access.is_open() {
        return None;
    }
    let challenge = send(chip, &bac::get_challenge()).data;
    let (command, bac) = Bac::begin(&password, &challenge, &mut specimens::rng(8)).expect("eight bytes");
    let answer = send(chip, &command);
    assert_eq!(answer.sw, StatusWord::OK);
    Some(bac.finish(&answer.data).expect("the chip knows its own document"))
}

fn pace(chip: &mut Chip, password: &Password, parameters: PaceParameters) -> SecureMessaging {
    let mut rng = specimens::rng(8);
    assert!(send(chip, &parameters.set_authentication_template()).sw.is_ok());
    let nonce = send(chip, &PaceParameters::get_nonce()).data;
    let (command, mapping) = Mapping::begin(parameters, &mut rng).expect("protocol and group fit");
    let answer = send(chip, &command).data;
    let (command, agreement) =
        mapping.finish(password, &nonce, &answer, &mut rng).expect("the chip is honest");
    let answer = send(chip, &command).data;
    let (command, confirmation, secure) = agreement.finish(&answer).expect("the chip is honest");
    confirmation.finish(&send(chip, &command).data).expect("the chip knows its own document");
    secure
}
