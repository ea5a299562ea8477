//! What a host accepts as a manifest, and how it refuses the rest.

use jadi_plugin_manifest::{MAX_BYTES, Manifest, Problem, Role};
use serde_json::{Value, json};

fn good() -> Value {
    json!({
        "name": "greeter",
        "version": "1.2.3-beta.1",
        "authors": ["A. Author"],
        "languages": ["en", "id"],
        "summary": {"en": "Greets", "id": "Menyapa"},
        "commands": [{
            "name": "greet",
            "aliases": ["hello"],
            "usage": "<name>",
            "summary": {"en": "Greets somebody", "id": "Menyapa seseorang"},
            "category": "fun",
            "role": "group-admin",
            "place": "group",
            "needs_bot_admin": true,
            "cooldown_seconds": 5
        }],
        "events": [{"event": "message", "chats": ["group"], "contains": ["good morning"], "media": ["image"]}],
        "settings": [
            {"name": "greeting", "summary": {"en": "The word", "id": "Kata"}, "scope": "group", "value": {"kind": "text", "default": "Hi", "most": 20}},
            {"name": "times", "summary": "How often", "value": {"kind": "number", "default": 1, "least": 1, "most": 3}},
            {"name": "loud", "summary": "Louder", "value": {"kind": "toggle"}},
            {"name": "tone", "summary": "How", "value": {"kind": "choice", "default": "warm", "choices": ["warm", "cool"]}}
        ],
        "priority": -3,
        "http_hosts": ["api.example.org"],
        "reasons": {"kv": {"en": "to remember names", "id": "untuk mengingat nama"}}
    })
}

fn parse(value: &Value) -> Result<Manifest, jadi_plugin_manifest::ManifestError> {
    Manifest::parse(value.to_string().as_bytes())
}

#[test]
fn what_is_written_is_read_back() {
    let manifest = parse(&good()).expect("the example is good");
    let written = manifest.to_json().expect("it can be written");
    assert_eq!(Manifest::parse(&written).expect("and read"), manifest);
    let greet = manifest.command("hello").expect("by its alias");
    assert_eq!(greet.role, Role::GroupAdmin);
    assert_eq!(greet.summary.get("id"), "Menyapa seseorang");
    assert_eq!(greet.summary.get("fr"), "Greets somebody");
    assert_eq!(greet.usage.get("id"), "<name>");
    assert_eq!(manifest.category_title("fun", "es"), "Diversión");
    assert_eq!(manifest.category_title("pets", "en"), "pets");
}

/// Changes the good manifest at a JSON pointer and returns the error's text.
fn refused(pointer: &str, value: Value) -> String {
    let mut manifest = good();
    match manifest.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let key = pointer.trim_start_matches('/').to_owned();
            manifest
                .as_object_mut()
                .expect("an object")
                .insert(key, value);
        }
    }
    parse(&manifest)
        .expect_err(&format!("{pointer} must be refused"))
        .to_string()
}

#[test]
fn each_refusal_says_what_is_wrong() {
    let long = "x".repeat(2000);
    let cases = [
        ("/name", json!("../etc"), "\"../etc\" is not a name"),
        ("/name", json!("Greeter"), "is not a name"),
        ("/name", json!(""), "is not a name"),
        ("/version", json!("1.2"), "\"1.2\" is not a version"),
        ("/version", json!("1.02.3"), "is not a version"),
        ("/languages", json!([]), "at least one language"),
        ("/languages", json!(["EN"]), "is not a language tag"),
        ("/languages", json!(["en", "en"]), "\"en\" is there twice"),
        ("/languages", json!(["en", "id", "es"]), "\"es\" is missing"),
        (
            "/languages",
            json!(["en"]),
            "not among the plugin's languages",
        ),
        ("/commands/0/name", json!("say hello"), "is not a name"),
        (
            "/commands/0/aliases",
            json!(["greet"]),
            "\"greet\" is there twice",
        ),
        ("/commands/0/role", json!("king"), "unknown variant `king`"),
        ("/commands/0/place", json!("moon"), "unknown variant `moon`"),
        (
            "/commands/0/summary",
            json!(""),
            "commands.greet.summary: must not be empty",
        ),
        ("/commands/0/usage", json!("two\nlines"), "one line"),
        ("/commands/0/usage", json!(long), "one line"),
        ("/commands/0/grants", json!("all"), "unknown field `grants`"),
        ("/events/0/event", json!("group-add"), "no text or file"),
        (
            "/events/0/event",
            json!("payday"),
            "unknown variant `payday`",
        ),
        ("/events/0/contains", json!([""]), "must not be empty"),
        (
            "/http_hosts",
            json!(["https://example.org"]),
            "is not a host name",
        ),
        ("/http_hosts", json!(["127.0.0.1"]), "is not a host name"),
        ("/http_hosts", json!(["localhost"]), "is not a host name"),
        (
            "/reasons",
            json!({"root": "because"}),
            "unknown variant `root`",
        ),
        ("/bot_id", json!("x"), "unknown field `bot_id`"),
        ("/priority", json!(1_000_000), "invalid value"),
    ];
    for (pointer, value, expected) in cases {
        let (pointer, value) = match pointer {
            // A pointer to a field of the command that is not there yet replaces the command.
            "/commands/0/grants" => {
                let mut command = good()["commands"][0].clone();
                command["grants"] = value;
                ("/commands/0", command)
            }
            _ => (pointer, value),
        };
        let error = refused(pointer, value);
        assert!(
            error.contains(expected),
            "{pointer}: {error:?} lacks {expected:?}"
        );
    }
}

#[test]
fn two_commands_cannot_share_a_name() {
    let mut manifest = parse(&good()).expect("good");
    let mut second = manifest.commands[0].clone();
    second.name = "hello".to_owned();
    second.aliases.clear();
    manifest.commands.push(second);
    let error = manifest.check().expect_err("hello is an alias already");
    assert!(
        error
            .to_string()
            .contains(&Problem::Twice("hello".to_owned()).to_string())
    );
    assert!(manifest.to_json().is_err(), "nor is it written");
}

#[test]
fn what_is_not_a_manifest_at_all_is_refused() {
    for bytes in [&b""[..], b"\0asm", b"[]", b"{}", b"{\"name\":", b"\xff\xfe"] {
        assert!(Manifest::parse(bytes).is_err(), "{bytes:?}");
    }
    let huge = vec![b' '; MAX_BYTES + 1];
    let error = Manifest::parse(&huge).expect_err("too large");
    assert!(error.to_string().contains("65537 bytes"), "{error}");
}
