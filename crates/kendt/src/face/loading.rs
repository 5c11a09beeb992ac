//! Models from a folder into memory.

use std::fs::File;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use face::models::{Card, Model, default_detector, default_embedder, edgeface};
use face::networks::{Networks, Options};

use crate::context::Context;
use crate::failure::Failure;

/// Which models, and how they are run.
#[derive(Args)]
pub(crate) struct ModelOptions {
    /// Folder of the models that `cargo xtask setup` fetches [default: $KENDT_MODELS, else target/models of the build]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,

    /// Model that turns a face into a template: sface, edgeface-s, or the TOML file of a card, whose model lies beside it
    #[arg(long, value_name = "NAME", default_value = "sface")]
    model: String,

    /// Take the mirror image of each face into account too: slightly fewer errors, twice the time
    #[arg(long)]
    mirror: bool,

    /// Threads of each step
    #[arg(long, value_name = "N", default_value = "1")]
    threads: NonZeroUsize,
}

impl ModelOptions {
    /// Loads the detector and the chosen model.
    pub(crate) fn load(&self, context: &Context) -> Result<Networks, Failure> {
        let folder = self.models.as_deref().unwrap_or(&context.models);
        let (card, beside) = match self.model.as_str() {
            "sface" => (default_embedder(), folder),
            "edgeface-s" => (edgeface(), folder),
            name if Path::new(name).extension().is_some_and(|extension| extension == "toml") => {
                let path = Path::new(name);
                let text = std::fs::read_to_string(path).map_err(Failure::model_unreadable(path))?;
                let card = Card::parse(&text)
                    .map_err(|source| Failure::NoModelCard { path: path.to_owned(), source })?;
                (card, path.parent().unwrap_or(Path::new("")))
            }
            name => return Err(Failure::NoSuchModel(name.to_owned())),
        };
        let (detector_bytes, bytes) = (read(folder, &default_detector())?, read(beside, &card)?);
        let detector = Model::verify(default_detector(), &detector_bytes).map_err(Failure::Model)?;
        let embedder = Model::verify(card, &bytes).map_err(Failure::Model)?;
        let options = Options { threads: self.threads, mirror: self.mirror, ..Options::default() };
        Networks::load(&detector, &embedder, &options).map_err(Failure::Model)
    }
}

/// The file of a card, but never more bytes than one beyond its length.
fn read(folder: &Path, card: &Card) -> Result<Vec<u8>, Failure> {
    let path = folder.join(card.file());
    let file = File::open(&path).map_err(Failure::model_unreadable(&path))?;
    let mut bytes = Vec::new();
    file.take(card.bytes().saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(Failure::model_unreadable(&path))?;
    Ok(bytes)
}
