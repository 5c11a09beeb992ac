//! `kendt trust explain`: everything about one certificate.

use std::fs;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use pki::{Certificate, DeviationTable, Fingerprint, PublicKey, Role};

use super::{StoreOptions, open, short};
use crate::context::{Context, day};
use crate::failure::Failure;
use crate::page::{Page, Tone};
use crate::terminal::print;

#[derive(Args)]
pub(crate) struct Options {
    /// A certificate as a file, or the beginning of the SHA-256 of one in the store (at least 8 digits)
    #[arg(value_name = "FILE|SHA256")]
    certificate: String,

    #[command(flatten)]
    store: StoreOptions,
}

pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let store = open(context, &options.store)?;
    let table = DeviationTable::builtin()?;
    let wanted = options.certificate.to_ascii_lowercase();
    let certificate = if let Ok(bytes) = fs::read(&options.certificate) {
        let objects = pki::file_objects(&bytes)?;
        let first = objects.first().context("there is no certificate in the file")?;
        Certificate::parse(first)?
    } else {
        let found: Vec<Fingerprint> = store
            .manifest()
            .certificates
            .keys()
            .filter(|fingerprint| wanted.len() >= 8 && fingerprint.to_string().starts_with(&wanted))
            .copied()
            .collect();
        match found[..] {
            [one] => store.certificate(one).map_err(Failure::Trust)?,
            [] => bail!("{wanted:?} is neither a file nor the beginning of a SHA-256 in the store"),
            _ => bail!("several certificates of the store have a SHA-256 that begins with {wanted}"),
        }
    };
    let anchors = store.anchors(&table).map_err(Failure::Trust)?;
    let mut page = Page::new(context.terminal.out);
    let fingerprint = Fingerprint::of(certificate.as_der());
    page.heading("Certificate");
    page.field("Subject", &certificate.subject().to_string());
    page.field("Issuer", &certificate.issuer().to_string());
    page.field("Serial", &certificate.serial().to_string());
    page.field("SHA-256", &fingerprint.to_string());
    let validity = certificate.validity();
    let position = match validity.position_of(context.now) {
        std::cmp::Ordering::Less => (Tone::Caution, "not yet"),
        std::cmp::Ordering::Equal => (Tone::Good, "valid"),
        std::cmp::Ordering::Greater => (Tone::Caution, "expired"),
    };
    let text = format!("{} to {} ({})", validity.not_before, validity.not_after, position.1);
    page.field_in(position.0, "Validity", &text);
    page.field("Key", &key(certificate.key()));
    match certificate.signature_algorithm() {
        Ok(algorithm) => page.field("Signed with", &algorithm.to_string()),
        Err(problem) => page.field_in(Tone::Bad, "Signed with", &problem.to_string()),
    }
    let role = certificate.authority_role();
    page.field("Role", if role == Role::Authority { "self-signed" } else { "signed by another key" });

    page.heading("Who vouches for it");
    match store.manifest().certificates.get(&fingerprint) {
        None => page.paragraph(Tone::Caution, "It is not in the store."),
        Some(entry) => {
            for source in &entry.sources {
                let (tone, trusted) =
                    if source.trusted { (Tone::Good, "trusted") } else { (Tone::Caution, "not trusted") };
                let what = source.list.map_or_else(
                    || "the operator".to_owned(),
                    |list| {
                        let of = store.manifest().lists.get(&list).and_then(|list| list.country.clone());
                        format!(
                            "the master list {list} of {}",
                            of.unwrap_or_else(|| "nobody known".to_owned())
                        )
                    },
                );
                page.field_in(
                    tone,
                    trusted,
                    &format!("{what}, imported {} by {}", source.imported, source.by),
                );
            }
            if entry.by_link {
                page.field_in(Tone::Good, "trusted", "as a link that an authority of the store signed");
            }
        }
    }
    page.heading("How its key is linked to earlier ones");
    let chain = anchors.link_chain(&certificate);
    if chain.is_empty() {
        page.paragraph(Tone::Faint, "By no link certificate of the store.");
    }
    for link in &chain {
        let how = if link.claims_to_be_self_signed() { "first key" } else { "link" };
        let from = day(link.validity().not_before);
        let short = short(&Fingerprint::of(link.as_der()).to_string());
        page.field(how, &format!("{} ({}), from {from}, {short}", link.subject(), link.serial()));
    }
    page.heading("What departs from the profile");
    let departing = certificate.check_profile(role);
    if departing.is_empty() {
        page.paragraph(Tone::Good, "Nothing.");
    }
    let judgement = table.judge(&departing, certificate.country().as_deref());
    for deviation in &departing {
        let rule = table.rule(*deviation);
        let tone = if judgement.refused.contains(deviation) { Tone::Bad } else { Tone::Plain };
        let label = if judgement.refused.contains(deviation) { "refused" } else { "tolerated" };
        let text = rule.map_or_else(|| deviation.id(), |rule| format!("{}: {}", deviation.id(), rule.reason));
        page.field_in(tone, label, &text);
    }
    Ok(print(&page.into_text())?)
}

fn key(key: &PublicKey) -> String {
    match key {
        PublicKey::Rsa(key) => format!("RSA of {} bits", key.modulus_bits()),
        PublicKey::Ec(key) => format!("EC on {} ({:?} parameters)", key.element().group().name(), key.form),
        PublicKey::Unsupported(problem) => problem.to_string(),
    }
}
