//! The crate `emrtd` 0.0.2 (a namesake of ours, by others) as a reader of our chip: BAC and files, through PC/SC.
//!
//! PC/SC is told which service to use by an environment variable, which a test must not set for itself. So this
//! module runs in the program `foreign-reader`, once for each reading.

use anyhow::{Context, Result};
use foreign_emrtd::{EmrtdComms, other_mrz};

/// Opens the card with BAC (document number of nine characters, dates as `YYMMDD`); reads EF.COM and EF.DG1.
pub fn read(card: pcsc::Card, number: &str, birth: &str, expiry: &str) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut chip = EmrtdComms::new(card);
    chip.select_emrtd_application().context("SELECT of the application")?;
    let information = other_mrz(number, birth, expiry)?;
    chip.establish_bac_session_keys(information.as_bytes()).context("BAC")?;
    chip.select_ef(&[0x01, 0x1E], "EF.COM", true).context("SELECT EF.COM")?;
    let com = chip.read_data_from_ef(true).context("EF.COM")?;
    chip.select_ef(&[0x01, 0x01], "EF.DG1", true).context("SELECT EF.DG1")?;
    let dg1 = chip.read_data_from_ef(true).context("EF.DG1")?;
    Ok((com, dg1))
}
