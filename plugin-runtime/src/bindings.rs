//! The contract as wasmtime's macro writes it in Rust, for the newest version that this host speaks.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "host",
    imports: {
        "jadi:plugin/kv": async | trappable,
        "jadi:plugin/commands": async | trappable,
        "jadi:plugin/media.open": async | trappable,
        "jadi:plugin/http.send": async | trappable,
        "jadi:plugin/settings": async | trappable,
        "jadi:plugin/schedule": async | trappable,
        "jadi:plugin/chat.progress-typing": async | trappable,
        "jadi:plugin/chat.progress-react": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: {
        "jadi:plugin/types.event": crate::capabilities::event::HeldEvent,
        "jadi:plugin/types.message": crate::capabilities::event::HeldMessage,
        "jadi:plugin/types.edit": crate::capabilities::event::HeldEdit,
        "jadi:plugin/types.deletion": crate::capabilities::event::HeldDeletion,
        "jadi:plugin/types.reaction": crate::capabilities::event::HeldReaction,
        "jadi:plugin/types.membership": crate::capabilities::event::HeldMembership,
        "jadi:plugin/types.due": crate::capabilities::event::HeldDue,
        "jadi:plugin/types.action": crate::capabilities::event::HeldAction,
        "jadi:plugin/chat.draft": crate::capabilities::chat::Draft,
        "jadi:plugin/media.file": crate::capabilities::media::File,
        "jadi:plugin/http.request": crate::capabilities::http::Request,
        "jadi:plugin/http.response": crate::capabilities::http::Answered,
        "jadi:plugin/groups.group": crate::capabilities::groups::HeldGroup,
    },
});
