//! plugins/core
