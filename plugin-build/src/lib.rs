//! plugin-build
