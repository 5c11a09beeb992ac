//! `kendt passport issue`: specimen documents into a folder.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::profile::DocumentProfile;
use emrtd_sim::issue::{Issuance, IssueError, IssuingState};
use emrtd_sim::people::{Holder, NameLanguage};
use emrtd_sim::pki::Revocation;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::ToSpan;
use jiff::civil::Date;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::{profiles, show};
use crate::context::{Context, Random};
use crate::page::{Paint, Tone};
use crate::terminal::{Terminal, print};

#[derive(Args)]
pub(crate) struct Options {
    /// Kind of document: a built-in profile, or a file that ends in .toml
    #[arg(long, value_name = "NAME|FILE", default_value = "pace-cam")]
    profile: String,

    /// Issuing state, as in the MRZ: UTO, DNK, D …; by default that of the profile
    #[arg(long, value_name = "CODE")]
    state: Option<String>,

    /// How many documents to make; all are signed by the same document signer
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,

    /// Make the same people, keys and numbers again (on the same day, see --date)
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Day of issue; by default today
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,

    /// Folder to make them in
    #[arg(long, value_name = "DIR", default_value = "specimens")]
    out: PathBuf,

    /// Overwrite documents of the same name
    #[arg(long)]
    force: bool,

    /// List the built-in profiles and end
    #[arg(long)]
    list: bool,
}

/// Someone who issues documents of one kind.
pub(crate) struct Issuer {
    profile: DocumentProfile,
    state: IssuingState,
    date: Date,
    random: Random,
}

impl Issuer {
    /// Founds the CSCA and a document signer below it.
    pub(crate) fn establish(
        profile: DocumentProfile,
        date: Date,
        mut random: Random,
    ) -> Result<Issuer, IssueError> {
        let state = IssuingState::establish(&profile, date, &mut *random)?;
        Ok(Issuer { profile, state, date, random })
    }

    /// Makes a person up and issues a document to them.
    pub(crate) fn issue(&mut self) -> Result<SpecimenDocument, IssueError> {
        let holder = self.holder();
        let issuance = Issuance::new(&self.profile, &self.state, &holder, self.date);
        issuance.issue(&mut *self.random)
    }

    /// The state's revocation list of the day, valid for a month; with `revoked` its document signer stands on it.
    pub(crate) fn revocation_list(&mut self, revoked: bool) -> Result<Vec<u8>, IssueError> {
        let from = self.date.at(0, 0, 0, 0);
        let serial = self.state.document_signer.certificate.serial.clone();
        let entry = Revocation { serial, revoked_at: from, reason: None };
        let listed: &[Revocation] = if revoked { &[entry] } else { &[] };
        let next = from.checked_add(1.month())?;
        Ok(self.state.csca.revocation_list(1, from, next, listed, &[], &mut *self.random)?)
    }

    /// Names fit the state; Utopia has people of every language.
    fn holder(&mut self) -> Holder {
        let state = self.profile.issuing_state.as_str();
        let language = NameLanguage::ALL.into_iter().find(|language| language.state() == state);
        match language.filter(|language| *language != NameLanguage::Utopian) {
            Some(language) => Holder::generate_with_names(language, self.date, &mut *self.random),
            None => Holder::generate(self.date, &mut *self.random),
        }
    }
}

/// Runs the command.
pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let terminal = context.terminal;
    if options.list {
        return Ok(print(&profiles::table(terminal.out)?)?);
    }
    let mut profile = profiles::load(&options.profile)?;
    if let Some(state) = &options.state {
        profile = profiles::with_state(profile, state)?;
    }
    let name = profile.name.clone();
    fs::create_dir_all(&options.out).with_context(|| format!("cannot create {}", options.out.display()))?;
    let random: Random = match options.seed {
        Some(seed) => Box::new(ChaCha20Rng::seed_from_u64(seed)),
        None => context.random(),
    };
    let bar = progress_bar(terminal, options.count);
    bar.set_message("making the keys of the issuing state");
    let mut issuer = Issuer::establish(profile, options.date.unwrap_or(context.today()), random)?;
    let digits = options.count.to_string().len().max(2);
    let write = |file: &Path, content: &[u8]| write(file, content, options.force);
    for number in 1..=options.count {
        bar.set_message(format!("{name}-{number:0digits$}"));
        let document = issuer.issue()?;
        let path = |extension: &str| options.out.join(format!("{name}-{number:0digits$}.{extension}"));
        write(&path("json"), document.to_json()?.as_bytes())?;
        write(&path("txt"), show::page(Paint::PLAIN, &document).as_bytes())?;
        write(&path("jpg"), &document.portrait.0)?;
        if number == 1 {
            write(&options.out.join(format!("{name}-csca.der")), &document.csca_certificate.0)?;
        }
        bar.inc(1);
    }
    let revocation = options.out.join(format!("{name}-crl.der"));
    write(&revocation, &issuer.revocation_list(false)?)?;
    bar.finish_and_clear();
    let authority = options.out.join(format!("{name}-csca.der"));
    let first = options.out.join(format!("{name}-{:0digits$}.json", 1));
    let lines = [
        format!(
            "{} specimen document{} in {}",
            options.count,
            if options.count == 1 { "" } else { "s" },
            options.out.display()
        ),
        format!("{}  kendt passport show {}", terminal.out.tone(Tone::Faint, "look at it "), first.display()),
        format!(
            "{}  kendt inspect --file {} --anchor {} --crl {}",
            terminal.out.tone(Tone::Faint, "read its chip"),
            first.display(),
            authority.display(),
            revocation.display()
        ),
    ];
    let shown = if terminal.quiet { &lines[..1] } else { &lines[..] };
    Ok(print(&(shown.join("\n") + "\n"))?)
}

fn progress_bar(terminal: Terminal, count: u32) -> ProgressBar {
    let hidden = terminal.quiet || !terminal.watched;
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(u64::from(count)), target);
    if let Ok(style) = ProgressStyle::with_template("  {bar:26} {pos:>4} of {len:<4}  {wide_msg}") {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}

/// A new file; one of the same name only with `force`.
fn write(path: &Path, content: &[u8], force: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    if force {
        options.write(true).create(true).truncate(true);
    } else {
        options.write(true).create_new(true);
    }
    let opened = options.open(path);
    let hint = match &opened {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => " (--force overwrites)",
        _ => "",
    };
    let result = opened.and_then(|mut file| file.write_all(content));
    result.with_context(|| format!("cannot write {}{hint}", path.display()))
}
