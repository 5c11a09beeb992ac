//! Whole documents: contents, signatures, keys, and their JSON form.

use emrtd::lds::public_key::PublicKey;
use emrtd::lds::{com, dg1, dg2, dg7, dg11, dg12, dg16};
use emrtd_sim::document::{
    ActiveAuthenticationKey, DocumentFormError, ElementaryFile, SpecimenDocument, StaticKey,
};
use emrtd_sim::issue::builtin_profiles;
use emrtd_sim::issue::profile::{DocumentFormat, LdsVersion};
use emrtd_sim::people::{Holder, NameLanguage};
use groups::{Group, Secret};

use crate::support::{Node, issue, key_info_of, profile, rng, signed_by, state_of, today, verifies};

/// What a SignedData says, taken apart without the issuing code.
pub(crate) struct Signed<'a> {
    pub(crate) version: u8,
    pub(crate) content_type: &'a [u8],
    pub(crate) content: &'a [u8],
    pub(crate) certificate: Option<&'a [u8]>,
    pub(crate) signer_info: Vec<Node<'a>>,
}

impl<'a> Signed<'a> {
    pub(crate) fn parse(content_info: &'a [u8]) -> Self {
        let outer = Node::one(content_info).children();
        let parts = outer[1].children()[0].children();
        let encapsulated = parts[2].children();
        Self {
            version: parts[0].value[0],
            content_type: encapsulated[0].value,
            content: encapsulated[1].children()[0].value,
            certificate: (parts[3].tag == 0xA0).then_some(parts[3].value),
            signer_info: parts.last().unwrap().children()[0].children(),
        }
    }

    /// Whether the signature and the message digest are right under the certificate.
    pub(crate) fn verifies_with(&self, certificate: &[u8]) -> bool {
        let key = key_info_of(certificate);
        let info = &self.signer_info;
        if info[3].tag != 0xA0 {
            return verifies(&key, info[3].whole, self.content, info[4].value);
        }
        let mut message = info[3].whole.to_vec();
        message[0] = 0x31;
        self.message_digest_is_right(&info[3], info[2])
            && verifies(&key, info[4].whole, &message, info[5].value)
    }

    fn message_digest_is_right(&self, attributes: &Node<'_>, algorithm: Node<'_>) -> bool {
        use emrtd_sim::pki::HashAlgorithm;
        let oid = algorithm.children()[0].value;
        let hash = HashAlgorithm::ALL.into_iter().find(|hash| hash.oid().as_bytes() == oid).unwrap();
        let digest = attributes.children().into_iter().find_map(|attribute| {
            let [kind, values] = attribute.children()[..] else { panic!("attribute") };
            (kind.value == [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04])
                .then(|| values.children()[0].value)
        });
        digest == Some(hash.digest(self.content).as_slice())
    }
}

/// The hashes of an LDSSecurityObject by number.
fn hashes(content: &[u8]) -> Vec<(u8, Vec<u8>)> {
    Node::one(content).children()[2]
        .children()
        .iter()
        .map(|entry| (entry.children()[0].value[0], entry.children()[1].value.to_vec()))
        .collect()
}

fn content_info(document: &SpecimenDocument) -> Vec<u8> {
    Node::one(document.file(ElementaryFile::Sod).unwrap()).value.to_vec()
}

fn data_groups(document: &SpecimenDocument) -> Vec<(u8, &[u8])> {
    document
        .files
        .iter()
        .filter_map(|(file, content)| match file {
            ElementaryFile::DataGroup(number) => Some((*number, content.0.as_slice())),
            _ => None,
        })
        .collect()
}

