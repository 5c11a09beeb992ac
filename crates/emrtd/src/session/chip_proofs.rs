//! What the chip did when it was asked to prove itself, once the files that it takes are there.

use super::Session;
use super::file_reading::FileReading;
use super::reading::{ActiveAuthentication, ChipAuthentication};
use crate::HashAlgorithm;
use crate::active_authentication::{self, ActiveAuthenticationError};
use crate::apdu::{Response, StatusWord};
use crate::chip_authentication::ChipAuthenticationChoice;
use crate::lds::public_key::PublicKey;
use crate::lds::{File, dg14, dg15};
use crate::secure_messaging::largest_short_answer;
use crate::security_infos::{self, SignatureAlgorithm};
use rand_core::CryptoRng;

impl<R: CryptoRng> Session<R> {
    /// Decides on Chip Authentication as soon as the files that it depends on are settled.
    pub(super) fn settle_chip_proofs(&mut self) {
        if let Some(outcome) = self.mapping_outcome() {
            self.chip_authentication = Some(outcome);
            self.chip_authentication_choice = None;
            return;
        }
        let mapping_open = self.mapping_data.is_some() && !self.is_settled(File::CardSecurity);
        let known = self.chip_authentication.is_some() || self.chip_authentication_choice.is_some();
        if mapping_open || known || !self.is_settled(File::Dg14) {
            return;
        }
        let Some(bytes) = self.reading(File::Dg14).and_then(FileReading::complete) else {
            self.chip_authentication = Some(ChipAuthentication::NotOffered);
            return;
        };
        let infos = match dg14::parse(bytes) {
            Ok(infos) => infos,
            Err(error) => {
                self.chip_authentication = Some(ChipAuthentication::Malformed(error));
                return;
            }
        };
        match ChipAuthenticationChoice::from_security_infos(infos.as_unverified()) {
            Ok(Some(choice)) => self.chip_authentication_choice = Some(choice),
            Ok(None) => self.chip_authentication = Some(ChipAuthentication::NotOffered),
            Err(error) => self.chip_authentication = Some(ChipAuthentication::Unsupported(error)),
        }
    }

    /// Checks the data of Chip Authentication Mapping against the key in EF.CardSecurity; `None` if there is nothing
    /// to check, or no such key.
    fn mapping_outcome(&self) -> Option<ChipAuthentication> {
        let data = self.mapping_data.as_ref()?;
        let bytes = self.reading(File::CardSecurity)?.complete()?;
        let infos = security_infos::card_security(bytes).ok()?;
        let mut mismatch = None;
        for info in infos.as_unverified().chip_authentication_keys() {
            let PublicKey::Group(key) = &info.public_key else { continue };
            if key.element.group() != data.group() {
                continue;
            }
            if data.verify(&key.element).unwrap_or(false) {
                return Some(ChipAuthentication::ConfirmedByMapping { key: key.element.clone() });
            }
            mismatch = Some(ChipAuthentication::MappingMismatch);
        }
        mismatch
    }

    /// Verifies the signature as soon as key and digest are known.
    pub(super) fn settle_signature(&mut self) {
        if !(self.is_settled(File::Dg14) && self.is_settled(File::Dg15)) {
            return;
        }
        if let Some(response) = self.signature.take() {
            self.active_authentication = Some(self.signature_outcome(&response));
        }
    }

    fn signature_outcome(&mut self, response: &Response) -> ActiveAuthentication {
        let Some(challenge) = self.options.active_authentication.challenge() else {
            return ActiveAuthentication::NotRun;
        };
        let Some(bytes) = self.reading(File::Dg15).and_then(FileReading::complete) else {
            return ActiveAuthentication::NotOffered;
        };
        let key = match dg15::parse(bytes) {
            Ok(key) => key,
            Err(error) => return ActiveAuthentication::Malformed(error),
        };
        if !response.sw.is_ok() {
            return self.refused_signature(key.as_unverified(), response.sw);
        }
        let verified = match key.as_unverified() {
            PublicKey::Rsa(key) => {
                active_authentication::verify_rsa(&key.modulus, &key.exponent, challenge, &response.data)
            }
            PublicKey::Group(key) => active_authentication::verify_ecdsa(
                &key.element,
                self.signature_digest(),
                challenge,
                &response.data,
            ),
            PublicKey::Unsupported(key) => Err(ActiveAuthenticationError::UnsupportedKey(key.clone())),
        };
        match verified {
            Ok(signature) => ActiveAuthentication::Signed(signature),
            Err(error) => ActiveAuthentication::Wrong(error),
        }
    }

    /// A signature that cannot fit into a short answer says nothing about the chip.
    fn refused_signature(&mut self, key: &PublicKey, sw: StatusWord) -> ActiveAuthentication {
        let fits = match (key, &self.connection.secure) {
            (PublicKey::Rsa(key), Some(secure)) => {
                key.modulus.len() <= largest_short_answer(secure.cipher()) as usize
            }
            _ => true,
        };
        if fits || self.extended_answer().is_some() {
            ActiveAuthentication::Refused(sw)
        } else {
            ActiveAuthentication::ReaderLimit
        }
    }

    /// The digest that EF.DG14 names for ECDSA.
    fn signature_digest(&self) -> Option<HashAlgorithm> {
        let infos = dg14::parse(self.reading(File::Dg14)?.complete()?).ok()?;
        match infos.as_unverified().active_authentication()?.algorithm {
            SignatureAlgorithm::EcdsaPlain(digest) => Some(digest),
            SignatureAlgorithm::Other(_) => None,
        }
    }
}
