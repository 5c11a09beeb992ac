//! Every target on inputs as long as the longest file (65,535 bytes), made to be as hard as their length allows: what
//! costs more than in proportion shows here as a test that does not end, and recursion without a limit as a crash.

use emrtd::tlv;
use kendt_fuzz::targets::ALL;

const LENGTH: usize = 65_535;

fn repeated(pattern: &[u8]) -> Vec<u8> {
    pattern.iter().copied().cycle().take(LENGTH).collect()
}

/// Data objects inside each other, as many as fit.
fn nested() -> Vec<u8> {
    let mut inside = Vec::new();
    while inside.len() + 5 <= LENGTH {
        inside = tlv::write(0x30, &inside);
    }
    inside
}

fn inputs() -> Vec<Vec<u8>> {
    let patterns: [&[u8]; 14] = [
        &[0x00],
        &[0xFF],
        &[0x30, 0x00],
        &[0x30, 0x80],
        &[0x02, 0x01, 0x01],
        &[0x5F, 0x43, 0x03, 0xFF, 0xD8, 0xFF],
        &[0x30, 0x03, 0x06, 0x01, 0x2A],
        b"<",
        b"A<<",
        "Щ ь".as_bytes(),
        b"[",
        b"{\"a\":",
        b"[[quirk]]\n",
        b"\x00\x05\x00\xB0\x81\x00\x00",
    ];
    let mut inputs: Vec<Vec<u8>> = patterns.iter().map(|pattern| repeated(pattern)).collect();
    inputs.push(nested());
    for tag in [0x30, 0x31, 0x60, 0x61, 0x67, 0x6B, 0x6C, 0x6E, 0x6F, 0x70, 0x75, 0x77] {
        for pattern in &patterns[2..7] {
            let mut inside = repeated(pattern);
            inside.truncate(LENGTH / pattern.len() * pattern.len() - 12);
            inputs.push(tlv::write(tag, &inside));
        }
        inputs.push(tlv::write(tag, &nested()));
    }
    inputs
}

#[test]
fn no_target_takes_long_or_recurses_over_the_longest_files() {
    let inputs = inputs();
    for target in ALL {
        for (number, input) in inputs.iter().enumerate() {
            println!("{}: input {number}", target.name);
            (target.run)(input);
        }
    }
}
