//! Portraits of synthetic holders.
