//! Which commands can be sent now: everything that can be made without an answer that is still out.

use std::ops::ControlFlow::{Break, Continue};

use rand_core::CryptoRng;

use super::file_reading::FileReading;
use super::options::ActiveAuthentication as Policy;
use super::queue::{Builder, Entry, Payload, Planning, Position};
use super::reading::{ChipAuthentication, Protection};
use super::step::Step;
use super::{
    Access, BacStage, Bound, ChipAuthenticationRun, FollowUp, FollowUpKind, MasterFile, Mode, PaceStage,
};
use super::{ReadError, Session};
use crate::access::PasswordKind;
use crate::access::bac::{self, Bac};
use crate::access::pace::{Mapping, PaceParameters};
use crate::active_authentication;
use crate::apdu::{Command, SHORT_ANSWER};
use crate::lds::atr_info::AtrInfo;
use crate::lds::{Application, File, sod::SecurityObject};
use crate::secure_messaging::{SecureMessaging, largest_short_answer};
use crate::tlv;

/// Enough bytes of a file to know its length.
pub(super) const HEAD: usize = 8;
/// The last offset that READ BINARY with an even instruction reaches.
const LAST_EVEN_OFFSET: usize = 0x7FFF;
/// Room that secure messaging takes in an extended answer, generously.
const PROTECTION_ROOM: usize = 64;
/// Files that must be known before Chip Authentication, in the order of R-010.
const BEFORE_CHIP_AUTHENTICATION: [File; 4] = [File::Com, File::Sod, File::Dg15, File::Dg14];

impl<R: CryptoRng> Session<R> {
    /// The commands to send now; none if everything is settled.
    pub(super) fn plan(&mut self) -> Result<Vec<Entry>, ReadError> {
        let left = self.options.limits.commands_per_tap.saturating_sub(self.commands_this_tap);
        let capacity = match self.mode {
            Mode::Batched => self.options.limits.batch_commands.min(left),
            Mode::Single | Mode::Careful => left.min(1),
        };
        if capacity == 0 {
            return Err(Bound::Commands(self.options.limits.commands_per_tap).into());
        }
        let secure = self.connection.secure.as_ref().map(SecureMessaging::snapshot);
        let mut batch = Builder::new(self.connection.position, secure, capacity, &self.options.limits);
        if let Some(follow_up) = self.follow_up.take() {
            return self.plan_follow_up(follow_up, batch);
        }
        let _: Planning = self.plan_all(&mut batch);
        batch.finish()
    }

    fn plan_all(&mut self, batch: &mut Builder) -> Planning {
        self.plan_master_file(batch)?;
        self.plan_access(batch)?;
        self.plan_card_security(batch)?;
        Self::plan_application(batch)?;
        self.plan_beginnings(batch)?;
        for file in BEFORE_CHIP_AUTHENTICATION {
            self.plan_rest(batch, file)?;
        }
        if !self.is_settled(File::Dg14) {
            batch.wait()?;
        }
        self.plan_chip_authentication(batch)?;
        for file in self.files_after_chip_authentication() {
            self.plan_rest(batch, file)?;
        }
        self.plan_active_authentication(batch)
    }

    /// `61xx` and `6Cxx` are dealt with before anything else.
    fn plan_follow_up(&mut self, follow_up: FollowUp, mut batch: Builder) -> Result<Vec<Entry>, ReadError> {
        let FollowUp { entry, kind } = follow_up;
        match kind {
            FollowUpKind::Exactly(ne) => {
                let _: Planning = batch.repeat(entry, ne);
                batch.finish()
            }
            FollowUpKind::More(so_far, ne) => {
                let command = Command::new(0, 0xC0, 0, 0).expecting(ne);
                let apdu = command.encode().map_err(|_| ReadError::Command { step: entry.step })?;
                let next = Entry::get_response(entry.step, command, apdu, self.connection.position);
                self.follow_up = Some(FollowUp { entry, kind: FollowUpKind::More(so_far, ne) });
                Ok(vec![next])
            }
        }
    }

