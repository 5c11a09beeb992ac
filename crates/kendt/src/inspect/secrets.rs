//! The printed secrets that open a chip, from whichever way they were given.
//!
//! Whoever sees the document knows them; still they are kept no longer than needed and never printed.

use std::io::{IsTerminal, Read};
use std::path::Path;

use emrtd::access::Password;
use emrtd_sim::document::SpecimenDocument;
use mrz::{AccessFields, DamagedError, Mrz, MrzError, StateCode};
use zeroize::Zeroizing;

use super::Options;
use crate::failure::Failure;

/// No machine readable zone is longer, and no file is read beyond it.
const LONGEST_INPUT: u64 = mrz::MAX_INPUT_BYTES as u64 + 1;

/// What opens the chip, in the order of the tries.
#[derive(Default)]
pub(crate) struct Secrets {
    pub(crate) passwords: Vec<Password>,
    /// The issuing state, if the whole zone is known: some chips have their peculiarities.
    pub(crate) state: Option<StateCode>,
    /// The whole zone, if it was given and is right: what DG1 is compared with.
    pub(crate) zone: Option<Mrz>,
    /// What whoever gave them should know.
    pub(crate) notes: Vec<String>,
}

impl Secrets {
    pub(crate) fn is_empty(&self) -> bool {
        self.passwords.is_empty()
    }

    /// The secrets on the command line.
    pub(crate) fn from_options(options: &Options) -> Result<Secrets, Failure> {
        let mut secrets = Secrets::default();
        if !options.mrz.is_empty() {
            secrets.add_zone(&Zeroizing::new(options.mrz.join("\n")))?;
        }
        if let Some(path) = &options.mrz_from {
            secrets.add_text(&read_text(path)?)?;
        }
        if let (Some(number), Some(birth), Some(expiry)) = (&options.number, &options.birth, &options.expiry)
        {
            let fields = AccessFields::new(number, &short_date(birth), &short_date(expiry))
                .map_err(Failure::Fields)?;
            secrets.passwords.push(Password::from_mrz(&fields));
        }
        if let Some(can) = &options.can {
            secrets.add_can(can)?;
        }
        Ok(secrets)
    }

    /// The secrets that a specimen document has printed on it.
    pub(crate) fn of_specimen(document: &SpecimenDocument) -> Result<Secrets, Failure> {
        let mut secrets = Secrets::default();
        secrets.add_zone(&document.mrz.join("\n"))?;
        if let Some(can) = &document.access.can {
            secrets.add_can(can)?;
        }
        Ok(secrets)
    }

    /// A zone, or a card access number if there are only digits.
    fn add_text(&mut self, text: &str) -> Result<(), Failure> {
        let trimmed = text.trim();
        if !trimmed.is_empty() && trimmed.len() <= 10 && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.add_can(trimmed);
        }
        self.add_zone(text)
    }

    fn add_can(&mut self, can: &str) -> Result<(), Failure> {
        self.passwords.push(Password::from_can(can).map_err(Failure::Can)?);
        Ok(())
    }

    /// A zone. A character that its field cannot hold is taken for the one that it looks like, where only one way is right
    /// . A wrong check digit is refused: typing confuses other characters than reading does. Faults outside of what
    /// opens the chip are told and do not keep it closed.
    fn add_zone(&mut self, text: &str) -> Result<(), Failure> {
        let zone = Mrz::parse(text).or_else(|fault| match fault {
            MrzError::CheckDigit { .. } => Err(fault),
            fault => mrz::repair(text).map_err(|_| fault),
        });
        let fields = match zone {
            Ok(zone) => {
                let class = zone.document_class();
                if !class.is_passport_or_identity_card() {
                    return Err(Failure::NotRead(class));
                }
                for change in zone.changes() {
                    self.notes.push(format!(
                        "{}: the character was taken for the one that it looks like",
                        change.position()
                    ));
                }
                self.state = Some(zone.issuing_state());
                let fields = zone.access_fields();
                self.zone = Some(zone);
                fields
            }
            Err(fault) => self.fields_of_damaged(text, fault)?,
        };
        self.passwords.push(Password::from_mrz(&fields));
        Ok(())
    }

    fn fields_of_damaged(&mut self, text: &str, fault: MrzError) -> Result<AccessFields, Failure> {
        let fields = AccessFields::from_damaged_lines(text).map_err(|error| match error {
            DamagedError::Class(class) => Failure::NotRead(class),
            DamagedError::Ambiguous => Failure::MrzAmbiguous,
            DamagedError::NoLine { lengths } => match fault.clone() {
                fault @ MrzError::LineLengths { .. } => Failure::Mrz(fault),
                _ => Failure::MrzLines(lengths),
            },
            // The fault of the whole zone is told: its place is certain, as its layout is.
            _ => Failure::Mrz(fault.clone()),
        })?;
        self.notes.push(format!(
            "{}. What opens the chip (number and dates) is right, so it is tried.",
            Failure::Mrz(fault)
        ));
        Ok(fields)
    }
}

