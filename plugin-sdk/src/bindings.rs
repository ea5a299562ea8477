//! What `wit-bindgen` makes of the contract. Generated code: the one place of the SDK where `unsafe` is allowed, since
//! calls across the component boundary pass pointers.
//!
//! The capabilities are one world, and each kind of event another: a plugin's macro exports only the kinds that it handles,
//! and an import that nothing calls is dropped when the component is made.
#![allow(unsafe_code, missing_docs, unused_qualifications, clippy::all)]

/// Imports.
pub mod capabilities {
    wit_bindgen::generate!({
        path: "../wit",
        world: "capabilities",
        generate_all,
    });
}

/// The export of plugins that handle messages.
pub mod message_handler {
    wit_bindgen::generate!({
        path: "../wit",
        world: "message-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_message_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::message_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}