    fn plan_master_file(&mut self, batch: &mut Builder) -> Planning {
        let begun = !matches!(
            self.connection.access,
            Access::Undecided | Access::Pace(_, _, PaceStage::Begin) | Access::Bac(BacStage::Begin)
        );
        if begun || batch.position.application {
            return Continue(());
        }
        if self.options.extended_length.is_some() && !self.options.quirks.extended_length_refused() {
            self.files.entry(File::AtrInfo).or_insert_with(|| FileReading::new(File::AtrInfo));
        }
        if self.connection.master_file == MasterFile::Unknown {
            batch.send_to(
                Step::SelectMasterFile,
                select_master_file(),
                Payload::None,
                Position::START,
                None,
            )?;
        }
        let open = [File::CardAccess, File::AtrInfo].into_iter().filter(|file| !self.is_settled(*file));
        let open: Vec<File> = open.collect();
        for &file in &open {
            if self.reading(file).is_some_and(FileReading::is_unknown) {
                self.plan_first(batch, file, SHORT_ANSWER as usize)?;
            } else {
                self.plan_rest(batch, file)?;
            }
        }
        if open.is_empty() { Continue(()) } else { batch.wait() }
    }

    fn plan_access(&mut self, batch: &mut Builder) -> Planning {
        match std::mem::replace(&mut self.connection.access, Access::Granted) {
            Access::Granted => Continue(()),
            Access::Undecided => {
                self.connection.access = Access::Undecided;
                Break(())
            }
            Access::Pace(parameters, version, stage) => {
                let (stage, flow) = self.plan_pace(batch, parameters, stage);
                self.connection.access = Access::Pace(parameters, version, stage);
                flow
            }
            Access::Bac(stage) => {
                let (stage, flow) = self.plan_bac(batch, stage);
                self.connection.access = Access::Bac(stage);
                flow
            }
        }
    }

    fn plan_pace(
        &mut self,
        batch: &mut Builder,
        parameters: PaceParameters,
        stage: PaceStage,
    ) -> (PaceStage, Planning) {
        match stage {
            PaceStage::Mapped(command, agreement) => {
                let _: Planning = batch.send(Step::PaceAgree, command, Payload::Agreement(agreement));
                (PaceStage::Sent, Break(()))
            }
            PaceStage::Agreed(command, confirmation, secure) => {
                let after = Position { protection: Protection::Access, ..batch.position };
                let payload = Payload::Confirmation(confirmation);
                let flow = batch.send_to(Step::PaceConfirm, command, payload, after, Some(secure));
                (PaceStage::Sent, flow)
            }
            PaceStage::Sent => (PaceStage::Sent, Break(())),
            stage @ (PaceStage::Begin | PaceStage::Selected | PaceStage::NonceKnown(_)) => {
                let flow = self.plan_mapping(batch, parameters, &stage);
                (stage, flow)
            }
        }
    }

    fn plan_mapping(
        &mut self,
        batch: &mut Builder,
        parameters: PaceParameters,
        stage: &PaceStage,
    ) -> Planning {
        if matches!(stage, PaceStage::Begin) {
            batch.send(Step::PaceSelect, parameters.set_authentication_template(), Payload::None)?;
        }
        if !matches!(stage, PaceStage::NonceKnown(_)) {
            batch.send(Step::PaceNonce, PaceParameters::get_nonce(), Payload::None)?;
        }
        match Mapping::begin(parameters, &mut self.rng) {
            Ok((command, mapping)) => batch.send(Step::PaceMap, command, Payload::Mapping(mapping))?,
            Err(error) => return batch.fail(ReadError::Pace { step: Step::PaceMap, error }),
        }
        Break(())
    }

    fn plan_bac(&mut self, batch: &mut Builder, stage: BacStage) -> (BacStage, Planning) {
        let challenge = match stage {
            BacStage::Challenged(challenge) => challenge,
            BacStage::Begin => return (BacStage::Begin, self.plan_bac_challenge(batch)),
            BacStage::Sent => return (BacStage::Sent, Break(())),
        };
        let Some(password) = self.password(|kind| kind == PasswordKind::Mrz) else {
            return (BacStage::Begin, batch.fail(ReadError::NoPassword));
        };
        let flow = match Bac::begin(&password, &challenge, &mut self.rng) {
            Ok((command, bac)) => batch.send(Step::BacAuthenticate, command, Payload::Bac(bac)),
            Err(error) => batch.fail(error.into()),
        };
        let _: Planning = flow;
        (BacStage::Sent, Break(()))
    }

