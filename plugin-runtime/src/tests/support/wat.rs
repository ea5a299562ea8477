//! Small plugins written as WebAssembly text.

/// The contract's types, as a component imports them.
const TYPES: &str = r#"
    (import "jadi:plugin/types@0.1.0" (instance $types
        (export "event" (type (sub resource)))
        (export "message" (type $message-here (sub resource)))
        (export "[method]message.text" (func (param "self" (borrow $message-here)) (result string)))
        (export "action" (type (sub resource)))
        (type $refused-cases (variant
            (case "denied") (case "invalid" string) (case "limit" string) (case "unavailable")))
        (export "refused" (type (eq $refused-cases)))
        (type $error-fields (record (field "message" string)))
        (export "error" (type (eq $error-fields)))))
    (alias export $types "event" (type $event))
    (alias export $types "message" (type $message))
    (alias export $types "action" (type $action))
    (alias export $types "refused" (type $refused))
    (alias export $types "error" (type $error))"#;

/// The capabilities that the tests' plugins may import, each with what it gives to the core module.
const CAPABILITIES: [(&str, &str, &str); 8] = [
    (
        "text",
        r#"(core func $message-text
            (canon lower (func $types "[method]message.text") (memory $memory) (realloc $realloc)))"#,
        r#"(export "message-text" (func $message-text))"#,
    ),
    (
        "log",
        r#"(import "jadi:plugin/log@0.1.0" (instance $log
            (type $levels (enum "debug" "info" "warn" "error"))
            (export "level" (type $level (eq $levels)))
            (export "write" (func (param "level" $level) (param "text" string)))))
        (core func $log-write (canon lower (func $log "write") (memory $memory)))"#,
        r#"(export "log-write" (func $log-write))"#,
    ),
    (
        "kv",
        r#"(import "jadi:plugin/kv@0.1.0" (instance $kv
            (alias outer 1 $refused (type $refused-here))
            (export "refused" (type $refused (eq $refused-here)))
            (export "used" (func (result (result u64 (error $refused)))))
            (export "set" (func (param "key" string) (param "value" (list u8)) (result (result (error $refused)))))))
        (core func $kv-used (canon lower (func $kv "used") (memory $memory) (realloc $realloc)))
        (core func $kv-set (canon lower (func $kv "set") (memory $memory) (realloc $realloc)))"#,
        r#"(export "kv-used" (func $kv-used)) (export "kv-set" (func $kv-set))"#,
    ),
    (
        "chat",
        r#"(import "jadi:plugin/chat@0.1.0" (instance $chat
            (alias outer 1 $action (type $action-here))
            (export "action" (type $action (eq $action-here)))
            (alias outer 1 $refused (type $refused-here))
            (export "refused" (type $refused (eq $refused-here)))
            (export "draft" (type $draft (sub resource)))
            (export "[constructor]draft" (func (param "text" string) (result (own $draft))))
            (export "send" (func (param "draft" (own $draft)) (result (result (own $action) (error $refused)))))))
        (core func $chat-draft (canon lower (func $chat "[constructor]draft") (memory $memory)))
        (core func $chat-send (canon lower (func $chat "send") (memory $memory) (realloc $realloc)))"#,
        r#"(export "chat-draft" (func $chat-draft)) (export "chat-send" (func $chat-send))"#,
    ),
    (
        "clock",
        r#"(import "jadi:plugin/clock@0.1.0" (instance $clock
            (export "now" (func (result s64)))))
        (core func $clock-now (canon lower (func $clock "now")))"#,
        r#"(export "clock-now" (func $clock-now))"#,
    ),
    (
        "random",
        r#"(import "jadi:plugin/random@0.1.0" (instance $random
            (export "number" (func (result u64)))))
        (core func $random-number (canon lower (func $random "number")))"#,
        r#"(export "random-number" (func $random-number))"#,
    ),
    (
        "wasi",
        r#"(import "wasi:clocks/wall-clock@0.2.6" (instance $wall
            (type $fields (record (field "seconds" u64) (field "nanoseconds" u32)))
            (export "datetime" (type $datetime (eq $fields)))
            (export "now" (func (result $datetime)))))
        (import "wasi:clocks/monotonic-clock@0.2.6" (instance $steady
            (export "now" (func (result u64)))))
        (import "wasi:random/random@0.2.6" (instance $chance
            (export "get-random-u64" (func (result u64)))))
        (core func $wasi-wall (canon lower (func $wall "now") (memory $memory)))
        (core func $wasi-steady (canon lower (func $steady "now")))
        (core func $wasi-chance (canon lower (func $chance "get-random-u64")))"#,
        r#"(export "wasi-wall" (func $wasi-wall)) (export "wasi-steady" (func $wasi-steady))
        (export "wasi-chance" (func $wasi-chance))"#,
    ),
    (
        "wasi-machine",
        r#"(import "wasi:cli/environment@0.2.6" (instance $environment
            (export "get-environment" (func (result (list (tuple string string)))))
            (export "get-arguments" (func (result (list string))))))
        (import "wasi:filesystem/types@0.2.6" (instance $files
            (export "descriptor" (type (sub resource)))))
        (alias export $files "descriptor" (type $descriptor))
        (import "wasi:filesystem/preopens@0.2.6" (instance $preopens
            (alias outer 1 $descriptor (type $here))
            (export "descriptor" (type $open (eq $here)))
            (export "get-directories" (func (result (list (tuple (own $open) string)))))))
        (core func $wasi-environment
            (canon lower (func $environment "get-environment") (memory $memory) (realloc $realloc)))
        (core func $wasi-arguments
            (canon lower (func $environment "get-arguments") (memory $memory) (realloc $realloc)))
        (core func $wasi-directories
            (canon lower (func $preopens "get-directories") (memory $memory) (realloc $realloc)))"#,
        r#"(export "wasi-environment" (func $wasi-environment))
        (export "wasi-arguments" (func $wasi-arguments))
        (export "wasi-directories" (func $wasi-directories))"#,
    ),
];

