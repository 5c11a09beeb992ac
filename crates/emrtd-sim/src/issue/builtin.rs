//! The profiles that come with the crate; the files are in `data/profiles`.

use super::profile::{DocumentProfile, ProfileError};

/// Name and text of every built-in profile, in alphabetical order.
const FILES: &[(&str, &str)] = &[
    ("aa-ecdsa", include_str!("../../data/profiles/aa-ecdsa.toml")),
    ("aa-rsa", include_str!("../../data/profiles/aa-rsa.toml")),
    ("bac-only", include_str!("../../data/profiles/bac-only.toml")),
    ("be-id-card", include_str!("../../data/profiles/be-id-card.toml")),
    ("de-id-card", include_str!("../../data/profiles/de-id-card.toml")),
    ("de-passport", include_str!("../../data/profiles/de-passport.toml")),
    ("dk-passport", include_str!("../../data/profiles/dk-passport.toml")),
    ("face-39794", include_str!("../../data/profiles/face-39794.toml")),
    ("fr-passport", include_str!("../../data/profiles/fr-passport.toml")),
    ("nl-passport", include_str!("../../data/profiles/nl-passport.toml")),
    ("open", include_str!("../../data/profiles/open.toml")),
    ("pace-cam", include_str!("../../data/profiles/pace-cam.toml")),
    ("pace-dh", include_str!("../../data/profiles/pace-dh.toml")),
    ("pace-gm-ca", include_str!("../../data/profiles/pace-gm-ca.toml")),
    ("pace-im", include_str!("../../data/profiles/pace-im.toml")),
    ("short-only", include_str!("../../data/profiles/short-only.toml")),
    ("td2-card", include_str!("../../data/profiles/td2-card.toml")),
    ("tr-id-card", include_str!("../../data/profiles/tr-id-card.toml")),
    ("us-passport", include_str!("../../data/profiles/us-passport.toml")),
];

/// The names of the built-in profiles, in alphabetical order.
pub fn builtin_profiles() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The built-in profile of that name; `None` if there is no such name.
pub fn builtin_profile(name: &str) -> Option<Result<DocumentProfile, ProfileError>> {
    let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
    Some(DocumentProfile::from_toml(text))
}
