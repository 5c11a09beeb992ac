//! The crate `dmrtd` as a reader of our chip: BAC and PACE with generic mapping, files, passive and active
//! authentication, in process or through PC/SC.

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use dmrtd::auth::passive::{self, ChainStatus, DataGroup, TrustAnchor};
use dmrtd::com::{TransceiveError, Transceiver};
use dmrtd::lds::ef::ElementaryFile;
use dmrtd::passport::Passport;
use dmrtd::proto::can_key::CanKey;
use dmrtd::proto::dba_key::DBAKey;

/// What opens the chip.
#[derive(Clone, Debug)]
pub enum Access {
    /// Basic Access Control with the MRZ's fields.
    Bac(MrzFields),
    /// PACE with the MRZ's fields.
    PaceMrz(MrzFields),
    /// PACE with the card access number.
    PaceCan(String),
}

/// The fields of the MRZ from which access keys are made; dates as `YYYY-MM-DD`, since dmrtd wants centuries.
#[derive(Clone, Debug)]
pub struct MrzFields {
    /// Document number without fillers.
    pub number: String,
    /// Date of birth.
    pub birth: String,
    /// Date of expiry.
    pub expiry: String,
}

/// What dmrtd read and found out.
#[derive(Clone, Debug)]
pub struct Reading {
    /// EF.COM as read.
    pub com: Vec<u8>,
    /// EF.DG1 as read.
    pub dg1: Vec<u8>,
    /// The MRZ that dmrtd parsed from EF.DG1.
    pub mrz: String,
    /// EF.DG2 as read.
    pub dg2: Vec<u8>,
    /// EF.SOD as read.
    pub sod: Vec<u8>,
    /// Active Authentication, if it was asked for: dmrtd's reason if it failed.
    pub active_authentication: Option<std::result::Result<(), String>>,
}

/// A closure as dmrtd's transport.
pub struct Closure<F>(F);

impl<F: FnMut(&[u8]) -> Result<Vec<u8>>> Transceiver for Closure<F> {
    fn transceive(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        (self.0)(apdu).map_err(|error| TransceiveError::new(format!("{error:#}")))
    }
}

/// Opens the chip: with PACE as EF.CardAccess offers it, or with BAC.
pub fn open<F: FnMut(&[u8]) -> Result<Vec<u8>>>(
    transmit: F,
    access: &Access,
) -> Result<Passport<Closure<F>>> {
    let mut passport = Passport::new(Closure(transmit));
    match access {
        Access::Bac(fields) => passport.start_session(key(fields, false)?).context("BAC")?,
        Access::PaceMrz(fields) => {
            let card_access = passport.read_ef_card_access().context("EF.CardAccess")?;
            passport.start_session_pace(key(fields, true)?, &card_access).context("PACE with the MRZ")?;
        }
        Access::PaceCan(can) => {
            let card_access = passport.read_ef_card_access().context("EF.CardAccess")?;
            passport.start_session_pace(CanKey::new(can)?, &card_access).context("PACE with the CAN")?;
        }
    }
    Ok(passport)
}

/// Opens the chip and reads EF.COM, EF.DG1, EF.DG2 and EF.SOD; with a challenge also performs Active Authentication.
pub fn read(
    transmit: impl FnMut(&[u8]) -> Result<Vec<u8>>,
    access: &Access,
    challenge: Option<&[u8; 8]>,
) -> Result<Reading> {
    let mut passport = open(transmit, access)?;
    let com = passport.read_ef_com().context("EF.COM")?;
    let dg1 = passport.read_ef_dg1().context("EF.DG1")?;
    let dg2 = passport.read_ef_dg2().context("EF.DG2")?;
    let sod = passport.read_ef_sod().context("EF.SOD")?;
    let active_authentication = challenge
        .map(|challenge| passport.verify_active_authentication(challenge).map_err(|error| error.to_string()));
    Ok(Reading {
        com: com.to_bytes().to_vec(),
        mrz: String::from_utf8(dg1.mrz().to_bytes().to_vec()).context("the MRZ is not text")?,
        dg1: dg1.to_bytes().to_vec(),
        dg2: dg2.to_bytes().to_vec(),
        sod: sod.to_bytes().to_vec(),
        active_authentication,
    })
}

/// dmrtd's Passive Authentication of a reading against CSCA certificates in DER; an error says what did not hold.
pub fn passive_authentication(reading: &Reading, anchors: &[&[u8]]) -> Result<()> {
    let anchors: Vec<TrustAnchor> =
        anchors.iter().map(|der| TrustAnchor::from_certificate(der)).collect::<Result<_, _>>()?;
    let groups = [DataGroup { number: 1, bytes: &reading.dg1 }, DataGroup { number: 2, bytes: &reading.dg2 }];
    let found = passive::verify(&reading.sod, &groups, &anchors)?;
    if let ChainStatus::Unverified = found.chain {
        bail!("dmrtd finds no chain from the document signer to a given CSCA");
    }
    Ok(())
}

/// A document with an authority that stays decoded.
pub struct DocumentPeer<'a> {
    sod: &'a [u8],
    dg1: &'a [u8],
    anchors: [TrustAnchor; 1],
}

impl<'a> DocumentPeer<'a> {
    /// Decodes the authority, a certificate in DER.
    pub fn new(sod: &'a [u8], dg1: &'a [u8], authority: &[u8]) -> Result<DocumentPeer<'a>> {
        Ok(DocumentPeer { sod, dg1, anchors: [TrustAnchor::from_certificate(authority)?] })
    }

    /// dmrtd's Passive Authentication of EF.SOD and EF.DG1; it refuses to judge without a data group.
    pub fn verify(&self) -> Result<()> {
        let found = passive::verify(self.sod, &[DataGroup { number: 1, bytes: self.dg1 }], &self.anchors)?;
        match found.chain {
            ChainStatus::Unverified => bail!("dmrtd finds no chain from the document signer to a given CSCA"),
            ChainStatus::Trusted { .. } => Ok(()),
        }
    }
}

fn key(fields: &MrzFields, pace: bool) -> Result<DBAKey> {
    let date = |text: &str| {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .with_context(|| format!("{text} is not a date YYYY-MM-DD"))
    };
    Ok(DBAKey::new(fields.number.clone(), date(&fields.birth)?, date(&fields.expiry)?, pace)?)
}
