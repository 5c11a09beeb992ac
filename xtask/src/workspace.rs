//! Where things are: the repository, the build directory, the cache of foreign peers.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository that holds this program.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the repository from what cargo says about this package, and the build directory from the environment.
    pub(crate) fn locate() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("the xtask package has no parent directory")?.to_owned();
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |set| root.join(set));
        Ok(Self { root, target })
    }

    /// The directory of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's build directory.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Foreign peers built by the set-up; kept between runs.
    pub(crate) fn peers(&self) -> PathBuf {
        self.target.join("peers")
    }

    /// Models of faces that the set-up took out of packages; kept between runs.
    pub(crate) fn models(&self) -> PathBuf {
        self.target.join("models")
    }

    /// Logs of tools whose output is not on the terminal.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(format!("{name}.log"))
    }
}
