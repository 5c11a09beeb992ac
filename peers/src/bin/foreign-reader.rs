//! A foreign reader as a program of its own, so that each can be told by its environment which PC/SC service to use.
//!
//! Prints one line for each thing read: its name and its bytes in hexadecimal.

use anyhow::{Context, Result, bail};
use kendt_peers::dmrtd_reader::{self, Access, MrzFields};
use kendt_peers::emrtd_reader;

/// The longest response APDU: 65,536 bytes of data and a status word.
const LONGEST_RESPONSE: usize = 65_538;

const USAGE: &str = "foreign-reader emrtd NUMBER BIRTH EXPIRY (YYMMDD), or \
    foreign-reader dmrtd bac|pace-mrz NUMBER BIRTH EXPIRY (YYYY-MM-DD) [CHALLENGE], or \
    foreign-reader dmrtd pace-can CAN [CHALLENGE]";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let fields = |number: &str, birth: &str, expiry: &str| MrzFields {
        number: number.to_owned(),
        birth: birth.to_owned(),
        expiry: expiry.to_owned(),
    };
    match *arguments.as_slice() {
        ["emrtd", number, birth, expiry] => {
            let (com, dg1) = emrtd_reader::read(card()?, number, birth, expiry)?;
            println!("com {}\ndg1 {}", hex::encode(com), hex::encode(dg1));
            Ok(())
        }
        ["dmrtd", "bac", number, birth, expiry, ref rest @ ..] => {
            dmrtd(&Access::Bac(fields(number, birth, expiry)), rest)
        }
        ["dmrtd", "pace-mrz", number, birth, expiry, ref rest @ ..] => {
            dmrtd(&Access::PaceMrz(fields(number, birth, expiry)), rest)
        }
        ["dmrtd", "pace-can", can, ref rest @ ..] => dmrtd(&Access::PaceCan(can.to_owned()), rest),
        _ => bail!("usage: {USAGE}"),
    }
}

fn dmrtd(access: &Access, rest: &[&str]) -> Result<()> {
    let challenge = match *rest {
        [] => None,
        [text] => Some(<[u8; 8]>::try_from(hex::decode(text)?).ok().context("the challenge is not 8 bytes")?),
        _ => bail!("usage: {USAGE}"),
    };
    let card = card()?;
    let mut buffer = vec![0; LONGEST_RESPONSE];
    let transmit = |command: &[u8]| Ok(card.transmit(command, &mut buffer)?.to_vec());
    let reading = dmrtd_reader::read(transmit, access, challenge.as_ref())?;
    for (name, bytes) in
        [("com", &reading.com), ("dg1", &reading.dg1), ("dg2", &reading.dg2), ("sod", &reading.sod)]
    {
        println!("{name} {}", hex::encode(bytes));
    }
    if let Some(outcome) = reading.active_authentication {
        println!("active-authentication {}", outcome.err().unwrap_or_else(|| "confirmed".to_owned()));
    }
    Ok(())
}

/// The card in the first reader.
fn card() -> Result<pcsc::Card> {
    let context = pcsc::Context::establish(pcsc::Scope::User).context("no PC/SC service")?;
    let readers = context.list_readers_owned()?;
    let reader = readers.first().context("no card reader")?;
    context.connect(reader, pcsc::ShareMode::Exclusive, pcsc::Protocols::ANY).context("no card in the reader")
}