#[test]
fn every_built_in_profile_issues_a_document_whose_security_object_verifies_up_to_the_csca() {
    for (seed, name) in (0..).zip(builtin_profiles()) {
        let profile = profile(name);
        let document = issue(&profile, seed);
        let content_info = content_info(&document);
        let signed = Signed::parse(&content_info);
        let signer = &document.document_signer_certificate.0;
        let csca = &document.csca_certificate.0;
        assert_eq!(signed.certificate, Some(signer.as_slice()), "{name}");
        assert!(signed.verifies_with(signer), "{name}: signature");
        assert!(
            signed_by(signer, &key_info_of(csca)) && signed_by(csca, &key_info_of(csca)),
            "{name}: chain"
        );

        let expected: Vec<_> = data_groups(&document)
            .into_iter()
            .map(|(number, content)| (number, profile.sod.digest.digest(content)))
            .collect();
        assert_eq!(hashes(signed.content), expected, "{name}");
        assert_eq!(signed.version, 3);
        let version = Node::one(signed.content).children()[0].value[0];
        assert_eq!(version, u8::from(profile.lds_version == LdsVersion::V1_8), "{name}");
    }
}

#[test]
fn the_reader_understands_every_file_of_every_profile() {
    for (seed, name) in (20..).zip(builtin_profiles()) {
        let document = issue(&profile(name), seed);
        for (file, content) in &document.files {
            let content = content.0.as_slice();
            let read = match file {
                ElementaryFile::DataGroup(1) => dg1::Dg1::parse(content).map(drop),
                ElementaryFile::DataGroup(2) => dg2::Dg2::parse(content).map(drop),
                ElementaryFile::DataGroup(7) => dg7::Dg7::parse(content).map(drop),
                ElementaryFile::DataGroup(11) => dg11::Dg11::parse(content).map(drop),
                ElementaryFile::DataGroup(12) => dg12::Dg12::parse(content).map(drop),
                ElementaryFile::DataGroup(16) => dg16::Dg16::parse(content).map(drop),
                ElementaryFile::Com => com::Com::parse(content).map(drop),
                ElementaryFile::Sod => emrtd::lds::sod::SecurityObject::parse(content).map(drop),
                ElementaryFile::Dir => emrtd::lds::dir::Dir::parse(content).map(drop),
                ElementaryFile::AtrInfo => emrtd::lds::atr_info::AtrInfo::parse(content).map(drop),
                _ => Ok(()),
            };
            assert!(read.is_ok(), "{name} {}: {read:?}", file.name());
        }
    }
}

#[test]
fn ef_com_lists_exactly_the_data_groups_that_exist() {
    let tags =
        [0, 0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70];
    for name in builtin_profiles() {
        let document = issue(&profile(name), 40);
        let com = com::Com::parse(document.file(ElementaryFile::Com).unwrap()).unwrap();
        let expected: Vec<u8> =
            data_groups(&document).iter().map(|(number, _)| tags[usize::from(*number)]).collect();
        assert_eq!(com.tags, expected, "{name}");
    }
}

#[test]
fn the_mrz_of_dg1_is_the_printed_one_and_opens_the_chip() {
    for (seed, name) in (60..).zip(builtin_profiles()) {
        let profile = profile(name);
        let document = issue(&profile, seed);
        let dg1 = dg1::Dg1::parse(document.file(ElementaryFile::DataGroup(1)).unwrap()).unwrap();
        assert_eq!(dg1.mrz.lines(), document.mrz);
        let fields = dg1.mrz.access_fields();
        assert_eq!(*fields.mrz_information(), document.access.mrz_information);
        assert_eq!(dg1.mrz.document_number(), document.access.document_number);
        assert_eq!(document.access.document_number.len(), usize::from(profile.document_number_length));
        assert_eq!(document.access.can.is_some(), profile.access.can);
        assert!(document.access.can.iter().all(|can| can.len() == 6));
        let lines = match profile.format {
            DocumentFormat::Td1 => 3,
            DocumentFormat::Td2 | DocumentFormat::Td3 => 2,
        };
        assert_eq!(document.mrz.len(), lines, "{name}");
        assert_eq!(dg1.mrz.issuing_state().to_string(), profile.issuing_state);
    }
}

#[test]
fn dg2_holds_the_portrait_at_about_the_size_asked_for() {
    for name in ["pace-cam", "face-39794"] {
        let mut profile = profile(name);
        for bytes in [12_000, 18_000, 30_000] {
            profile.portrait.bytes = bytes;
            let document = issue(&profile, 5);
            let portrait = &document.portrait.0;
            assert!(portrait.len() <= bytes && portrait.len() > bytes * 4 / 5, "{}", portrait.len());
            let file = document.file(ElementaryFile::DataGroup(2)).unwrap();
            let parsed = dg2::Dg2::parse(file).unwrap();
            let image = &parsed.faces[0].image;
            assert_eq!(image.bytes(file), Some(portrait.as_slice()), "{name}");
        }
    }
}

