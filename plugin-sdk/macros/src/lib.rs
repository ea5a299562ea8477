//! plugin-sdk/macros
