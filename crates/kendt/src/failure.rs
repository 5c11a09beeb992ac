//! Why a command ended without its result: what is wrong, what to do now, and the exit code.
//!
//! No message holds a secret or personal data: positions and lengths are told, what stands there is not.

use std::path::{Path, PathBuf};

use emrtd::access::CanError;
use emrtd::session::{Blame, Bound, ReadError};
use emrtd_sim::document::DocumentFormError;
use mrz::{AccessFieldsError, DocumentClass, MrzError};

use crate::reader::TransportError;

/// The table of exit codes, for `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
   0  done
   1  a file could not be written, or something else outside of this program
   2  the command was not understood
   3  the MRZ, number, date or CAN was missing or cannot be right
   4  the chip does not open with what was given
   5  the PC/SC service is not running
   6  there is no such card reader, or none at all
   7  no document was laid on the reader
   8  the document was taken away, or another one was laid down
   9  the chip does not keep to the standard, or someone is in between
  10  the chip keeps to something that is not supported
  11  the card reader failed or is in use
  12  the specimen, profile or MRZ file is missing or not well formed
  13  a trace was refused: the document is not of the test PKI
  14  a demonstration ended otherwise than expected
  15  the trust store is missing, in use, changed, or refused what was to be imported
  16  an evidence record is not well formed, or its checks come out otherwise now
  17  a model of faces is missing, or is not the one of its card
  18  a picture is missing or cannot be decoded, or a list of pictures is not well formed
  19  a picture does not show exactly one face that is large enough
  70  a defect of this program";

/// Why a command ended without its result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the machine readable zone is not right: {}", fault(.0))]
    Mrz(MrzError),
    #[error(
        "no line of the machine readable zone is long enough for number and dates (lines of {0:?} characters)"
    )]
    MrzLines(Vec<usize>),
    #[error("the lines of the machine readable zone can be read in more than one way")]
    MrzAmbiguous,
    #[error("{} of this kind is not read", class_name(*.0))]
    NotRead(DocumentClass),
    #[error("{0}")]
    Fields(AccessFieldsError),
    #[error("{0}")]
    Can(CanError),
    #[error("{0}")]
    Read(ReadError),
    #[error("the PC/SC service, through which card readers are reached, is not running")]
    NoService,
    #[error("no card reader is connected")]
    NoReader,
    #[error("no card reader is called {wanted:?}; there are: {}", quoted(.there))]
    NoSuchReader { wanted: String, there: Vec<String> },
    #[error("there are several card readers: {}", quoted(.0))]
    SeveralReaders(Vec<String>),
    #[error("no document was laid on the reader {reader:?} within {seconds} seconds")]
    NoDocument { reader: String, seconds: u64 },
    #[error("the document left the reader and did not come back")]
    Lost,
    #[error("another program is using the document on the reader")]
    ReaderInUse,
    #[error("the card reader failed: {0}")]
    Reader(pcsc::Error),
    #[error("{} cannot be read: {source}", .path.display())]
    FileUnreadable { path: PathBuf, source: std::io::Error },
    #[error("{} is no specimen document: {source}", .path.display())]
    NotASpecimen { path: PathBuf, source: DocumentFormError },
    #[error("{name:?} is no document that can be issued: {reason}")]
    Profile { name: String, reason: String },
    #[error("no trace was written: {0}")]
    #[cfg_attr(
        not(any(debug_assertions, feature = "trace")),
        expect(dead_code, reason = "a release build makes no traces, so it refuses none")
    )]
    TraceRefused(&'static str),
    #[error("{0}")]
    Trust(pki::StoreError),
    #[error("the trust store is of version {version}, and {expected} is expected")]
    OtherStore { version: String, expected: String },
    #[error("{} is no evidence record: {source}", .path.display())]
    NoEvidence { path: PathBuf, source: verdict::EvidenceError },
    #[error("{0} checks come out otherwise than they were recorded")]
    EvidenceDiffers(usize),
    #[error("the model {} cannot be read: {source}", .path.display())]
    ModelUnreadable { path: PathBuf, source: std::io::Error },
    #[error("{} is no card of a model: {source}", .path.display())]
    NoModelCard { path: PathBuf, source: face::models::CardError },
    #[error("there is no model {0:?}")]
    NoSuchModel(String),
    #[error("{0}")]
    Model(face::models::ModelError),
    #[error("{}: {fault}", .path.display())]
    Picture { path: PathBuf, fault: PictureFault },
    #[error("{}: {source}", .path.display())]
    NotOneFace { path: PathBuf, source: face::detect::NotOneFace },
    #[error("{}: there are no pictures that can be used", .0.display())]
    NoPictures(PathBuf),
    #[error("{}, line {line}: {problem}", .path.display())]
    Pairs { path: PathBuf, line: usize, problem: &'static str },
    #[error("the digits are not those of a challenge")]
    NoChallenge,
    #[error("{}: a film ends in .mjpeg or .y4m", .0.display())]
    NoFilm(PathBuf),
    #[error("{failed} of {all} demonstrations ended otherwise than expected")]
    Demonstration { failed: usize, all: usize },
}

/// Why a file gave no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureFault {
    #[error("the picture cannot be read: {0}")]
    File(std::io::Error),
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than any picture of a face needs to be")]
    TooLarge,
    #[error("it begins as a DG2 and is none: {0}")]
    Dg2(emrtd::lds::LdsError),
    #[error("{0}")]
    Decode(face::decode::DecodeError),
}