/// The core module's imports of a capability.
fn core_imports(capability: &str) -> &'static str {
    match capability {
        "log" => r#"(import "host" "log-write" (func $log-write (param i32 i32 i32)))"#,
        "text" => r#"(import "host" "message-text" (func $message-text (param i32 i32)))"#,
        "kv" => {
            r#"(import "host" "kv-used" (func $kv-used (param i32)))
            (import "host" "kv-set" (func $kv-set (param i32 i32 i32 i32 i32)))"#
        }
        "chat" => {
            r#"(import "host" "chat-draft" (func $chat-draft (param i32 i32) (result i32)))
            (import "host" "chat-send" (func $chat-send (param i32 i32)))"#
        }
        "clock" => r#"(import "host" "clock-now" (func $clock-now (result i64)))"#,
        "random" => r#"(import "host" "random-number" (func $random-number (result i64)))"#,
        "wasi" => {
            r#"(import "host" "wasi-wall" (func $wasi-wall (param i32)))
            (import "host" "wasi-steady" (func $wasi-steady (result i64)))
            (import "host" "wasi-chance" (func $wasi-chance (result i64)))"#
        }
        "wasi-machine" => {
            r#"(import "host" "wasi-environment" (func $wasi-environment (param i32)))
            (import "host" "wasi-arguments" (func $wasi-arguments (param i32)))
            (import "host" "wasi-directories" (func $wasi-directories (param i32)))"#
        }
        other => panic!("the tests have no capability {other}"),
    }
}

/// How the tests' plugins give out memory, to be replaced where that is what a test is about. The host calls it when it hands
/// over a string.
pub(crate) const REALLOC: &str = r#"(func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
                (local $at i32)
                (local.set $at (global.get $free))
                (global.set $free (i32.and
                    (i32.add (i32.add (global.get $free) (local.get $size)) (i32.const 7))
                    (i32.const -8)))
                (local.get $at))"#;

/// A component with a handler of messages, as WebAssembly text. `uses` names its capabilities, `items` are further items of
/// its core module, and `body` is what the handler does after it gave the event's handles back. It ends with the address of
/// its answer: `(call $ok)` for no actions, `(call $fail (address) (length))` for an error with this message, or
/// `(call $refused (address))` for the text of a refusal that a call left at this address.
pub(crate) fn wat(uses: &[&str], items: &str, body: &str) -> String {
    let body = format!(
        "(call $drop-event (local.get $event)) (call $drop-message (local.get $message)) {body}"
    );
    wat_that_keeps_handles(uses, items, &body)
}

/// The same, but the handler keeps the event's handles unless `body` gives them back.
pub(crate) fn wat_that_keeps_handles(uses: &[&str], items: &str, body: &str) -> String {
    let used = || CAPABILITIES.iter().filter(|(name, ..)| uses.contains(name));
    let capabilities: String = used().map(|(_, imports, _)| *imports).collect();
    let given: String = used().map(|(.., exports)| *exports).collect();
    let taken: String = used().map(|(name, ..)| core_imports(name)).collect();
    format!(
        r#"(component
        {TYPES}
        (core module $libc
            (memory (export "memory") 1)
            (global $free (mut i32) (i32.const 4096))
            {REALLOC})
        (core instance $libc (instantiate $libc))
        (alias core export $libc "memory" (core memory $memory))
        (alias core export $libc "realloc" (core func $realloc))
        {capabilities}
        (core func $drop-event (canon resource.drop $event))
        (core func $drop-message (canon resource.drop $message))
        (core instance $host
            (export "drop-event" (func $drop-event))
            (export "drop-message" (func $drop-message))
            {given})
        (core module $main
            {taken}
            (import "host" "drop-event" (func $drop-event (param i32)))
            (import "host" "drop-message" (func $drop-message (param i32)))
            (import "libc" "memory" (memory 1))
            (func $ok (result i32)
                (i32.store (i32.const 0) (i32.const 0))
                (i32.store (i32.const 4) (i32.const 0))
                (i32.store (i32.const 8) (i32.const 0))
                (i32.const 0))
            (func $fail (param $at i32) (param $length i32) (result i32)
                (i32.store (i32.const 0) (i32.const 1))
                (i32.store (i32.const 4) (local.get $at))
                (i32.store (i32.const 8) (local.get $length))
                (i32.const 0))
            (func $refused (param $at i32) (result i32)
                (call $fail
                    (i32.load offset=8 (local.get $at))
                    (i32.load offset=12 (local.get $at))))
            (func $handle (export "handle") (param $event i32) (param $message i32) (result i32)
                (local $i i32)
                {body})
            {items})
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
    )
}

/// The binary of WebAssembly text.
pub(crate) fn binary(wat: &str) -> Vec<u8> {
    match wat::parse_str(wat) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{error}"),
    }
}

/// Adds a custom section with a manifest.
pub(crate) fn with_manifest(mut component: Vec<u8>, manifest: &str) -> Vec<u8> {
    let name = jadi_plugin_manifest::SECTION;
    let mut section = Vec::new();
    leb128(&mut section, name.len());
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(manifest.as_bytes());
    component.push(0);
    leb128(&mut component, section.len());
    component.append(&mut section);
    component
}

pub(crate) fn leb128(bytes: &mut Vec<u8>, mut number: usize) {
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
