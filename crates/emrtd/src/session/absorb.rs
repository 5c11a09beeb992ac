//! What the answers mean, in the order of the commands.

use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::file_reading::{FileReading, Fit};
use super::plan::HEAD;
use super::queue::{Entry, Payload};
use super::reading::{AccessMethod, ChipAuthentication, Event, Protection};
use super::step::Step;
use super::{
    Access, BacStage, Bound, ChipAuthenticationRun, FollowUp, FollowUpKind, MasterFile, Mode, PaceStage,
};
use super::{FileError, ReadError, Session};
use crate::access::pace::{PaceError, PaceParameters};
use crate::access::{Password, PasswordKind};
use crate::apdu::{Response, StatusWord};
use crate::lds::File;
use crate::secure_messaging::SecureMessagingError;
use crate::security_infos::{self, PaceChoiceError, choose_pace};
use crate::tlv;
use crate::transport::{Answers, Ending};

/// Chunk sizes to fall back to when the chip refuses the largest.
const SMALLER_CHUNKS: [usize; 4] = [192, 128, 96, 64];

/// How an answer was taken.
enum Taken {
    /// As the plan foresaw: later answers of the batch mean what they were planned to mean.
    Expected,
    /// Not as foreseen: speculation ends here.
    Surprise,
    /// The chip has left secure messaging: later answers of the batch are worthless.
    Left,
}

impl<R: CryptoRng> Session<R> {
    pub(super) fn absorb_all(&mut self, entries: Vec<Entry>, answers: Answers) -> Result<(), ReadError> {
        let mut foreseen = true;
        for (entry, answer) in entries.into_iter().zip(answers.responses) {
            self.metrics.commands += 1;
            self.commands_this_tap += 1;
            self.metrics.bytes_received += answer.len();
            match self.absorb(entry, Zeroizing::new(answer))? {
                Taken::Expected => {}
                Taken::Surprise => foreseen = false,
                Taken::Left => return Ok(()),
            }
        }
        // An answer to be continued, or asked for again with its exact length, was not a wrong guess.
        foreseen &= answers.ending != Ending::Stopped || self.follow_up.is_some();
        if self.mode == Mode::Batched && !foreseen {
            self.mode = Mode::Single;
            self.metrics.fell_back = true;
        }
        Ok(())
    }

    fn absorb(&mut self, entry: Entry, answer: Zeroizing<Vec<u8>>) -> Result<Taken, ReadError> {
        let (mut entry, answer) = match self.follow_up.take() {
            Some(FollowUp { entry, kind: FollowUpKind::More(so_far, _) }) => {
                (entry, Zeroizing::new([&so_far[..], &answer].concat()))
            }
            _ => (entry, answer),
        };
        self.last_step = Some(entry.step);
        let limit = self.options.limits.answer_bytes;
        if answer.len() > limit {
            return Err(Bound::AnswerBytes(limit).into());
        }
        let raw = Response::parse(&answer).map_err(|_| ReadError::NoAnswer { step: entry.step })?;
        if let Some(ne) = raw.sw.more_available() {
            self.follow_up = Some(FollowUp { entry, kind: FollowUpKind::More(raw.data, ne) });
            return Ok(Taken::Expected);
        }
        let response = match entry.take_awaiting() {
            None => raw,
            Some(awaiting) => match awaiting.open(&answer) {
                Ok(response) => response,
                Err(error) => return self.broken(&entry, error),
            },
        };
        self.connection.secure = entry.secure.take();
        if entry.protection == Protection::ChipAuthentication {
            self.confirm_chip_authentication();
        }
        if let (Some(ne), false) = (response.sw.exact_length(), entry.repeated) {
            self.follow_up = Some(FollowUp { entry, kind: FollowUpKind::Exactly(ne) });
            return Ok(Taken::Expected);
        }
        if response.sw.is_ok() || response.sw == StatusWord::END_OF_FILE {
            self.connection.position = entry.after;
            if let Some(rekeyed) = entry.rekeyed.take() {
                self.connection.secure = Some(rekeyed);
            }
        }
        self.understand(entry, response)
    }

