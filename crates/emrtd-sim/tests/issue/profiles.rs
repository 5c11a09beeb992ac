//! Profiles as TOML: what is built in, what is refused.

use emrtd_sim::issue::profile::{DocumentProfile, ProfileError};
use emrtd_sim::issue::{builtin_profile, builtin_profiles};

fn text() -> String {
    include_str!("../../data/profiles/pace-cam.toml").to_owned()
}

/// The built-in profile `pace-cam` with one piece of text replaced.
fn changed(from: &str, to: &str) -> Result<DocumentProfile, ProfileError> {
    let text = text();
    assert!(text.contains(from), "`{from}` is not in the profile");
    DocumentProfile::from_toml(&text.replace(from, to))
}

#[test]
fn every_built_in_profile_is_valid_and_bears_its_name() {
    assert!(builtin_profiles().count() >= 12);
    assert!(builtin_profiles().is_sorted());
    for name in builtin_profiles() {
        let profile = builtin_profile(name).unwrap().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(profile.name, name);
        assert!(profile.description.ends_with('.'), "{name}");
    }
    assert!(builtin_profile("no-such-profile").is_none());
}

#[test]
fn every_profile_file_is_built_in() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/profiles");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(builtin_profiles().any(|known| known == name), "{name} is not in the list");
    }
}

#[test]
fn a_profile_survives_being_written_and_read() {
    for name in builtin_profiles() {
        let profile = builtin_profile(name).unwrap().unwrap();
        let written = toml::to_string(&profile).unwrap();
        assert_eq!(DocumentProfile::from_toml(&written).unwrap(), profile);
    }
}

#[test]
fn unknown_keys_are_refused_at_every_level() {
    for (from, to) in [
        ("country = \"UT\"", "country = \"UT\"\ncolour = \"red\""),
        ("can = true", "can = true\npin = true"),
        ("{ mapping = \"cam\",", "{ extra = 1, mapping = \"cam\","),
        ("ciphers = [\"aes-128\"]", "ciphers = [\"aes-128\"]\ncipher = \"aes-128\""),
        ("key = { type = \"ec\",", "key = { bits = 256, type = \"ec\","),
        ("signature = { scheme = \"ecdsa\",", "signature = { salt = 3, scheme = \"ecdsa\","),
    ] {
        assert!(matches!(changed(from, to), Err(ProfileError::Toml(_))), "{to}");
    }
}

#[test]
fn contradictions_are_refused_by_name() {
    let cases = [
        ("country = \"UT\"", "country = \"ut\"", ProfileError::Country("ut".to_owned())),
        ("[3, 11, 12]", "[1]", ProfileError::DataGroup(1)),
        (
            "mapping = \"cam\", parameter_id = 13",
            "mapping = \"cam\", parameter_id = 2",
            ProfileError::NoSuchProtocol,
        ),
        (
            "mapping = \"cam\", parameter_id = 13, cipher = \"aes-128\"",
            "mapping = \"cam\", parameter_id = 13, cipher = \"3des\"",
            ProfileError::NoSuchProtocol,
        ),
        (
            "mapping = \"gm\", parameter_id = 13",
            "mapping = \"im\", parameter_id = 10",
            ProfileError::NoIntegratedMapping(10),
        ),
        (
            "mapping = \"gm\", parameter_id = 13",
            "mapping = \"gm\", parameter_id = 7",
            ProfileError::UnknownParameters(7),
        ),
        (
            "key = { type = \"ec\", parameter_id = 13 }",
            "key = { type = \"ec\", parameter_id = 2 }",
            ProfileError::NotACurve(2),
        ),
        (
            "key = { type = \"ec\", parameter_id = 13 }",
            "key = { type = \"ec\", parameter_id = 13, encoding = \"standardised\" }",
            ProfileError::StandardisedInCertificate,
        ),
        (
            "signature = { scheme = \"ecdsa\", digest = \"sha256\" }",
            "signature = { scheme = \"rsa-pkcs1\", digest = \"sha256\" }",
            ProfileError::SignatureScheme("CSCA"),
        ),
        (
            "key = { type = \"ec\", parameter_id = 13 }",
            "key = { type = \"rsa\", bits = 512 }",
            ProfileError::RsaLength(512),
        ),
        (
            "format = \"td3\"",
            "format = \"td3\"\ndocument_number_length = 10",
            ProfileError::DocumentNumber(10),
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(changed(from, to).unwrap_err(), expected, "{to}");
    }
}

#[test]
fn a_can_without_pace_and_keys_without_ids_are_refused() {
    let mut profile = DocumentProfile::from_toml(&text()).unwrap();
    profile.access.pace.clear();
    assert_eq!(profile.validate(), Err(ProfileError::CanWithoutPace));

    let mut profile = DocumentProfile::from_toml(&text()).unwrap();
    let second = profile.chip_authentication[0].clone();
    profile.chip_authentication.push(second);
    assert_eq!(profile.validate(), Err(ProfileError::KeyIds));
    profile.chip_authentication[0].key_id = Some(1);
    profile.chip_authentication[1].key_id = Some(1);
    assert_eq!(profile.validate(), Err(ProfileError::KeyIds));
    profile.chip_authentication[1].key_id = Some(2);
    assert_eq!(profile.validate(), Ok(()));
}
