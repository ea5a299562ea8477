//! Nothing: this package only unifies the features of third-party dependencies (see `.config/hakari.toml`).