    fn understand(&mut self, entry: Entry, mut response: Response) -> Result<Taken, ReadError> {
        let step = entry.step;
        let sw = response.sw;
        match step {
            Step::SelectMasterFile => {
                self.connection.master_file =
                    if sw.is_ok() { MasterFile::Selected } else { MasterFile::Refused };
                if !sw.is_ok() && !self.is_settled(File::CardSecurity) {
                    // Wherever the chip stands now, the same identifiers may name another file there.
                    self.files.remove(&File::CardSecurity);
                }
                if !sw.is_ok() && !self.events.contains(&Event::MasterFileRefused(sw)) {
                    self.events.push(Event::MasterFileRefused(sw));
                }
                Ok(Taken::Expected)
            }
            Step::SelectApplication | Step::ReturnToMasterFile if sw.is_ok() => Ok(Taken::Expected),
            Step::ReturnToMasterFile => {
                if let Some(reading) = self.files.get_mut(&File::CardSecurity) {
                    reading.fail(FileError::Refused(sw));
                }
                self.file_taken(File::CardSecurity, Fit::Surprise)
            }
            Step::SelectApplication => Err(ReadError::NoApplication(sw)),
            Step::ReadFirst(file) | Step::ReadChunk(file, _) | Step::SelectFile(file) => {
                let taken = self.take_file(file, &entry, &response);
                response.data.zeroize();
                taken
            }
            Step::ProbeOpenChip => {
                self.connection.probed = true;
                if sw.is_ok() || sw == StatusWord::END_OF_FILE {
                    self.connection.access = Access::Granted;
                    self.method = AccessMethod::None;
                    return self.take_file(File::Com, &entry, &response);
                }
                Ok(Taken::Expected)
            }
            Step::BacChallenge if matches!(self.connection.access, Access::Granted) => Ok(Taken::Expected),
            Step::BacChallenge if sw.is_ok() => {
                self.connection.access = Access::Bac(BacStage::Challenged(response.data));
                Ok(Taken::Expected)
            }
            Step::BacChallenge => Err(ReadError::BacRefused { step, sw }),
            Step::BacAuthenticate => self.take_bac(entry, &response),
            Step::PaceSelect | Step::PaceNonce | Step::PaceMap | Step::PaceAgree | Step::PaceConfirm => {
                self.take_pace(entry, response)
            }
            Step::ChipAuthenticationSelect | Step::ChipAuthenticationAgree => {
                Ok(self.take_chip_authentication(step, sw))
            }
            Step::ActiveAuthenticate => {
                self.signature = Some(response);
                self.settle_signature();
                Ok(if sw.is_ok() { Taken::Expected } else { Taken::Surprise })
            }
        }
    }

    /// Secure messaging broke. A bare error status may come from a chip that cannot answer errors inside it: such a
    /// chip gets a second chance, asked only for what is there. Everything else ends the session.
    fn broken(&mut self, entry: &Entry, error: SecureMessagingError) -> Result<Taken, ReadError> {
        if entry.protection == Protection::ChipAuthentication
            && self.connection.chip_authentication == ChipAuthenticationRun::Accepted
            && let Some(choice) = &self.chip_authentication_choice
        {
            return Err(ReadError::ChipAuthenticationUnconfirmed { cipher: choice.cipher, error });
        }
        match error {
            SecureMessagingError::Unprotected(sw) if !sw.is_ok() && self.mode != Mode::Careful => {
                self.mode = Mode::Careful;
                self.metrics.fell_back = true;
                self.events.push(Event::SecureMessagingRestarted(sw));
                self.start_access_again();
                self.access_decided_by_card_access()?;
                Ok(Taken::Left)
            }
            error => Err(ReadError::SecureMessaging { step: entry.step, error }),
        }
    }

