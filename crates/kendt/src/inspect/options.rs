//! What `kendt inspect` can be told.

use std::path::PathBuf;

use clap::Args;
use emrtd::lds::File;
use emrtd_sim::chip::Hostile;

use super::trace::TraceOptions;
use super::trust::TrustOptions;

#[derive(Args, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is given or not")]
pub(crate) struct Options {
    /// Name of the card reader, or a part of it that no other has
    #[arg(long, value_name = "NAME", help_heading = "Reader")]
    pub(crate) reader: Option<String>,

    /// List the card readers and end
    #[arg(long, help_heading = "Reader")]
    pub(crate) list_readers: bool,

    /// Seconds to wait for the document, at the start and each time it is lost
    #[arg(long, value_name = "SECONDS", default_value_t = 30, help_heading = "Reader")]
    pub(crate) wait: u64,

    /// The machine readable zone as printed: its lines in quotes, or all of it in one
    #[arg(
        long,
        value_name = "LINE",
        num_args = 1..=3,
        conflicts_with_all = ["mrz_from", "number"],
        help_heading = "What opens the chip"
    )]
    pub(crate) mrz: Vec<String>,

    /// Read the MRZ (or a CAN) from a file, or with - from the standard input
    ///
    /// So it does not stand in the history of the shell, nor in the list of processes.
    #[arg(long, value_name = "FILE", conflicts_with = "number", help_heading = "What opens the chip")]
    pub(crate) mrz_from: Option<PathBuf>,

    /// Document number, with --birth and --expiry
    #[arg(long, value_name = "NUMBER", requires_all = ["birth", "expiry"], help_heading = "What opens the chip")]
    pub(crate) number: Option<String>,

    /// Date of birth: YYMMDD or YYYY-MM-DD
    #[arg(long, value_name = "DATE", requires = "number", help_heading = "What opens the chip")]
    pub(crate) birth: Option<String>,

    /// Date of expiry: YYMMDD or YYYY-MM-DD
    #[arg(long, value_name = "DATE", requires = "number", help_heading = "What opens the chip")]
    pub(crate) expiry: Option<String>,

    /// Card access number; with an MRZ given too, it is tried second
    #[arg(long, value_name = "DIGITS", help_heading = "What opens the chip")]
    pub(crate) can: Option<String>,

    /// More data groups to read: DG7, DG11, DG12, DG16
    #[arg(long, value_name = "DG", value_delimiter = ',', value_parser = data_group, help_heading = "Reading")]
    pub(crate) more: Vec<File>,

    /// Send one command at a time instead of batches
    #[arg(long, help_heading = "Reading")]
    pub(crate) single: bool,

    /// Bytes of the longest answer that the reader can carry, if it can carry extended length
    #[arg(
        long,
        value_name = "BYTES",
        value_parser = clap::value_parser!(u32).range(257..=65_536),
        help_heading = "Reading"
    )]
    pub(crate) extended: Option<u32>,

    /// Never run Active Authentication
    #[arg(long, help_heading = "Reading")]
    pub(crate) no_active_authentication: bool,

    /// Print the report as JSON
    #[arg(long, help_heading = "Result")]
    pub(crate) json: bool,

    /// Write the evidence record into this file: what was found, without what the document says
    #[arg(long, value_name = "FILE", help_heading = "Result")]
    pub(crate) evidence: Option<PathBuf>,

    /// Save the files as read, and the portrait, into this folder; they are personal data
    #[arg(long, value_name = "DIR", help_heading = "Result")]
    pub(crate) save: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) trust: TrustOptions,

    #[command(flatten)]
    pub(crate) trace: TraceOptions,

    /// Read the simulated chip of a specimen document; without a secret, the one in the file is used
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["reader", "list_readers"],
        help_heading = "Simulated chip"
    )]
    pub(crate) file: Option<PathBuf>,

    /// Make the simulated chip hostile; an unknown name lists all
    #[arg(
        long,
        value_name = "NAME",
        requires = "file",
        value_parser = hostile,
        help_heading = "Simulated chip"
    )]
    pub(crate) hostile: Option<Hostile>,

    /// Round trip time to the simulated chip, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0, requires = "file", help_heading = "Simulated chip")]
    pub(crate) rtt: u64,

    /// Lose the simulated document at this command, counted from 0; may be given several times
    #[arg(long, value_name = "N", requires = "file", help_heading = "Simulated chip")]
    pub(crate) lose_tag_at: Vec<u64>,
}