    fn plan_bac_challenge(&mut self, batch: &mut Builder) -> Planning {
        Self::plan_application(batch)?;
        if !self.connection.probed {
            // Whether this selects the file depends on the answer, so nothing may build on it.
            batch.send(Step::ProbeOpenChip, read_short(File::Com, 0, HEAD), Payload::Read(HEAD))?;
        }
        batch.send(Step::BacChallenge, bac::get_challenge(), Payload::None)?;
        Break(())
    }

    /// EF.CardSecurity lies in the master file; it is wanted only for Chip Authentication Mapping.
    fn plan_card_security(&mut self, batch: &mut Builder) -> Planning {
        let wanted = match &self.connection.access {
            Access::Granted => self.mapping_data.is_some(),
            Access::Pace(parameters, ..) => parameters.is_chip_authentication_mapping(),
            _ => false,
        };
        if wanted {
            self.files.entry(File::CardSecurity).or_insert_with(|| FileReading::new(File::CardSecurity));
        }
        if !wanted || self.is_settled(File::CardSecurity) {
            return Continue(());
        }
        if batch.position.application {
            let after = Position { application: false, file: None, ..batch.position };
            batch.send_to(Step::ReturnToMasterFile, select_master_file(), Payload::None, after, None)?;
        }
        if self.reading(File::CardSecurity).is_some_and(FileReading::is_unknown) {
            // Always longer than one chunk: it holds a certificate.
            let ask = if self.mode == Mode::Batched { self.chunk(batch) } else { HEAD };
            self.plan_first(batch, File::CardSecurity, ask)?;
        } else {
            self.plan_rest(batch, File::CardSecurity)?;
        }
        // Where there is no way back to the master file, all of it is read before the application is selected.
        if self.connection.master_file == MasterFile::Refused { batch.wait() } else { Continue(()) }
    }

    fn plan_application(batch: &mut Builder) -> Planning {
        if batch.position.application {
            return Continue(());
        }
        let after = Position { application: true, file: None, ..batch.position };
        let select = Command::new(0, 0xA4, 4, 0x0C).with_data(Application::EMRTD_AID);
        batch.send_to(Step::SelectApplication, select, Payload::None, after, None)
    }

    /// Learns which files there are, how long they are, and as much of the first ones as can be had at once.
    fn plan_beginnings(&mut self, batch: &mut Builder) -> Planning {
        let mut asked = false;
        for file in BEFORE_CHIP_AUTHENTICATION.into_iter().chain(self.files_after_chip_authentication()) {
            let Some(reading) = self.reading(file) else { continue };
            if !reading.is_unknown() || reading.total().is_some() {
                continue;
            }
            if self.mode == Mode::Careful && file.data_group().is_some() && !self.is_settled(File::Sod) {
                self.plan_rest(batch, File::Sod)?;
            }
            if self.mode == Mode::Careful && !self.is_listed(file) {
                if let Some(reading) = self.files.get_mut(&file) {
                    reading.mark_absent();
                }
                self.settle_chip_proofs();
                continue;
            }
            let ask = match file {
                // Longer than any chunk.
                File::Sod if self.mode == Mode::Batched => self.chunk(batch),
                // Seldom longer, and all of it is needed to go on.
                File::Dg14 if !self.options.quirks.read_past_end_refused() && self.mode == Mode::Batched => {
                    self.chunk(batch)
                }
                _ => HEAD,
            };
            self.plan_first(batch, file, ask)?;
            asked = true;
        }
        if asked { batch.wait() } else { Continue(()) }
    }

    /// Whether EF.SOD lists the file. What cannot be told is taken for listed.
    fn is_listed(&self, file: File) -> bool {
        let (Some(number), Some(sod)) = (file.data_group(), self.reading(File::Sod)) else { return true };
        let Some(Ok(object)) = sod.complete().map(SecurityObject::parse) else { return true };
        object.as_unverified().hashes.iter().any(|(listed, _)| *listed == number)
    }