    fn take_file(&mut self, file: File, entry: &Entry, response: &Response) -> Result<Taken, ReadError> {
        let limit = self.options.limits.file_bytes;
        let Some(reading) = self.files.get_mut(&file) else { return Ok(Taken::Surprise) };
        let asked = match (&entry.payload, entry.repeated, entry.command.ne) {
            (Payload::Read(_), true, Some(ne)) => usize::try_from(ne).unwrap_or(usize::MAX),
            (Payload::Read(asked), ..) => *asked,
            _ if response.sw.is_ok() => return Ok(Taken::Expected),
            _ => {
                // SELECT was refused: later commands of the batch were not played.
                match response.sw {
                    StatusWord::NOT_FOUND => reading.mark_absent(),
                    sw => reading.fail(FileError::Refused(sw)),
                }
                return self.file_taken(file, Fit::Surprise);
            }
        };
        // P1 with its highest bit set names a short file identifier.
        let short_id_refused = entry.command.ins == 0xB0
            && entry.command.p1 & 0x80 != 0
            && response.sw == StatusWord::WRONG_PARAMETERS;
        let fit = match entry.step {
            Step::ReadChunk(_, offset) => {
                let offset = usize::from(offset);
                if !(response.sw.is_ok() || response.sw == StatusWord::END_OF_FILE) {
                    return self.chunk_refused(file, asked, response.sw);
                }
                let data = match entry.command.ins {
                    0xB1 => discretionary_data(&response.data),
                    _ => Some(&response.data[..]),
                };
                let Some(data) = data else {
                    reading.fail(FileError::Empty { offset });
                    return self.file_taken(file, Fit::Surprise);
                };
                if offset == 0 && reading.protection() != entry.protection {
                    reading.start_over();
                }
                reading.take_chunk(offset, asked, data, response.sw, entry.protection, limit)
            }
            Step::ReadFirst(_) if short_id_refused && !self.select_files => {
                self.select_files = true;
                Fit::Surprise
            }
            _ if asked > HEAD && refuses_length(response.sw) && !reading.is_exact() => {
                reading.ask_exactly();
                Fit::Expected
            }
            _ => reading.take_first(asked, &response.data, response.sw, entry.protection, limit),
        };
        self.file_taken(file, fit)
    }

    /// A smaller chunk may be to the chip's liking; the file is given up when the smallest is not.
    fn chunk_refused(&mut self, file: File, asked: usize, sw: StatusWord) -> Result<Taken, ReadError> {
        let smaller = SMALLER_CHUNKS.into_iter().find(|&size| size < asked);
        if let (true, Some(size)) = (refuses_length(sw), smaller) {
            self.chunk_limit = Some(size);
            return Ok(Taken::Surprise);
        }
        if let Some(reading) = self.files.get_mut(&file) {
            reading.fail(FileError::Refused(sw));
        }
        self.file_taken(file, Fit::Surprise)
    }

    /// What follows once a file has come to its end.
    fn file_taken(&mut self, file: File, fit: Fit) -> Result<Taken, ReadError> {
        if self.is_settled(file) {
            match file {
                File::CardAccess => self.access_decided_by_card_access()?,
                File::Sod => self.check_same_document()?,
                File::Dg14 | File::CardSecurity => {
                    self.settle_chip_proofs();
                    self.settle_signature();
                }
                File::Dg15 => self.settle_signature(),
                _ => {}
            }
        }
        Ok(match fit {
            Fit::Expected => Taken::Expected,
            Fit::Surprise => Taken::Surprise,
        })
    }

    /// After a lost tag EF.SOD must be what it was.
    fn check_same_document(&mut self) -> Result<(), ReadError> {
        let Some(before) = self.sod_before.take() else { return Ok(()) };
        let now = self.reading(File::Sod).and_then(FileReading::complete).unwrap_or_default();
        if now.starts_with(&before) { Ok(()) } else { Err(ReadError::OtherDocument) }
    }

