//! Whether a foreign program is there, and what its absence means.

use std::path::PathBuf;

/// Set by `cargo xtask test` to the directory of peers it built: from then on a missing peer is a failure.
pub const PEERS: &str = "KENDT_PEERS";

/// Takes what a test needs; `None` makes the test skip itself, after a message.
///
/// # Panics
/// If the run was set up, so that an absent program is a mistake and not a missing convenience.
#[expect(clippy::panic, reason = "called by tests only, as an assertion")]
pub fn or_skip<T>(what: &str, found: anyhow::Result<T>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(reason) if std::env::var_os(PEERS).is_some() => panic!("{what}: {reason:#}"),
        Err(reason) => {
            eprintln!("skipped, {what} is not available ({reason:#}); `cargo xtask setup` installs it");
            None
        }
    }
}

/// Where the set-up puts the peers it builds.
pub fn built_peers() -> PathBuf {
    std::env::var_os(PEERS)
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/peers")), PathBuf::from)
}
