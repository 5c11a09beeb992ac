//! The table of quirks, which may come from a file.

use emrtd::apdu::StatusWord;
use emrtd::quirks::QuirkTable;

use crate::oracle::sound;

/// The input as a table; its rows for a state do what they say.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(table) = sound(bytes, QuirkTable::parse(text)) else { return };
    assert!(table.for_state(None).used().is_empty());
    for state in [Some("UTO"), Some("D"), None] {
        let mut quirks = table.for_state(state);
        assert!(quirks.card_access_is_absent(StatusWord::NOT_FOUND) && quirks.used().is_empty());
        let took_effect = [
            quirks.card_access_is_absent(StatusWord::SECURITY_STATUS),
            quirks.extended_length_refused(),
            quirks.read_past_end_refused(),
            quirks.largest_chunk().is_some(),
            quirks.bac_after_failed_pace(),
        ];
        let any = took_effect.contains(&true);
        assert_eq!(any, !quirks.used().is_empty(), "a quirk took effect and is not named, or the reverse");
        assert!(!any || state.is_some(), "a quirk took effect for no state");
    }
}

/// Tables with every column, and with faults.
pub fn seeds() -> Vec<Vec<u8>> {
    let row = "[[quirk]]\nid = \"a\"\nstates = [\"UTO\", \"D\"]\nreason = \"seen\"\n";
    let columns = [
        "",
        "card_access_absent = [\"6982\", \"6D00\"]\n",
        "extended_length = false\n",
        "read_past_end = false\nlargest_chunk = 128\n",
        "bac_after_failed_pace = true\n",
        "unknown = 1\n",
        "largest_chunk = -1\n",
        "card_access_absent = [\"698\"]\n",
    ];
    let mut seeds: Vec<Vec<u8>> =
        columns.iter().map(|column| format!("{row}{column}").into_bytes()).collect();
    seeds.push(format!("{row}{row}").into_bytes());
    seeds.push(b"quirk = [{id=\"b\",states=[],reason=\"\"}]".to_vec());
    seeds
}
