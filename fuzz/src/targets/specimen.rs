//! The JSON form of specimen documents, which `kendt passport serve` loads from a file.

use emrtd_sim::chip::{Chip, ChipConfig};
use emrtd_sim::document::SpecimenDocument;

use crate::oracle::{explained, sound};
use crate::specimens;

/// A form that is read is written as itself, and a chip can be made of it or the error says why not.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(document) = sound(bytes, SpecimenDocument::from_json(text)) else { return };
    let written = document.to_json().expect("what was read can be written");
    let again = SpecimenDocument::from_json(&written).expect("what was written can be read");
    assert!(again == document, "the form changed in writing");
    let config = match ChipConfig::try_from(&document) {
        Ok(config) => config,
        Err(error) => return explained(bytes, &error),
    };
    match Chip::new(config, Box::new(specimens::rng(7))) {
        Ok(mut chip) => {
            let answer = chip.transmit(&[0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0, 0, 0x02, 0x47, 0x10, 0x01]);
            assert_eq!(answer.len(), 2);
        }
        Err(error) => explained(bytes, &error),
    }
}

/// Small documents of several kinds.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![b"{\"notice\":\"\",\"version\":1,\"document\":{}}".to_vec()];
    for document in specimens::all() {
        let mut document = (*document).clone();
        // What files hold is no matter of the form.
        document.portrait.0.truncate(4);
        document.csca_certificate.0.truncate(4);
        document.document_signer_certificate.0.truncate(4);
        for content in document.files.values_mut() {
            content.0.truncate(12);
        }
        seeds.extend(document.to_json().ok().map(String::into_bytes));
    }
    seeds
}