impl Failure {
    /// What became of reading the file of a model or of its card.
    pub(crate) fn model_unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> Failure + '_ {
        |source| Failure::ModelUnreadable { path: path.to_owned(), source }
    }

    /// What became of reading this file.
    pub(crate) fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> Failure + '_ {
        |source| Failure::FileUnreadable { path: path.to_owned(), source }
    }

    /// The exit code, as in [`EXIT_CODES`].
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Mrz(_)
            | Failure::MrzLines(_)
            | Failure::MrzAmbiguous
            | Failure::NotRead(_)
            | Failure::Fields(_)
            | Failure::Can(_) => 3,
            Failure::Read(error) => match error.blame() {
                Blame::Caller => 3,
                Blame::WrongKey => 4,
                Blame::TransportLost => 8,
                Blame::ChipMisbehaved => 9,
                Blame::ChipIncompatible => 10,
                Blame::ClientMisbehaved => 11,
                Blame::OurBug => 70,
            },
            Failure::NoService => 5,
            Failure::NoReader | Failure::NoSuchReader { .. } | Failure::SeveralReaders(_) => 6,
            Failure::NoDocument { .. } => 7,
            Failure::Lost => 8,
            Failure::ReaderInUse | Failure::Reader(_) => 11,
            Failure::FileUnreadable { .. } | Failure::NotASpecimen { .. } | Failure::Profile { .. } => 12,
            Failure::TraceRefused(_) => 13,
            Failure::Demonstration { .. } => 14,
            Failure::Trust(_) | Failure::OtherStore { .. } => 15,
            Failure::NoEvidence { .. } | Failure::EvidenceDiffers(_) => 16,
            Failure::ModelUnreadable { .. }
            | Failure::NoModelCard { .. }
            | Failure::NoSuchModel(_)
            | Failure::Model(_) => 17,
            Failure::Picture { .. } | Failure::NoPictures(_) | Failure::Pairs { .. } => 18,
            Failure::NoChallenge | Failure::NoFilm(_) => 2,
            Failure::NotOneFace { .. } => 19,
        }
    }

    /// What the person at the terminal can do now.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Failure::Mrz(_) | Failure::MrzLines(_) | Failure::MrzAmbiguous => {
                "Compare the lines with the document at that place and type them again. Or give only what opens the \
                 chip: --number, --birth and --expiry."
            }
            Failure::NotRead(_) => "Use a passport or an identity card with a chip.",
            Failure::Fields(AccessFieldsError::BirthDate(_) | AccessFieldsError::ExpiryDate(_)) => {
                "Give dates as YYMMDD or YYYY-MM-DD. Unknown parts of a date of birth are given as <<."
            }
            Failure::Fields(_) => "Type the document number as it stands in the document.",
            Failure::Can(_) => {
                "The CAN stands alone on the front of identity cards and on the data page of some passports."
            }
            Failure::Read(error) => read_advice(error),
            Failure::NoService => {
                "Start it (systemctl start pcscd.socket; on Debian it is the package pcscd), then try again. A \
                 specimen can be read without it: kendt inspect --file FILE."
            }
            Failure::NoReader => {
                "Connect a contactless card reader and look with kendt inspect --list-readers. A specimen can be read \
                 without one: kendt inspect --file FILE."
            }
            Failure::NoSuchReader { .. } => {
                "Give one of these names, or a part of it that no other has, with --reader."
            }
            Failure::SeveralReaders(_) => {
                "Choose one with --reader, or lay the document on one of them before you start."
            }
            Failure::NoDocument { .. } => {
                "Lay the document flat on the reader, without cover or other cards, and try again. --wait SECONDS \
                 gives more time."
            }
            Failure::Lost => {
                "Lay the document flat on the reader and leave it there until the end; then start again."
            }
            Failure::ReaderInUse => {
                "Close the other program, or take the document off and lay it down again."
            }
            Failure::Reader(_) => "Take the document off, reconnect the reader, and try again.",
            Failure::FileUnreadable { .. } | Failure::Picture { fault: PictureFault::File(_), .. } => {
                "Check the name of the file."
            }
            Failure::NotASpecimen { .. } => {
                "Give a .json file that kendt passport issue has made. Make one with kendt passport issue."
            }
            Failure::Profile { .. } => {
                "kendt passport issue --list shows the profiles there are; a file of your own ends in .toml."
            }
            Failure::TraceRefused(_) => {
                "Traces are made only of specimens of the state UTO, because they hold everything that the document \
                 holds. Leave --trace out for this document."
            }
            Failure::Trust(error) => store_advice(error),
            Failure::OtherStore { .. } => {
                "Look with kendt trust diff --all whether somebody imported something since. If not, an older copy or \
                 another store was put in its place: do not use it."
            }
            Failure::NoEvidence { .. } => "Give a file that kendt inspect --evidence has written.",
            Failure::EvidenceDiffers(_) => {
                "Compare the versions of trust store and policy with those that the record names. If they are the same, \
                 record or files were changed."
            }
            Failure::ModelUnreadable { .. } | Failure::Model(_) => {
                "Fetch the models with cargo xtask setup (with --optional-models for edgeface-s), or name their folder \
                 with --models or $KENDT_MODELS."
            }
            Failure::NoModelCard { .. } => "The cards in crates/face/models show what a card must tell.",
            Failure::NoSuchModel(_) => "Give sface, edgeface-s, or the .toml file of a card.",
            Failure::Picture { .. } => {
                "Give a JPEG, JPEG 2000, PNG or WebP picture, or a DG2 that kendt inspect --save has written."
            }
            Failure::NoPictures(_) => {
                "Give a folder with one folder for each person (eval), or with bona-fide and one folder for each species \
                 (eval-pad), each with pictures of faces."
            }
            Failure::NoChallenge => {
                "Leave --challenge out to have one drawn, or give all digits of one that was printed."
            }
            Failure::NoFilm(_) => "Give the film another name.",
            Failure::Pairs { .. } => "kendt face eval --help says how such a file is written.",
            Failure::NotOneFace { source, .. } => match source {
                face::detect::NotOneFace::None => {
                    "Give a picture of one person, upright, from the front, with the face in good light."
                }
                face::detect::NotOneFace::Several(_) => "Give a picture with one person only, or cut it out.",
                face::detect::NotOneFace::TooSmall => "Give a larger picture, or one from nearer by.",
            },
            Failure::Demonstration { .. } => {
                "Run it once more; if it stays so, this build is broken: report the table above."
            }
        }
    }
}