fn public_keys(infos: &[u8]) -> Vec<(Vec<u8>, Option<u64>)> {
    let pk = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01];
    Node::one(infos)
        .children()
        .iter()
        .filter(|info| info.children()[0].value.starts_with(&pk))
        .map(|info| {
            let parts = info.children();
            let id = parts.get(2).map(|id| id.value.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
            (parts[1].whole.to_vec(), id)
        })
        .collect()
}

fn fits(key: &StaticKey, published: &[(Vec<u8>, Option<u64>)]) -> bool {
    let group = Group::from_parameter_id(key.parameter_id).unwrap();
    let public = Secret::from_bytes(group, key.secret.expose()).unwrap().public();
    published.iter().any(|(info, id)| {
        let object = emrtd::tlv::Reader::new(info).expect(0x30).unwrap();
        matches!(PublicKey::read(&object), Ok(PublicKey::Group(found)) if found.element == public)
            && *id == key.key_id
    })
}

#[test]
fn every_chip_key_belongs_to_a_published_public_key() {
    for name in builtin_profiles() {
        let profile = profile(name);
        let document = issue(&profile, 80);
        assert_eq!(document.keys.chip_authentication.len(), profile.chip_authentication.len());
        if let Some(dg14) = document.file(ElementaryFile::DataGroup(14)) {
            let published = public_keys(Node::one(dg14).value);
            assert_eq!(published.len(), document.keys.chip_authentication.len(), "{name}");
            for key in &document.keys.chip_authentication {
                assert!(fits(key, &published), "{name}: Chip Authentication");
            }
        } else {
            assert!(document.keys.chip_authentication.is_empty());
        }
        match document.file(ElementaryFile::CardSecurity) {
            None => assert!(document.keys.pace_cam.is_empty()),
            Some(file) => {
                let signed = Signed::parse(file);
                assert_eq!(signed.content_type, [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02, 0x01]);
                assert!(signed.verifies_with(&document.document_signer_certificate.0), "{name}");
                let published = public_keys(signed.content);
                assert!(!document.keys.pace_cam.is_empty());
                for key in &document.keys.pace_cam {
                    assert!(fits(key, &published), "{name}: mapping key");
                }
            }
        }
    }
}

