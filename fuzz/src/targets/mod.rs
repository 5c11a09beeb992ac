//! The fuzz targets: plain functions of bytes, each with seeds that code makes or that lie among the tests' samples.
//!
//! A target panics when one of its oracles fails; everything else that an input can do is right. The same functions
//! run under libFuzzer (`fuzz_targets`) and in an ordinary test that replays seeds and stored corpus.

pub mod active_authentication;
pub mod apdu;
pub mod authenticity;
pub mod chip;
pub mod face_capture;
pub mod face_images;
pub mod groups;
pub mod lds;
pub mod lists;
pub mod mrz;
pub mod pki;
pub mod quirks;
pub mod secure_messaging;
pub mod security_infos;
pub mod session;
pub mod specimen;
pub mod tlv;

/// One fuzz target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: that of its program and of its folder in `corpus`.
    pub name: &'static str,
    /// What is run.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

const fn target(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, run, seeds }
}

/// All targets, in alphabetical order.
pub const ALL: &[Target] = &[
    target("aa_ecdsa", active_authentication::ecdsa, active_authentication::ecdsa_seeds),
    target("aa_rsa_keys", active_authentication::rsa_keys, active_authentication::rsa_key_seeds),
    target("aa_rsa_messages", active_authentication::rsa_messages, active_authentication::rsa_message_seeds),
    target("apdu", apdu::run, apdu::seeds),
    target("chip_commands", chip::commands, chip::command_seeds),
    target("chip_secured", chip::secured, chip::secured_seeds),
    target("evidence", authenticity::evidence, authenticity::evidence_seeds),
    target("face_capture", face_capture::run, face_capture::seeds),
    target("face_frame", face_images::frame, face_images::frame_seeds),
    target("face_jpeg", face_images::jpeg, face_images::jpeg_seeds),
    target("face_jpeg2000", face_images::jpeg2000, face_images::jpeg2000_seeds),
    target("face_record", face_images::record, face_images::record_seeds),
    target("group_element", groups::element, groups::element_seeds),
    target("group_parameters", groups::parameters, groups::parameter_seeds),
    target("group_signature", groups::signature, groups::signature_seeds),
    target("lds_atr_info", lds::atr_info, lds::atr_info_seeds),
    target("lds_com", lds::com, lds::com_seeds),
    target("lds_dg1", lds::dg1, lds::dg1_seeds),
    target("lds_dg11", lds::dg11, lds::dg11_seeds),
    target("lds_dg12", lds::dg12, lds::dg12_seeds),
    target("lds_dg15", lds::dg15, lds::dg15_seeds),
    target("lds_dg16", lds::dg16, lds::dg16_seeds),
    target("lds_dg2", lds::dg2, lds::dg2_seeds),
    target("lds_dg7", lds::dg7, lds::dg7_seeds),
    target("lds_dir", lds::dir, lds::dir_seeds),
    target("lds_sod", lds::sod, lds::sod_seeds),
    target("mrz_damaged", mrz::damaged, mrz::zone_seeds),
    target("mrz_names", mrz::names, mrz::name_seeds),
    target("mrz_parse", mrz::parse, mrz::zone_seeds),
    target(
        "passive_authentication",
        authenticity::passive_authentication,
        authenticity::passive_authentication_seeds,
    ),
    target("pki_certificate", pki::certificate, pki::certificate_seeds),
    target("pki_crl", pki::crl, pki::crl_seeds),
    target("pki_defect_list", lists::defect_list, lists::defect_list_seeds),
    target("pki_deviation_list", lists::deviation_list, lists::deviation_list_seeds),
    target("pki_ldif", pki::ldif, pki::ldif_seeds),
    target("pki_manifest", lists::manifest, lists::manifest_seeds),
    target("pki_master_list", pki::master_list, pki::master_list_seeds),
    target("pki_signed_data", pki::signed_data, pki::signed_data_seeds),
    target("quirks", quirks::run, quirks::seeds),
    target("security_infos", security_infos::run, security_infos::seeds),
    target("session_random_chip", session::random_chip, session::random_chip_seeds),
    target("session_tampered", session::tampered, session::tampered_seeds),
    target("sm_built", secure_messaging::built, secure_messaging::built_seeds),
    target("sm_forged", secure_messaging::forged, secure_messaging::forged_seeds),
    target("specimen_json", specimen::run, specimen::seeds),
    target("tlv", tlv::run, tlv::seeds),
];
