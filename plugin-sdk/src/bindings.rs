//! What `wit-bindgen` makes of the contract. Generated code: the one place of the SDK where `unsafe` is allowed, since
//! calls across the component boundary pass pointers.
//!
//! The capabilities are one world, and each kind of event another: a plugin's macro exports only the kinds that it handles,
//! and an import that nothing calls is dropped when the component is made.
#![allow(unsafe_code, missing_docs, unused_qualifications, clippy::all)]

/// Imports.
pub mod capabilities {
    wit_bindgen::generate!({
        path: "wit",
        world: "capabilities",
        generate_all,
    });
}

/// The export of plugins that handle messages.
pub mod message_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "message-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_message_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::message_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that handle edits.
pub mod message_edit_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "message-edit-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_message_edit_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::message_edit_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that handle deletions.
pub mod message_delete_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "message-delete-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_message_delete_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::message_delete_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that handle reactions.
pub mod reaction_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "reaction-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_reaction_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::reaction_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that handle newcomers.
pub mod group_add_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "group-add-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_group_add_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::group_add_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that handle people who leave.
pub mod group_remove_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "group-remove-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_group_remove_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::group_remove_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that handle what has become of their changes of people.
pub mod group_change_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "group-change-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_group_change_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::group_change_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that handle votes in their polls.
pub mod poll_vote_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "poll-vote-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_poll_vote_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::poll_vote_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that handle what they have scheduled.
pub mod schedule_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "schedule-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_schedule_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::schedule_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}

/// The export of plugins that tell what becomes of bots.
pub mod hosting_handler {
    wit_bindgen::generate!({
        path: "wit",
        world: "hosting-handler",
        with: { "jadi:plugin/types@0.1.0": crate::bindings::capabilities::jadi::plugin::types },
        pub_export_macro: true,
        export_macro_name: "__export_hosting_handler",
        default_bindings_module: "jadi_plugin_sdk::bindings::hosting_handler",
        runtime_path: "jadi_plugin_sdk::__private::rt",
    });
}