#[test]
fn the_key_for_active_authentication_belongs_to_dg15() {
    use rsa::pkcs1::DecodeRsaPrivateKey;
    use rsa::traits::PublicKeyParts;
    for name in ["aa-rsa", "nl-passport", "aa-ecdsa", "be-id-card", "td2-card"] {
        let document = issue(&profile(name), 90);
        let info = Node::one(document.file(ElementaryFile::DataGroup(15)).unwrap()).value;
        let object = emrtd::tlv::Reader::new(info).expect(0x30).unwrap();
        match (document.keys.active_authentication.clone().unwrap(), PublicKey::read(&object).unwrap()) {
            (ActiveAuthenticationKey::Rsa { pkcs1, .. }, PublicKey::Rsa(public)) => {
                let key = rsa::RsaPrivateKey::from_pkcs1_der(pkcs1.expose()).unwrap();
                assert_eq!(*key.n_bytes(), *public.modulus);
            }
            (ActiveAuthenticationKey::Ecdsa { parameter_id, secret, .. }, PublicKey::Group(public)) => {
                let group = Group::from_parameter_id(parameter_id).unwrap();
                assert_eq!(Secret::from_bytes(group, secret.expose()).unwrap().public(), public.element);
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(issue(&profile("bac-only"), 90).keys.active_authentication.is_none());
}

#[test]
fn chips_without_pace_have_no_card_access_and_old_chips_no_dg14() {
    let old = issue(&profile("us-passport"), 1);
    assert!(old.file(ElementaryFile::CardAccess).is_none());
    assert!(old.file(ElementaryFile::DataGroup(14)).is_none());
    assert!(old.file(ElementaryFile::AtrInfo).is_none());
    // The French chip has a key but no ChipAuthenticationInfo.
    let french = issue(&profile("fr-passport"), 1);
    let infos = Node::one(french.file(ElementaryFile::DataGroup(14)).unwrap()).value.to_vec();
    let ca = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03];
    assert_eq!(public_keys(&infos).len(), 1);
    assert!(!Node::one(&infos).children().iter().any(|info| info.children()[0].value.starts_with(&ca)));
}

#[test]
fn dg14_repeats_every_pace_info_of_ef_card_access() {
    for name in builtin_profiles() {
        let document = issue(&profile(name), 2);
        let Some(card_access) = document.file(ElementaryFile::CardAccess) else { continue };
        let dg14 = Node::one(document.file(ElementaryFile::DataGroup(14)).unwrap()).value;
        let repeated: Vec<_> = Node::one(dg14).children().iter().map(|info| info.whole).collect();
        for info in Node::one(card_access).children() {
            assert!(repeated.contains(&info.whole), "{name}");
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_document_and_another_seed_another() {
    for name in ["pace-cam", "nl-passport", "de-id-card"] {
        let profile = profile(name);
        assert_eq!(issue(&profile, 3).to_json().unwrap(), issue(&profile, 3).to_json().unwrap(), "{name}");
        assert_ne!(issue(&profile, 3).files, issue(&profile, 4).files, "{name}");
    }
}

#[test]
fn the_json_form_gives_the_same_document_back() {
    for (seed, name) in (0..).zip(builtin_profiles()) {
        let document = issue(&profile(name), seed);
        let json = document.to_json().unwrap();
        assert!(json.starts_with("{\n  \"notice\": \"SPECIMEN"), "{name}");
        assert_eq!(SpecimenDocument::from_json(&json).unwrap(), document, "{name}");
    }
}

#[test]
fn a_json_form_without_the_marking_or_of_another_shape_is_refused() {
    let json = issue(&profile("pace-gm-ca"), 1).to_json().unwrap();
    let unmarked = json.replacen("SPECIMEN", "GENUINE", 1);
    assert!(matches!(SpecimenDocument::from_json(&unmarked), Err(DocumentFormError::NotASpecimen)));
    let newer = json.replacen("\"version\": 1", "\"version\": 2", 1);
    assert!(matches!(SpecimenDocument::from_json(&newer), Err(DocumentFormError::Version(2))));
    for broken in [
        json.replacen("\"EF.COM\"", "\"EF.XYZ\"", 1),
        json.replacen("\"mrz\"", "\"zone\"", 1),
        json[..json.len() / 2].to_owned(),
        String::new(),
    ] {
        assert!(matches!(SpecimenDocument::from_json(&broken), Err(DocumentFormError::Json(_))));
    }
}

#[test]
fn the_debug_form_of_a_document_shows_no_secret() {
    let document = issue(&profile("aa-ecdsa"), 1);
    let shown = format!("{document:?} {:?}", document.access);
    assert!(shown.contains("<redacted>"));
    assert!(!shown.contains(&document.access.document_number));
    assert!(!shown.contains(&document.holder.family_names));
    let Some(ActiveAuthenticationKey::Ecdsa { secret, .. }) = &document.keys.active_authentication else {
        panic!("no key")
    };
    assert!(!shown.contains(&format!("{:?}", secret.expose())));
}

#[test]
fn people_of_every_language_fit_into_every_layout() {
    let languages = NameLanguage::ALL;
    for name in ["pace-gm-ca", "de-id-card", "td2-card"] {
        let profile = profile(name);
        let state = state_of(&profile);
        for language in languages {
            let mut generator = rng(11);
            for _ in 0..5 {
                let holder = Holder::generate_with_names(language, today(), &mut generator);
                let mut quick = profile.clone();
                quick.portrait.bytes = 0;
                let issuance = emrtd_sim::issue::Issuance::new(&quick, &state, &holder, today());
                let document = issuance.issue(&mut generator);
                assert!(document.is_ok(), "{name} {holder:?}: {:?}", document.err());
            }
        }
    }
}