    /// PACE if EF.CardAccess offers it, Basic Access Control if there is no such file or no such offer.
    pub(super) fn access_decided_by_card_access(&mut self) -> Result<(), ReadError> {
        let Some(reading) = self.files.get_mut(&File::CardAccess) else { return Ok(()) };
        if !reading.is_settled() {
            return Ok(());
        }
        if let Some(sw) = reading.refusal() {
            if !self.options.quirks.card_access_is_absent(sw) {
                return Err(ReadError::CardAccess(FileError::Refused(sw)));
            }
            reading.mark_absent();
        }
        let Some(bytes) = reading.complete() else {
            if !reading.is_absent() {
                return Err(ReadError::CardAccess(reading.failure()));
            }
            self.connection.access = Access::Bac(BacStage::Begin);
            return Ok(());
        };
        let infos = security_infos::card_access(bytes)?;
        match choose_pace(infos.as_unverified()) {
            Err(PaceChoiceError::NotOffered) => self.connection.access = Access::Bac(BacStage::Begin),
            Err(PaceChoiceError::NotSupported(offers)) => {
                return Err(ReadError::PaceNotSupported(offers.iter().map(ToString::to_string).collect()));
            }
            Ok(choice) => {
                let name_group =
                    infos.as_unverified().pace().filter(|info| info.protocol == choice.info.protocol).count()
                        > 1;
                let Some(password) = self.password(|_| true) else { return Err(ReadError::NoPassword) };
                let parameters = PaceParameters {
                    protocol: choice.info.protocol,
                    group: choice.group,
                    password: password.kind(),
                    name_group,
                };
                self.connection.access = Access::Pace(parameters, choice.info.version, PaceStage::Begin);
            }
        }
        Ok(())
    }

    fn take_bac(&mut self, entry: Entry, response: &Response) -> Result<Taken, ReadError> {
        let Payload::Bac(bac) = entry.payload else { return Err(ReadError::OutOfTurn) };
        match response.sw {
            sw if sw.is_ok() => {}
            // What chips answer to a cryptogram made with another key.
            sw if matches!(sw.sw1(), 0x63 | 0x69) || sw == StatusWord::WRONG_DATA => {
                return self.password_refused(PasswordKind::Mrz);
            }
            sw => return Err(ReadError::BacRefused { step: entry.step, sw }),
        }
        self.connection.secure = Some(bac.finish(&response.data)?);
        self.connection.position.protection = Protection::Access;
        self.connection.access = Access::Granted;
        self.method = AccessMethod::Bac;
        Ok(Taken::Expected)
    }

    fn take_pace(&mut self, entry: Entry, response: Response) -> Result<Taken, ReadError> {
        let step = entry.step;
        let Access::Pace(parameters, version, stage) =
            std::mem::replace(&mut self.connection.access, Access::Undecided)
        else {
            return Err(ReadError::OutOfTurn);
        };
        if !response.sw.is_ok() {
            return self.pace_refused(parameters, step, response.sw);
        }
        let wrong = |error| ReadError::Pace { step, error };
        let next = match (entry.payload, stage) {
            (Payload::None, PaceStage::Begin) => PaceStage::Selected,
            (Payload::None, _) => {
                // Looked at before anything more is sent that depends on it.
                parameters.encrypted_nonce(&response.data).map_err(wrong)?;
                PaceStage::NonceKnown(response.data)
            }
            (Payload::Mapping(mapping), PaceStage::NonceKnown(nonce)) => {
                let password =
                    self.password(|kind| kind == parameters.password).ok_or(ReadError::NoPassword)?;
                let finished = mapping.finish(&password, &nonce, &response.data, &mut self.rng);
                let (command, agreement) = finished.map_err(wrong)?;
                PaceStage::Mapped(command, agreement)
            }
            (Payload::Agreement(agreement), _) => {
                let (command, confirmation, secure) = agreement.finish(&response.data).map_err(wrong)?;
                PaceStage::Agreed(command, confirmation, secure)
            }
            (Payload::Confirmation(confirmation), _) => {
                self.mapping_data = match confirmation.finish(&response.data) {
                    Err(PaceError::Token) => return self.password_refused(parameters.password),
                    finished => finished.map_err(wrong)?,
                };
                let PaceParameters { protocol, group, password, .. } = parameters;
                self.method = AccessMethod::Pace { protocol, version, group, password };
                self.connection.access = Access::Granted;
                self.settle_chip_proofs();
                return Ok(Taken::Expected);
            }
            _ => return Err(ReadError::OutOfTurn),
        };
        self.connection.access = Access::Pace(parameters, version, next);
        Ok(Taken::Expected)
    }

