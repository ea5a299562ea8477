//! Small components, written as WebAssembly text: each answers a message with a mark of eight bytes and the message's text.

/// What a test's plugin is.
pub(super) struct Sketch<'a> {
    /// Its manifest, as JSON.
    pub(super) manifest: String,
    /// What its answers begin with, at most eight bytes.
    pub(super) mark: &'a str,
    /// Whether it imports `kv`: it then marks its answers `denied` when it may not use it.
    pub(super) kv: bool,
}

/// A plugin that has one command of its own name and sees all messages.
pub(crate) fn plugin(name: &str, version: u32, mark: &str) -> Vec<u8> {
    sketched(&Sketch {
        manifest: manifest(name, version, name),
        mark,
        kv: false,
    })
}

/// The same, and it imports `kv` too.
pub(crate) fn remembering(name: &str, version: u32, mark: &str) -> Vec<u8> {
    sketched(&Sketch {
        manifest: manifest(name, version, name),
        mark,
        kv: true,
    })
}

/// A manifest with one command, and a filter for all messages.
pub(super) fn manifest(name: &str, version: u32, command: &str) -> String {
    format!(
        r#"{{"name":"{name}","version":"1.0.{version}","languages":["en"],
        "reasons":{{"kv":"To remember"}},
        "commands":[{{"name":"{command}","summary":"x"}}],"events":[{{"event":"message"}}]}}"#
    )
}