/// The file, or the standard input for `-`.
fn read_text(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = if path == Path::new("-") {
        if std::io::stdin().is_terminal() {
            eprintln!("Type the lines of the MRZ (or the CAN), then Ctrl-D on a line of its own.");
        }
        std::io::stdin().take(LONGEST_INPUT).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST_INPUT).read_to_string(&mut text))
    };
    read.map_err(Failure::unreadable(path))?;
    Ok(text)
}

/// `YYMMDD` of `YYYY-MM-DD`; anything else as it is, for the check that follows.
fn short_date(text: &str) -> Zeroizing<String> {
    let text = text.trim();
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, count: usize| {
        part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'<')
    };
    Zeroizing::new(match parts.as_slice() {
        [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2) => {
            format!("{}{month}{day}", year.get(2..).unwrap_or_default())
        }
        _ => text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE1: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
    const LINE2: &str = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    fn of(options: &Options) -> Result<Secrets, Failure> {
        Secrets::from_options(options)
    }

    fn zone(lines: &[&str]) -> Options {
        Options { mrz: lines.iter().map(|line| (*line).to_owned()).collect(), ..Options::default() }
    }

    fn fields(number: &str, birth: &str, expiry: &str) -> Options {
        Options {
            number: Some(number.to_owned()),
            birth: Some(birth.to_owned()),
            expiry: Some(expiry.to_owned()),
            ..Options::default()
        }
    }

    fn secret(secrets: &Secrets) -> Vec<u8> {
        secrets.passwords[0].secret().to_vec()
    }

    #[test]
    fn the_zone_and_its_fields_give_the_same_secret_in_every_form() {
        let whole = of(&zone(&[LINE1, LINE2])).unwrap();
        assert_eq!(whole.state, StateCode::new("UTO"));
        let unbroken = of(&zone(&[&format!("{LINE1}{LINE2}")])).unwrap();
        let numbers = of(&fields("L898902C3", "740812", "120415")).unwrap();
        let long_dates = of(&fields("l898902c3", "1974-08-12", "2012-04-15")).unwrap();
        for other in [&unbroken, &numbers, &long_dates] {
            assert_eq!(secret(&whole), secret(other));
        }
    }

    #[test]
    fn a_look_alike_is_put_right_and_told_by_its_place() {
        let secrets = of(&zone(&[LINE1, &LINE2.replacen("74081", "74O81", 1)])).unwrap();
        assert_eq!(secret(&secrets), secret(&of(&zone(&[LINE1, LINE2])).unwrap()));
        assert_eq!(secrets.notes.len(), 1);
        assert!(secrets.notes[0].contains("line 2, position 16"), "{:?}", secrets.notes);
    }

    #[test]
    fn a_fault_outside_of_what_opens_the_chip_does_not_keep_it_closed() {
        let secrets = of(&zone(&[LINE1, &LINE2.replacen("ZE184226B", "ZE184227B", 1)])).unwrap();
        assert_eq!(secret(&secrets), secret(&of(&zone(&[LINE1, LINE2])).unwrap()));
        assert!(secrets.notes[0].contains("What opens the chip"), "{:?}", secrets.notes);
    }

    #[test]
    fn a_fault_in_what_opens_the_chip_is_refused_with_its_place() {
        let failure = of(&zone(&[LINE1, &LINE2.replacen("L898902C3", "L898702C3", 1)])).err().unwrap();
        assert!(matches!(&failure, Failure::Mrz(fault) if fault.position().is_some()), "{failure}");
        assert_eq!(failure.exit_code(), 3);
    }

    #[test]
    fn a_visa_is_refused() {
        let line = |text: &str| format!("{text:<<44}");
        let visa = mrz::MrzBuilder::new(mrz::Format::MrvA)
            .document_code("V")
            .issuing_state("UTO")
            .nationality("UTO")
            .names("ERIKSSON", "ANNA")
            .document_number("L8988901C")
            .birth_date("740812")
            .sex(mrz::Sex::Female)
            .expiry_date("960415")
            .build()
            .unwrap();
        assert_eq!(visa.lines()[0], line("V<UTOERIKSSON<<ANNA"));
        let failure = of(&zone(&[&visa.lines()[0], &visa.lines()[1]])).err().unwrap();
        assert_eq!(failure.to_string(), "a visa of this kind is not read");
    }

    #[test]
    fn dates_that_are_none_are_refused_without_repeating_them() {
        for wrong in ["741312", "1974-13-12", "74-08-12", "yesterday"] {
            let failure = of(&fields("L898902C3", wrong, "120415")).err().unwrap();
            assert!(failure.to_string().contains("date of birth"), "{failure}");
            assert!(!failure.to_string().contains(wrong), "{failure}");
        }
    }

    #[test]
    fn a_file_of_digits_is_a_card_access_number() {
        let mut secrets = Secrets::default();
        secrets.add_text("123456\n").unwrap();
        assert_eq!(secrets.passwords[0].kind(), emrtd::access::PasswordKind::Can);
        assert!(matches!(secrets.add_text("1234"), Err(Failure::Can(_))));
    }
}
