//! Distinguished names of the issuing PKI (ICAO Doc 9303-12 §7.1.1: country upper case, CN mandatory).

use const_oid::ObjectIdentifier;

use super::Deviation;
use crate::asn1;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const LOCALITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.7");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const ORGANISATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

/// A distinguished name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistinguishedName {
    /// countryName, two letters.
    pub country: String,
    /// organizationName.
    pub organisation: String,
    /// organizationalUnitName.
    pub unit: Option<String>,
    /// commonName.
    pub common_name: String,
    /// serialNumber, which tells the generations of a CSCA apart where a state uses it.
    pub serial_number: Option<String>,
}

/// Which name of a certificate is written; departures can hit one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameRole {
    Issuer,
    Subject,
}

impl DistinguishedName {
    /// The Name, DER.
    pub fn to_der(&self) -> Vec<u8> {
        self.encode(Some(self.country.clone()))
    }

    /// The Name with the departures of a certificate; `state` are the letters of the MRZ.
    pub(super) fn to_der_with(&self, role: NameRole, state: &str, deviations: &[Deviation]) -> Vec<u8> {
        let lower = deviations.contains(&Deviation::LowerCaseCountry)
            || (role == NameRole::Issuer && deviations.contains(&Deviation::IssuerCountryCase));
        let country = if deviations.contains(&Deviation::MissingCountry) {
            None
        } else if deviations.contains(&Deviation::ThreeLetterCountry) {
            Some(state.to_owned())
        } else if lower {
            Some(self.country.to_lowercase())
        } else {
            Some(self.country.clone())
        };
        self.encode(country)
    }

    fn encode(&self, country: Option<String>) -> Vec<u8> {
        let mut relative = Vec::new();
        if let Some(country) = country {
            relative.push(attribute(COUNTRY, &asn1::printable(&country)));
        }
        relative.push(attribute(ORGANISATION, &asn1::utf8(&self.organisation)));
        if let Some(unit) = &self.unit {
            relative.push(attribute(ORGANISATIONAL_UNIT, &asn1::utf8(unit)));
        }
        if let Some(number) = &self.serial_number {
            relative.push(attribute(SERIAL_NUMBER, &asn1::printable(number)));
        }
        relative.push(attribute(COMMON_NAME, &asn1::utf8(&self.common_name)));
        asn1::sequence(relative)
    }
}

/// The Name with only a localityName, which the alternative names of issuer and subject carry with the letters of the
/// MRZ (Doc 9303-12 §7.1.1.3).
pub(super) fn locality(state: &str) -> Vec<u8> {
    asn1::sequence([attribute(LOCALITY, &asn1::utf8(state))])
}

fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    asn1::set_of(vec![asn1::sequence([asn1::oid(kind), value.to_vec()])])
}
