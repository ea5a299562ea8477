//! The contract as wasmtime's macro writes it in Rust, for the newest version that this host speaks.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    imports: {
        "jadi:plugin/kv": async | trappable,
        "jadi:plugin/commands": async | trappable,
        "jadi:plugin/chat.progress-typing": async | trappable,
        "jadi:plugin/chat.progress-react": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: {
        "jadi:plugin/types.event": crate::capabilities::event::HeldEvent,
        "jadi:plugin/types.message": crate::capabilities::event::HeldMessage,
        "jadi:plugin/types.action": crate::capabilities::event::HeldAction,
        "jadi:plugin/chat.draft": crate::capabilities::chat::Draft,
    },
});