/// The component file of a sketch.
pub(super) fn sketched(sketch: &Sketch<'_>) -> Vec<u8> {
    let mark = i64::from_le_bytes(padded(sketch.mark));
    let denied = i64::from_le_bytes(padded("denied"));
    let (kv, given, taken, asked) = if sketch.kv {
        (
            r#"(import "jadi:plugin/kv@0.1.0" (instance $kv
                (alias outer 1 $refused (type $refused-here))
                (export "refused" (type $refused (eq $refused-here)))
                (export "used" (func (result (result u64 (error $refused)))))))
            (core func $kv-used (canon lower (func $kv "used") (memory $memory) (realloc $realloc)))"#,
            r#"(export "kv-used" (func $kv-used))"#,
            r#"(import "host" "kv-used" (func $kv-used (param i32)))"#,
            format!(
                "(call $kv-used (i32.const 64))
                (if (i32.load8_u (i32.const 64))
                    (then (i64.store (local.get $at) (i64.const {denied}))))"
            ),
        )
    } else {
        ("", "", "", String::new())
    };
    let wat = format!(
        r#"(component
        (import "jadi:plugin/types@0.1.0" (instance $types
            (export "event" (type (sub resource)))
            (export "message" (type $m (sub resource)))
            (export "action" (type (sub resource)))
            (export "[method]message.text" (func (param "self" (borrow $m)) (result string)))
            (type $refused-cases (variant
                (case "denied") (case "invalid" string) (case "limit" string) (case "unavailable")))
            (export "refused" (type (eq $refused-cases)))
            (type $error-fields (record (field "message" string)))
            (export "error" (type (eq $error-fields)))))
        (alias export $types "event" (type $event))
        (alias export $types "message" (type $message))
        (alias export $types "action" (type $action))
        (alias export $types "refused" (type $refused))
        (alias export $types "error" (type $error))
        (core module $libc
            (memory (export "memory") 2)
            (global $free (mut i32) (i32.const 4096))
            (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
                (local $at i32)
                (local.set $at (global.get $free))
                (global.set $free (i32.and
                    (i32.add (i32.add (global.get $free) (local.get $size)) (i32.const 7))
                    (i32.const -8)))
                (local.get $at)))
        (core instance $libc (instantiate $libc))
        (alias core export $libc "memory" (core memory $memory))
        (alias core export $libc "realloc" (core func $realloc))
        (import "jadi:plugin/chat@0.1.0" (instance $chat
            (alias outer 1 $action (type $action-here))
            (export "action" (type $action (eq $action-here)))
            (alias outer 1 $refused (type $refused-here))
            (export "refused" (type $refused (eq $refused-here)))
            (export "draft" (type $draft (sub resource)))
            (export "[constructor]draft" (func (param "text" string) (result (own $draft))))
            (export "send" (func (param "draft" (own $draft)) (result (result (own $action) (error $refused)))))))
        {kv}
        (core func $text (canon lower (func $types "[method]message.text") (memory $memory) (realloc $realloc)))
        (core func $chat-draft (canon lower (func $chat "[constructor]draft") (memory $memory)))
        (core func $chat-send (canon lower (func $chat "send") (memory $memory) (realloc $realloc)))
        (core func $drop-event (canon resource.drop $event))
        (core func $drop-message (canon resource.drop $message))
        (core instance $host
            (export "text" (func $text))
            (export "chat-draft" (func $chat-draft))
            (export "chat-send" (func $chat-send))
            (export "drop-event" (func $drop-event))
            (export "drop-message" (func $drop-message))
            {given})
        (core module $main
            (import "host" "text" (func $text (param i32 i32)))
            (import "host" "chat-draft" (func $chat-draft (param i32 i32) (result i32)))
            (import "host" "chat-send" (func $chat-send (param i32 i32)))
            (import "host" "drop-event" (func $drop-event (param i32)))
            (import "host" "drop-message" (func $drop-message (param i32)))
            {taken}
            (import "libc" "memory" (memory 1))
            (import "libc" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
            (func (export "handle") (param $event i32) (param $message i32) (result i32)
                (local $at i32)
                ;; The mark, and right behind it the text.
                (local.set $at (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 8)))
                (i64.store (local.get $at) (i64.const {mark}))
                (call $text (local.get $message) (i32.const 32))
                {asked}
                (call $drop-event (local.get $event))
                (call $drop-message (local.get $message))
                (call $chat-send
                    (call $chat-draft
                        (local.get $at)
                        (i32.add (i32.load (i32.const 36)) (i32.const 8)))
                    (i32.const 96))
                (if (i32.load8_u (i32.const 96)) (then unreachable))
                (i32.store (i32.const 128) (i32.load offset=4 (i32.const 96)))
                (i32.store (i32.const 0) (i32.const 0))
                (i32.store (i32.const 4) (i32.const 128))
                (i32.store (i32.const 8) (i32.const 1))
                (i32.const 0)))
        (core instance $main (instantiate $main
            (with "host" (instance $host)) (with "libc" (instance $libc))))
        (alias core export $main "handle" (core func $handle))
        (func $handle-event
            (param "event" (borrow $event)) (param "message" (borrow $message))
            (result (result (list (own $action)) (error $error)))
            (canon lift (core func $handle) (memory $memory) (realloc $realloc)))
        (component $on-message
            (import "event" (type $event (sub resource)))
            (import "message" (type $message (sub resource)))
            (import "action" (type $action (sub resource)))
            (type $error-fields (record (field "message" string)))
            (import "error" (type $error (eq $error-fields)))
            (import "handle" (func $handle
                (param "event" (borrow $event)) (param "message" (borrow $message))
                (result (result (list (own $action)) (error $error)))))
            (export "event" (type $event))
            (export "message" (type $message))
            (export "action" (type $action))
            (export $exported-error "error" (type $error))
            (export "handle" (func $handle)))
        (instance $on-message (instantiate $on-message
            (with "event" (type $event)) (with "message" (type $message))
            (with "action" (type $action)) (with "error" (type $error))
            (with "handle" (func $handle-event))))
        (export "jadi:plugin/on-message@0.1.0" (instance $on-message)))"#
    );
    let mut component = match wat::parse_str(&wat) {
        Ok(component) => component,
        Err(error) => panic!("{error}"),
    };
    let name = jadi_plugin_manifest::SECTION;
    let mut section = Vec::new();
    leb128(&mut section, name.len());
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(sketch.manifest.as_bytes());
    component.push(0);
    leb128(&mut component, section.len());
    component.append(&mut section);
    component
}

fn padded(mark: &str) -> [u8; 8] {
    let mut bytes = [b' '; 8];
    bytes[..mark.len()].copy_from_slice(mark.as_bytes());
    bytes
}

fn leb128(bytes: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}