/// `DG11`, `dg11` or `11`.
fn data_group(text: &str) -> Result<File, String> {
    let lower = text.trim().to_ascii_lowercase();
    let number = lower.strip_prefix("ef.").unwrap_or(&lower);
    let number = number.strip_prefix("dg").unwrap_or(number);
    let file = number.parse().ok().and_then(File::from_data_group);
    let file = file.ok_or_else(|| "a data group is called DG1 to DG16".to_owned())?;
    if file.is_ever_read() {
        Ok(file)
    } else {
        Err("this data group is never read: no decision needs it, or it is closed to everyone but its issuer"
            .to_owned())
    }
}

/// The name of a hostile chip on the command line.
fn option_name(hostile: Hostile) -> String {
    hostile.name().to_lowercase().replace(' ', "-")
}

fn hostile(text: &str) -> Result<Hostile, String> {
    Hostile::ALL.into_iter().find(|hostile| option_name(*hostile) == text).ok_or_else(|| {
        let names: Vec<String> = Hostile::ALL.into_iter().map(option_name).collect();
        format!("the hostile chips are called\n  {}", names.join("\n  "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    struct Whole {
        #[command(flatten)]
        options: Options,
    }

    fn parse(arguments: &[&str]) -> Result<Options, clap::Error> {
        Whole::try_parse_from([&["inspect"], arguments].concat()).map(|whole| whole.options)
    }

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Whole::command().debug_assert();
    }

    #[test]
    fn data_groups_are_given_in_any_spelling_and_several_at_once() {
        let options = parse(&["--more", "DG11,dg12", "--more", "EF.DG7"]).unwrap();
        assert_eq!(options.more, [File::Dg11, File::Dg12, File::Dg7]);
    }

    #[test]
    fn fingerprints_and_unknown_data_groups_are_refused() {
        for wrong in ["DG3", "DG17", "COM", ""] {
            assert!(parse(&["--more", wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_number_needs_its_dates() {
        assert!(parse(&["--number", "L898902C3"]).is_err());
        assert!(parse(&["--birth", "740812"]).is_err());
        assert!(parse(&["--number", "L898902C3", "--birth", "740812", "--expiry", "120415"]).is_ok());
    }

    #[test]
    fn secrets_of_the_same_kind_exclude_each_other_and_a_can_goes_with_any() {
        assert!(parse(&["--mrz", "a", "b", "--mrz-from", "file"]).is_err());
        let numbers = ["--mrz-from", "-", "--number", "1", "--birth", "740812", "--expiry", "120415"];
        assert!(parse(&numbers).is_err());
        assert!(parse(&["--mrz", "a", "b", "--can", "123456"]).is_ok());
    }

    #[test]
    fn demonstrations_need_a_simulated_chip() {
        for wrong in [&["--hostile", "wrong-mac"][..], &["--lose-tag-at", "3"], &["--rtt", "100"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        let options = parse(&["--file", "x.json", "--hostile", "wrong-mac", "--rtt", "150"]).unwrap();
        assert_eq!(options.hostile, Some(Hostile::WrongMac { answer: 3 }));
        assert_eq!(options.rtt, 150);
    }

    #[test]
    fn every_hostile_chip_has_a_name_of_its_own() {
        for hostile in Hostile::ALL {
            let name = option_name(hostile);
            assert_eq!(parse(&["--file", "x", "--hostile", &name]).unwrap().hostile, Some(hostile), "{name}");
        }
    }

    #[test]
    fn extended_length_begins_above_short_length() {
        assert!(parse(&["--extended", "256"]).is_err());
        assert_eq!(parse(&["--extended", "2048"]).unwrap().extended, Some(2048));
    }
}
