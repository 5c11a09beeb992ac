//! Published secure-messaging exchanges, both ways, and answers that must be refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use emrtd::apdu::{Command, Response, StatusWord};
use emrtd::cipher::{Cipher, Key};
use emrtd::secure_messaging::{SecureMessaging, SecureMessagingError, SessionKeys};
use hex_literal::hex;
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../testdata/vectors/secure-messaging-public.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn session(vector: &Value, counter: &[u8]) -> SecureMessaging {
    let enc = bytes(&vector["ks_enc"]);
    let cipher = match (vector["alg"].as_str().unwrap(), enc.len()) {
        ("3DES", 16) => Cipher::TripleDes,
        ("AES", 32) => Cipher::Aes256,
        other => panic!("no such cipher in the vectors: {other:?}"),
    };
    let key = |bytes: &[u8]| Key::from_bytes(cipher, bytes).unwrap();
    let keys = SessionKeys::new(key(&enc), key(&bytes(&vector["ks_mac"])));
    SecureMessaging::with_counter(keys, counter).unwrap()
}

#[test]
fn every_published_exchange_is_reproduced() {
    let vectors = vectors();
    let sessions = vectors["vectors"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    for vector in sessions {
        let mut session = session(vector, &bytes(&vector["ssc_before"]));
        for exchange in vector["exchanges"].as_array().unwrap() {
            let command = Command::parse(&bytes(&exchange["plain_command"])).unwrap();
            let (protected, awaiting) = session.protect(&command).unwrap();
            assert_eq!(protected, bytes(&exchange["protected_command"]));
            let response = awaiting.open(&bytes(&exchange["protected_response"])).unwrap();
            assert_eq!(response.encode(), bytes(&exchange["plain_response"]));
        }
    }
}

#[test]
fn every_answer_that_must_be_rejected_is_rejected() {
    let vectors = vectors();
    let cases = vectors["must_reject"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        // The counter given is the one of the answer; protecting a command moves it to there.
        let mut counter = bytes(&case["ssc_before"]);
        *counter.last_mut().unwrap() -= 1;
        let mut session = session(case, &counter);
        let (_, awaiting) = session.protect(&Command::new(0, 0xA4, 2, 0x0C).with_data([1, 0x1E])).unwrap();
        let opened = awaiting.open(&bytes(&case["protected_response"]));
        assert!(opened.is_err(), "{}", case["name"]);
    }
}

/// A session with keys of its own and a chip's side made by hand, for answers that no vector has.
struct Pair {
    enc: Key,
    mac: Key,
    session: SecureMessaging,
}

impl Pair {
    fn new() -> Pair {
        let enc = Key::from_bytes(Cipher::Aes128, &[1; 16]).unwrap();
        let mac = Key::from_bytes(Cipher::Aes128, &[2; 16]).unwrap();
        let session = SecureMessaging::new(SessionKeys::new(enc.clone(), mac.clone()));
        Pair { enc, mac, session }
    }

    /// The answer made of these objects with a right MAC over them, for the first command (counter 2).
    fn answer(&self, objects: &[u8], sw: [u8; 2]) -> Vec<u8> {
        let mut counter = [0; 16];
        counter[15] = 2;
        let mac = self.mac.mac(&[&counter, &emrtd::cipher::pad(objects, 16)]).unwrap();
        [objects, &[0x8E, 8], &mac, &sw].concat()
    }

    fn cryptogram(&self, padded: &[u8]) -> Vec<u8> {
        let mut counter = [0; 16];
        counter[15] = 2;
        let iv = self.enc.secure_messaging_iv(&counter).unwrap();
        self.enc.encrypt_cbc(&iv, padded).unwrap()
    }

    fn open(mut self, ins: u8, answer: &[u8]) -> Result<Response, SecureMessagingError> {
        let (_, awaiting) = self.session.protect(&Command::new(0, ins, 0, 0).expecting(16)).unwrap();
        awaiting.open(answer)
    }
}

const STATUS_OK: [u8; 4] = hex!("99029000");

#[test]
fn an_error_inside_secure_messaging_is_opened() {
    let pair = Pair::new();
    let answer = pair.answer(&hex!("99026A82"), hex!("6A82"));
    assert_eq!(pair.open(0xB0, &answer), Ok(Response::status(StatusWord::NOT_FOUND)));
}

#[test]
fn unprotected_data_and_bare_status_words_are_refused() {
    let bare = Pair::new().open(0xB0, &hex!("9000"));
    assert_eq!(bare, Err(SecureMessagingError::Unprotected(StatusWord::OK)));
    assert!(Pair::new().open(0xB0, &hex!("61145F01049000")).is_err());
}

#[test]
fn a_status_word_that_differs_from_the_protected_one_is_refused() {
    let pair = Pair::new();
    let answer = pair.answer(&STATUS_OK, hex!("6A82"));
    let expected = SecureMessagingError::Status { protected: StatusWord::OK, plain: StatusWord::NOT_FOUND };
    assert_eq!(pair.open(0xB0, &answer), Err(expected));
}

#[test]
fn objects_out_of_order_repeated_or_unknown_are_refused() {
    let pair = Pair::new();
    let cryptogram =
        [&hex!("871101")[..], &pair.cryptogram(&hex!("01020304800000000000000000000000"))].concat();
    let right = [&cryptogram[..], &STATUS_OK].concat();
    let answer = pair.answer(&right, hex!("9000"));
    assert_eq!(pair.open(0xB0, &answer), Ok(Response::ok(hex!("01020304"))));

    for objects in [
        [&STATUS_OK[..], &cryptogram].concat(),
        [&cryptogram[..], &STATUS_OK, &STATUS_OK].concat(),
        [&cryptogram[..], &cryptogram, &STATUS_OK].concat(),
        [&hex!("810100")[..], &STATUS_OK].concat(),
    ] {
        let pair = Pair::new();
        let answer = pair.answer(&objects, hex!("9000"));
        assert!(matches!(pair.open(0xB0, &answer), Err(SecureMessagingError::Object(_))));
    }
    let pair = Pair::new();
    let trailing = [&pair.answer(&STATUS_OK, [0, 0])[..14], &hex!("8100"), &hex!("9000")].concat();
    assert_eq!(pair.open(0xB0, &trailing), Err(SecureMessagingError::Object(0x81)));
}

#[test]
fn wrong_padding_is_refused_although_the_mac_is_right() {
    let pair = Pair::new();
    let cryptogram = [&hex!("871101")[..], &pair.cryptogram(&[0; 16]), &STATUS_OK].concat();
    let answer = pair.answer(&cryptogram, hex!("9000"));
    assert!(matches!(pair.open(0xB0, &answer), Err(SecureMessagingError::Cipher(_))));
    let pair = Pair::new();
    let indicator = [&hex!("871102")[..], &pair.cryptogram(&[0x80; 16]), &STATUS_OK].concat();
    let answer = pair.answer(&indicator, hex!("9000"));
    assert_eq!(pair.open(0xB0, &answer), Err(SecureMessagingError::PaddingIndicator(2)));
}

#[test]
fn the_odd_cryptogram_belongs_to_odd_instructions() {
    let padded = hex!("53028001800000000000000000000000");
    let pair = Pair::new();
    let objects = [&hex!("8510")[..], &pair.cryptogram(&padded), &STATUS_OK].concat();
    let answer = pair.answer(&objects, hex!("9000"));
    assert_eq!(pair.open(0xB1, &answer), Ok(Response::ok(hex!("53028001"))));
    let pair = Pair::new();
    assert_eq!(pair.open(0xB0, &answer), Err(SecureMessagingError::Object(0x99)));
}

#[test]
fn an_answer_counts_once_and_in_its_place() {
    let mut pair = Pair::new();
    let answer = pair.answer(&STATUS_OK, hex!("9000"));
    let read = Command::new(0, 0xB0, 0, 0).expecting(16);
    let (_, first) = pair.session.protect(&read).unwrap();
    let (_, second) = pair.session.protect(&read).unwrap();
    assert_eq!(second.open(&answer), Err(SecureMessagingError::Mac));
    assert!(first.open(&answer).is_ok());
}