fn store_advice(error: &pki::StoreError) -> &'static str {
    use pki::StoreError;
    match error {
        StoreError::Missing(_) => "Make one: kendt trust import FILE. --store DIR names another folder.",
        StoreError::Exists(_) => "Give another folder with --store.",
        StoreError::Locked(_) => "Wait until the other process has ended.",
        StoreError::File { .. } => "Check that the folder is there and may be written.",
        StoreError::Form { .. }
        | StoreError::Changed(_)
        | StoreError::RolledBack { .. }
        | StoreError::Certificate { .. } => {
            "Do not trust this store any more. Put a copy in its place whose version you know, or make a new one."
        }
        StoreError::Older { .. } => "Get the newest list. An archive is imported with --older.",
        StoreError::RevocationListRefused(_) => {
            "Import the authority first, from a master list or with --accept; then the revocation list."
        }
        StoreError::RevocationList(_)
        | StoreError::MasterList(_)
        | StoreError::DefectList(_)
        | StoreError::Dropped(_)
        | StoreError::Ldif(_)
        | StoreError::Value(_)
        | StoreError::UnknownForm => "Check that this is the file that you mean, and that it is complete.",
    }
}

fn read_advice(error: &ReadError) -> &'static str {
    match error {
        ReadError::NoPassword => {
            "Give the MRZ (--mrz, or --mrz-from FILE to keep it out of the shell's history), or --number, --birth and \
             --expiry. Where a CAN is printed, --can opens most chips too."
        }
        ReadError::WrongKey { .. } => {
            "Compare number, date of birth and date of expiry (or the CAN) with the document and try again. Nothing is \
             blocked by a wrong try."
        }
        ReadError::OtherDocument => "Leave the same document on the reader until the end; then start again.",
        ReadError::Limit(Bound::Taps(_)) => {
            "Lay the document flat on the reader, without cover or other cards, and do not move it."
        }
        _ => match error.blame() {
            Blame::ChipMisbehaved => {
                "Take the document off, lay it down again and try once more. If it stays so, the chip is defective, a \
                 copy, or someone is in between: nothing that was read so far is to be trusted."
            }
            Blame::ChipIncompatible => {
                "Check that this is a passport or identity card with a chip of Doc 9303. Some cards need their CAN."
            }
            Blame::ClientMisbehaved => "Try another reader.",
            _ => "This should not happen. Please report it, with the command and without any personal data.",
        },
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Failure {
        Failure::Read(error)
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Failure {
        match error {
            TransportError::NoDocument => Failure::Lost,
            TransportError::Pcsc(error) => Failure::from(error),
        }
    }
}

impl From<pcsc::Error> for Failure {
    fn from(error: pcsc::Error) -> Failure {
        match error {
            pcsc::Error::NoService | pcsc::Error::ServiceStopped => Failure::NoService,
            pcsc::Error::NoReadersAvailable => Failure::NoReader,
            pcsc::Error::SharingViolation => Failure::ReaderInUse,
            other => Failure::Reader(other),
        }
    }
}

/// Where a zone is wrong and what would be right, without what stands there.
fn fault(error: &MrzError) -> String {
    match error {
        MrzError::Character { field, position, expected, .. } => {
            format!("{position} ({field}) must be {expected}")
        }
        MrzError::CheckDigit { field, position, right, .. } => {
            format!(
                "{position} ({field}) does not fit what it checks, which needs {right}; one of the characters it \
                 covers was misread or mistyped"
            )
        }
        MrzError::Date { field, position, fault, .. } => format!("{position} ({field}) is no date: {fault}"),
        MrzError::Code { field, position, .. } => {
            format!("{position} ({field}) is no code of one to three letters")
        }
        other => other.to_string(),
    }
}

fn class_name(class: DocumentClass) -> &'static str {
    match class {
        DocumentClass::Passport(_) => "a passport",
        DocumentClass::EmergencyPassport => "an emergency passport",
        DocumentClass::SingleSheet => "an emergency travel document on a single sheet",
        DocumentClass::IdentityCard => "an identity card",
        DocumentClass::CrewMemberCertificate => "a crew member certificate",
        DocumentClass::Visa => "a visa",
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mrz::Mrz;

    const LINE1: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
    const LINE2: &str = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    fn message(line2: &str) -> String {
        Failure::Mrz(Mrz::parse(&format!("{LINE1}\n{line2}")).unwrap_err()).to_string()
    }

    #[test]
    fn a_wrong_check_digit_is_told_with_its_place_and_the_right_digit() {
        let text = message(&LINE2.replacen("C36UTO", "C37UTO", 1));
        assert!(text.contains("line 2, position 10") && text.contains("needs 6"), "{text}");
    }

    #[test]
    fn a_date_that_is_none_is_told_without_the_date() {
        let text = message(&LINE2.replacen("7408122", "7413128", 1));
        assert!(text.contains("date of birth") && text.contains("month"), "{text}");
        assert!(!text.contains("741312"), "{text}");
    }

    #[test]
    fn every_exit_code_is_in_the_help() {
        let codes = [
            Failure::MrzAmbiguous,
            Failure::Read(ReadError::NoPassword),
            Failure::Read(ReadError::WrongKey { passwords: "MRZ".to_owned() }),
            Failure::Read(ReadError::OtherDocument),
            Failure::Read(ReadError::Limit(Bound::Commands(1))),
            Failure::Read(ReadError::PaceNotSupported(Vec::new())),
            Failure::Read(ReadError::ImpossibleAnswers { commands: 1, answers: 2 }),
            Failure::Read(ReadError::OutOfTurn),
            Failure::NoService,
            Failure::NoReader,
            Failure::NoDocument { reader: String::new(), seconds: 1 },
            Failure::Lost,
            Failure::ReaderInUse,
            Failure::TraceRefused(""),
            Failure::Demonstration { failed: 1, all: 2 },
            Failure::Trust(pki::StoreError::UnknownForm),
            Failure::OtherStore { version: String::new(), expected: String::new() },
            Failure::EvidenceDiffers(1),
            Failure::NoSuchModel(String::new()),
            Failure::Picture { path: PathBuf::new(), fault: PictureFault::Empty },
            Failure::NoPictures(PathBuf::new()),
            Failure::NoChallenge,
            Failure::NoFilm(PathBuf::new()),
            Failure::Pairs { path: PathBuf::new(), line: 1, problem: "the file is empty" },
            Failure::NotOneFace { path: PathBuf::new(), source: face::detect::NotOneFace::None },
        ];
        for failure in codes {
            let line = format!("\n  {:>2}  ", failure.exit_code());
            assert!(EXIT_CODES.contains(&line), "{failure:?}");
            assert!(!failure.advice().is_empty());
        }
    }
}