    /// 6300 at the last step says that the password is wrong; everything else is a PACE that does not work, after
    /// which Basic Access Control is allowed for documents on the quirk list only.
    fn pace_refused(
        &mut self,
        parameters: PaceParameters,
        step: Step,
        sw: StatusWord,
    ) -> Result<Taken, ReadError> {
        let about_password = step == Step::PaceConfirm || (step == Step::PaceAgree && sw.sw1() == 0x63);
        if about_password && matches!(sw.sw1(), 0x63 | 0x69) {
            return self.password_refused(parameters.password);
        }
        if !self.options.quirks.bac_after_failed_pace() {
            return Err(ReadError::PaceRefused { step, sw });
        }
        self.events.push(Event::PaceFailedBacUsed { step, sw });
        self.connection.secure = None;
        self.connection.access = Access::Bac(BacStage::Begin);
        Ok(Taken::Surprise)
    }

    /// Tries the next password, if there is one and the chip has not been bothered too often.
    fn password_refused(&mut self, kind: PasswordKind) -> Result<Taken, ReadError> {
        self.failed_attempts += 1;
        self.password += 1;
        let exhausted = self.failed_attempts >= self.options.limits.access_attempts
            || self.options.passwords.get(self.password).is_none();
        if exhausted {
            let tried = self.options.passwords.iter().take(self.password).map(Password::kind);
            let passwords = tried.map(|kind| kind.to_string()).collect::<Vec<_>>().join(" and ");
            return Err(ReadError::WrongKey { passwords });
        }
        self.events.push(Event::PasswordRefused(kind));
        self.start_access_again();
        self.access_decided_by_card_access()?;
        Ok(Taken::Left)
    }

    fn take_chip_authentication(&mut self, step: Step, sw: StatusWord) -> Taken {
        if !sw.is_ok() {
            self.chip_authentication = Some(ChipAuthentication::Refused { step, sw });
            self.chip_authentication_choice = None;
            return Taken::Surprise;
        }
        let rekeyed = self.connection.position.protection == Protection::ChipAuthentication;
        self.connection.chip_authentication =
            if rekeyed { ChipAuthenticationRun::Accepted } else { ChipAuthenticationRun::Selected };
        Taken::Expected
    }

    /// The first answer that opened under the new keys: the chip holds its static key.
    fn confirm_chip_authentication(&mut self) {
        if self.connection.chip_authentication == ChipAuthenticationRun::Accepted
            && let Some(choice) = &self.chip_authentication_choice
        {
            self.connection.chip_authentication = ChipAuthenticationRun::Confirmed;
            self.chip_authentication = Some(ChipAuthentication::Confirmed(choice.clone()));
        }
    }
}

/// Whether the status word may be about how much was asked for.
fn refuses_length(sw: StatusWord) -> bool {
    matches!(sw.sw1(), 0x67 | 0x6B | 0x6C | 0x6F) || sw == StatusWord::WRONG_PARAMETERS
}

/// The inside of data object 53, which wraps the answer to an odd READ BINARY.
fn discretionary_data(answer: &[u8]) -> Option<&[u8]> {
    tlv::single(answer, 0x53).ok().map(|object| object.value)
}
