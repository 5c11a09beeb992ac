//! emrtd-sim