    fn plan_chip_authentication(&mut self, batch: &mut Builder) -> Planning {
        use ChipAuthenticationRun::{NotRun, Selected};
        let skip = match self.connection.chip_authentication {
            NotRun => 0,
            Selected => 1,
            _ => return Continue(()),
        };
        let Some(choice) = &self.chip_authentication_choice else { return Continue(()) };
        let Ok((commands, keys)) = choice.begin(&mut self.rng) else {
            return batch.fail(ReadError::Command { step: Step::ChipAuthenticationAgree });
        };
        let mut secure = Some(SecureMessaging::new(keys));
        let last = commands.len().saturating_sub(1);
        for (index, command) in commands.into_iter().enumerate().skip(skip) {
            let step =
                if index == 0 { Step::ChipAuthenticationSelect } else { Step::ChipAuthenticationAgree };
            if index < last {
                batch.send(step, command, Payload::None)?;
            } else {
                let after =
                    Position { protection: Protection::ChipAuthentication, file: None, ..batch.position };
                batch.send_to(step, command, Payload::None, after, secure.take())?;
            }
        }
        Continue(())
    }

    fn files_after_chip_authentication(&self) -> Vec<File> {
        let later = |file: &File| {
            file.application() == Application::Emrtd && !BEFORE_CHIP_AUTHENTICATION.contains(file)
        };
        self.files.keys().copied().filter(later).collect()
    }

    fn plan_active_authentication(&mut self, batch: &mut Builder) -> Planning {
        let run = self.active_authentication.is_some() || self.signature.is_some();
        if run || self.reading(File::Dg15).is_none_or(FileReading::is_absent) {
            return Continue(());
        }
        let policy = self.options.active_authentication;
        let proven_otherwise = self.chip_authentication_choice.is_some()
            || matches!(self.chip_authentication, Some(ChipAuthentication::ConfirmedByMapping { .. }))
            || (self.mapping_data.is_some() && !self.is_settled(File::CardSecurity));
        let wanted = match policy {
            Policy::Never => false,
            Policy::Always(_) => true,
            Policy::Otherwise(_) => !proven_otherwise,
        };
        let Some(challenge) = policy.challenge().filter(|_| wanted) else { return Continue(()) };
        let extended = self.extended_answer().is_some();
        let command = active_authentication::internal_authenticate(challenge, extended);
        batch.send(Step::ActiveAuthenticate, command, Payload::None)
    }

    fn plan_first(&mut self, batch: &mut Builder, file: File, ask: usize) -> Planning {
        let ask = if self.reading(file).is_some_and(FileReading::is_exact) { HEAD } else { ask };
        let command = self.plan_selection(batch, file, 0, ask)?;
        let after = Position { file: Some(file), ..batch.position };
        batch.send_to(Step::ReadFirst(file), command, Payload::Read(ask), after, None)
    }

    /// The command that reads `length` bytes from `offset` of a file, after the one that selects it if it takes one.
    fn plan_selection(
        &self,
        batch: &mut Builder,
        file: File,
        offset: usize,
        length: usize,
    ) -> std::ops::ControlFlow<(), Command> {
        if batch.position.file == Some(file) {
            return Continue(read_at(offset, length));
        }
        if offset <= 0xFF && !self.select_files {
            return Continue(read_short(file, offset, length));
        }
        let select = Command::new(0, 0xA4, 2, 0x0C).with_data(file.file_id().to_be_bytes());
        let after = Position { file: Some(file), ..batch.position };
        batch.send_to(Step::SelectFile(file), select, Payload::None, after, None)?;
        Continue(read_at(offset, length))
    }

    /// Reads what is missing of a file whose length is known, under the keys that it must be read under.
    fn plan_rest(&mut self, batch: &mut Builder, file: File) -> Planning {
        let Some(reading) = self.reading(file) else { return Continue(()) };
        let under_better_keys = batch.position.protection == Protection::ChipAuthentication
            && !BEFORE_CHIP_AUTHENTICATION.contains(&file)
            && reading.protection() != Protection::ChipAuthentication;
        let again = under_better_keys && !reading.so_far().is_empty();
        if reading.is_settled() && !again {
            return Continue(());
        }
        let Some(total) = reading.total() else { return Continue(()) };
        let mut offset = if again { 0 } else { reading.so_far().len() };
        while offset < total {
            let chunk = self.chunk(batch);
            let wrapping = if offset > LAST_EVEN_OFFSET { wrapping(chunk) } else { 0 };
            let length = chunk.saturating_sub(wrapping).max(1).min(total - offset);
            let command = self.plan_selection(batch, file, offset, length)?;
            let at = Position { file: Some(file), ..batch.position };
            let step = Step::ReadChunk(file, u16::try_from(offset).unwrap_or(u16::MAX));
            batch.send_to(step, command, Payload::Read(length), at, None)?;
            offset += length;
        }
        Continue(())
    }

    /// Most bytes to ask for at once.
    fn chunk(&mut self, batch: &Builder) -> usize {
        let largest = match (self.extended_answer(), &batch.secure) {
            (Some(extended), _) => extended,
            (None, Some(secure)) => largest_short_answer(secure.cipher()) as usize,
            (None, None) => SHORT_ANSWER as usize,
        };
        let quirk = self.options.quirks.largest_chunk().map_or(usize::MAX, |most| most as usize);
        largest.min(quirk).min(self.chunk_limit.unwrap_or(usize::MAX)).max(1)
    }

    /// Most plain bytes in an extended answer, if chip and reader both announce extended length.
    pub(super) fn extended_answer(&mut self) -> Option<usize> {
        let reader = self.options.extended_length?;
        let bytes = self.reading(File::AtrInfo).and_then(FileReading::complete)?;
        let info = AtrInfo::parse(bytes).ok()?;
        let announced = info.capabilities.is_some_and(|capabilities| capabilities.extended_length);
        let chip = info.extended_length.map(|extended| extended.max_response).filter(|_| announced)?;
        if self.options.quirks.extended_length_refused() {
            return None;
        }
        let most = usize::try_from(reader.min(chip)).ok()?.checked_sub(PROTECTION_ROOM)?;
        (most > SHORT_ANSWER as usize).then_some(most)
    }

    pub(super) fn reading(&self, file: File) -> Option<&FileReading> {
        self.files.get(&file)
    }

    pub(super) fn is_settled(&self, file: File) -> bool {
        self.reading(file).is_none_or(FileReading::is_settled)
    }
}

fn select_master_file() -> Command {
    Command::new(0, 0xA4, 0, 0x0C).with_data([0x3F, 0x00])
}

/// READ BINARY with a short file identifier, which selects the file; `offset` is at most 255.
fn read_short(file: File, offset: usize, length: usize) -> Command {
    let p2 = u8::try_from(offset).unwrap_or(u8::MAX);
    Command::new(0, 0xB0, 0x80 | file.short_id(), p2).expecting(u32::try_from(length).unwrap_or(SHORT_ANSWER))
}

/// READ BINARY in the selected file: the even instruction up to offset 32,767, the odd one beyond (ISO/IEC 7816-4
/// §11.3.3), whose answer is wrapped in data object 53.
fn read_at(offset: usize, length: usize) -> Command {
    let ne = u32::try_from(length).unwrap_or(SHORT_ANSWER);
    if offset <= LAST_EVEN_OFFSET {
        let [.., high, low] = offset.to_be_bytes();
        return Command::new(0, 0xB0, high, low).expecting(ne);
    }
    let [.., high, low] = offset.to_be_bytes();
    let wrapped = ne + u32::try_from(wrapping(length)).unwrap_or(0);
    Command::new(0, 0xB1, 0, 0).with_data(tlv::write(0x54, &[high, low])).expecting(wrapped)
}

/// Bytes of tag and length of data object 53 around an answer of this many bytes.
const fn wrapping(length: usize) -> usize {
    match length {
        0..0x80 => 2,
        0x80..0x100 => 3,
        _ => 4,
    }
}
