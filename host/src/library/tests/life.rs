//! From the file to the chat and back: install, consent, enable, upgrade, roll back, narrow, disable, remove.

use jadi_plugin_manifest::Capability;

use super::*;

/// The plugin with `kv` beside `chat`.
fn remembering(version: u32, mark: &str) -> Vec<u8> {
    super::remembering("sign", version, mark)
}

#[tokio::test]
async fn a_new_plugin_serves_nobody_then_one_bot_then_all() {
    let place = Place::new();
    let host = place.start().await;
    let [main, other] = &host.bots;
    let view = host.install(plugin("sign", 1, "v1")).await.expect("in");
    assert_eq!((view.version.as_str(), view.everywhere), ("1.0.1", false));
    assert_eq!(view.by(), Some(Installer::Operator));
    assert!(main.answers("a").await.is_empty());

    let only = Whom::Bot(other.id);
    let view = host.library.switch("sign", only, true).await.expect("one");
    assert_eq!(view.switches[0].number.as_deref(), Some(NUMBERS[1]));
    assert!(main.answers("b").await.is_empty());
    assert_eq!(other.answers("b").await, ["v1      b"]);

    host.enable("sign").await.expect("all");
    assert_eq!(main.answers("c").await, ["v1      c"]);
    assert_eq!(other.answers("c").await, ["v1      c"]);

    host.library
        .switch("sign", only, false)
        .await
        .expect("all but one");
    assert_eq!(main.answers("d").await, ["v1      d"]);
    assert!(other.answers("d").await.is_empty());

    host.library.remove("sign").await.expect("removed");
    assert!(main.answers("e").await.is_empty());
    assert!(host.names().await.is_empty());
    let files = std::fs::read_dir(place.data().join("plugins")).expect("list");
    assert_eq!(files.count(), 0, "its files are gone");
    let again = host.library.remove("sign").await;
    assert!(matches!(again, Err(LibraryError::NoSuchPlugin { .. })));
    host.end().await;
}

#[tokio::test]
async fn what_was_not_agreed_to_is_not_installed() {
    let place = Place::new();
    let host = place.start().await;
    let terms = host.library.look(remembering(1, "v1")).await.expect("seen");
    let keys: Vec<&str> = terms.needs.iter().map(|need| need.key.as_str()).collect();
    let [kv, chat, messages] = keys.as_slice() else {
        panic!("{keys:?}");
    };
    assert_eq!((*kv, *chat), ("kv", "chat"));
    assert_eq!(terms.needs[2].words, "see all messages");
    let reason = terms.needs[0]
        .reason
        .as_ref()
        .map(|reason| reason.get("en"));
    assert_eq!(reason, Some("To remember"));
    assert_eq!(terms.installed, None);
    assert!(host.names().await.is_empty(), "looking keeps nothing");

    let with = |component: Vec<u8>, keys: &[&str]| Installation {
        consent: Consent::To(keys.iter().map(|key| (*key).to_owned()).collect()),
        ..agreed(component)
    };
    let some = with(remembering(1, "v1"), &[*chat, *messages]);
    let Err(error @ LibraryError::ConsentNeeded { .. }) = host.library.install(some).await else {
        panic!("it was installed without consent");
    };
    let told = error.to_string();
    assert!(told.contains("keep data of its own"), "{told}");
    assert!(!told.contains("all messages"), "{told}");
    assert!(host.names().await.is_empty());

    // An upgrade needs consent for what is new and for nothing else.
    host.serve("sign", plugin("sign", 1, "v1")).await;
    host.library
        .install(with(plugin("sign", 2, "v2"), &[]))
        .await
        .expect("nothing is new");
    let terms = host.library.look(remembering(3, "v3")).await.expect("seen");
    let difference = terms.installed.expect("something is installed");
    assert_eq!(difference.version, "1.0.2");
    assert_eq!(difference.new_needs, ["kv"]);
    let upgrade = host.library.install(with(remembering(3, "v3"), &["chat"]));
    assert!(matches!(
        upgrade.await,
        Err(LibraryError::ConsentNeeded { needs, .. }) if needs.len() == 1 && needs[0].key == "kv"
    ));
    assert_eq!(host.bots[0].answers("a").await, ["v2      a"]);
    host.library
        .install(with(remembering(3, "v3"), &["kv"]))
        .await
        .expect("agreed");
    assert_eq!(host.bots[0].answers("b").await, ["v3      b"]);
    host.end().await;
}

#[tokio::test]
async fn an_interpreter_is_loaded_only_for_who_agreed_to_it() {
    let place = Place::new();
    let host = place.start().await;
    let scripted = |version, mark| {
        let manifest = manifest("quote", version, "quote");
        sketched(&Sketch {
            manifest: manifest.replacen('{', r#"{"limits":"script","#, 1),
            mark,
            kv: false,
        })
    };
    let install = |component: Vec<u8>, keys: &[String]| {
        host.library.install(Installation {
            consent: Consent::To(keys.iter().cloned().collect()),
            ..agreed(component)
        })
    };
    let terms = host.library.look(scripted(1, "v1")).await.expect("seen");
    let keys: Vec<String> = terms.needs.iter().map(|need| need.key.clone()).collect();
    let (script, others) = keys.split_last().expect("some needs");
    assert_eq!(script, "limits:script");

    let refused = install(scripted(1, "v1"), others)
        .await
        .expect_err("refused");
    assert_eq!(
        refused.to_string(),
        "quote needs your consent: it wants to bring the interpreter of its language along, and use more memory than other \
         plugins"
    );
    assert!(
        matches!(&refused, LibraryError::ConsentNeeded { needs, .. } if needs.len() == 1 && needs[0].key == *script)
    );
    assert!(host.names().await.is_empty());

    install(scripted(1, "v1"), &keys).await.expect("agreed");
    host.enable("quote").await.expect("enabled");
    assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);
    // What was agreed to once is not asked again, not by an upgrade and not by a restart.
    install(scripted(2, "v2"), &[])
        .await
        .expect("nothing is new");
    assert_eq!(host.bots[1].answers("b").await, ["v2      b"]);
    host.end().await;
    let host = place.start().await;
    assert_eq!(host.bots[0].answers("c").await, ["v2      c"]);
    host.end().await;
}

#[tokio::test]
async fn an_upgrade_shows_what_it_changes() {
    let place = Place::new();
    let host = place.start().await;
    host.serve("sign", remembering(1, "v1")).await;
    let renamed = sketched(&Sketch {
        manifest: manifest("sign", 2, "signature"),
        mark: "v2",
        kv: false,
    });
    let terms = host.library.look(renamed).await.expect("seen");
    let difference = terms.installed.expect("something is installed");
    assert_eq!(difference.new_commands, ["signature"]);
    assert_eq!(difference.lost_commands, ["sign"]);
    assert!(difference.new_needs.is_empty());
    assert_eq!(difference.lost_needs[0].key, "kv");
    assert!(!difference.same);
    host.end().await;
}

#[tokio::test]
async fn commands_that_clash_are_refused_with_both_names() {
    let place = Place::new();
    let host = place.start().await;
    let clash = |done: Result<PluginView, LibraryError>, plugin: &str| {
        let Err(error @ LibraryError::CommandClash { .. }) = done else {
            panic!("{done:?}");
        };
        let told = error.to_string();
        for part in [plugin, "sign", "the command sign"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    };
    let other = |command: &str| {
        sketched(&Sketch {
            manifest: manifest("other", command.len() as u32, command),
            mark: "other",
            kv: false,
        })
    };
    host.serve("sign", plugin("sign", 1, "v1")).await;
    host.install(other("sign")).await.expect("it serves nobody");
    clash(host.enable("other").await, "other");
    let (main, sub) = (Whom::Bot(host.bots[0].id), Whom::Bot(host.bots[1].id));
    clash(host.library.switch("other", sub, true).await, "other");
    assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);

    // Each on a bot of its own they get on, until one would meet the other.
    host.library.switch("sign", sub, false).await.expect("off");
    host.library.switch("other", sub, true).await.expect("on");
    assert_eq!(host.bots[0].answers("b").await, ["v1      b"]);
    assert_eq!(host.bots[1].answers("b").await, ["other   b"]);
    clash(host.library.switch("sign", sub, true).await, "other");
    clash(host.library.switch("other", main, true).await, "other");

    // An upgrade that would bring a clash is refused, and what served goes on.
    host.library.switch("other", sub, false).await.expect("off");
    host.install(other("free")).await.expect("no clash");
    host.enable("other").await.expect("no clash");
    clash(host.install(other("sign")).await, "other");
    clash(host.library.rollback("other").await, "other");
    assert_eq!(host.bots[1].answers("c").await, ["other   c"]);
    host.end().await;
}

#[tokio::test]
async fn versions_go_back_one_by_one() {
    let place = Place::new();
    let host = place.start().await;
    let bot = &host.bots[0];
    host.serve("sign", plugin("sign", 1, "v1")).await;
    for version in 2..=3 {
        let mark = format!("v{version}");
        host.install(plugin("sign", version, &mark))
            .await
            .expect("in");
    }
    assert_eq!(bot.answers("a").await, ["v3      a"]);
    let view = host.library.rollback("sign").await.expect("to 2");
    assert_eq!(view.version, "1.0.2");
    assert_eq!(bot.answers("b").await, ["v2      b"]);
    host.library.rollback("sign").await.expect("to 1");
    assert_eq!(bot.answers("c").await, ["v1      c"]);
    let further = host.library.rollback("sign").await;
    assert_eq!(
        further,
        Err(LibraryError::NoEarlierVersion {
            name: "sign".to_owned()
        })
    );
    host.install(plugin("sign", 3, "v3")).await.expect("in");
    assert_eq!(bot.answers("d").await, ["v3      d"]);
    host.end().await;
}

#[tokio::test]
async fn a_failing_version_is_left_only_while_it_is_in_use() {
    let place = Place::new();
    let host = place.start().await;
    host.serve("sign", plugin("sign", 1, "v1")).await;
    host.install(plugin("sign", 2, "v2")).await.expect("in");
    let failing = Digest::of(&plugin("sign", 2, "v2")).to_string();
    let back = host.library.roll_back_from("sign", &failing).await;
    let version = back.expect("back").map(|view| view.version);
    assert_eq!(version.as_deref(), Some("1.0.1"));
    assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);
    // Who tells it a second time, or too late, changes nothing.
    let again = host.library.roll_back_from("sign", &failing).await;
    assert_eq!(again, Ok(None));
    let first = Digest::of(&plugin("sign", 1, "v1")).to_string();
    assert_eq!(
        host.library.roll_back_from("sign", &first).await,
        Err(LibraryError::NoEarlierVersion {
            name: "sign".to_owned()
        })
    );
    host.end().await;
}

#[tokio::test]
async fn a_denied_capability_is_refused_to_the_plugin_and_no_trap() {
    let place = Place::new();
    let host = place.start().await;
    host.serve("sign", remembering(1, "v1")).await;
    assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);
    let deny = |capability| host.library.grant("sign", vec![capability], Vec::new());
    let view = deny(Capability::Kv).await.expect("narrowed");
    assert!(view.needs[0].denied && !view.needs[1].denied);
    assert_eq!(host.bots[0].answers("b").await, ["denied  b"]);
    assert_eq!(
        deny(Capability::Log).await,
        Err(LibraryError::NotImported {
            name: "sign".to_owned(),
            capability: Capability::Log
        })
    );
    // It stays so over an upgrade and a restart.
    host.install(remembering(2, "v2")).await.expect("in");
    assert_eq!(host.bots[0].answers("c").await, ["denied  c"]);
    host.end().await;
    let host = place.start().await;
    assert_eq!(host.bots[0].answers("d").await, ["denied  d"]);
    host.library
        .grant("sign", Vec::new(), vec![Capability::Kv])
        .await
        .expect("given back");
    assert_eq!(host.bots[0].answers("e").await, ["v2      e"]);
    host.end().await;
}

#[tokio::test]
async fn everything_is_as_it_was_after_a_restart() {
    let place = Place::new();
    let host = place.start().await;
    host.serve("sign", plugin("sign", 1, "v1")).await;
    host.install(plugin("sign", 2, "v2")).await.expect("in");
    host.library.rollback("sign").await.expect("back");
    host.install(plugin("guest", 1, "guest")).await.expect("in");
    let only = Whom::Bot(host.bots[1].id);
    host.library.switch("guest", only, true).await.expect("on");
    let before = host.library.list().await.expect("listed");
    host.end().await;

    let host = place.start().await;
    assert_eq!(host.library.list().await.expect("listed"), before);
    assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);
    assert_eq!(host.bots[1].answers("a").await, ["guest   a", "v1      a"]);
    host.end().await;
}

#[tokio::test]
async fn bots_are_named_by_id_by_number_or_as_main() {
    let place = Place::new();
    let host = place.start().await;
    let [main, other] = &host.bots;
    for (text, id) in [
        ("main", main.id),
        (NUMBERS[1], other.id),
        ("+62 800-0000-0201", other.id),
        (&other.id.to_string(), other.id),
    ] {
        assert_eq!(host.library.bot(text).await, Ok(id), "{text}");
    }
    for text in ["", "sub", "6280000000999", &"ab".repeat(16)] {
        let found = host.library.bot(text).await;
        assert!(
            matches!(&found, Err(LibraryError::NoSuchBot { bot }) if bot == text),
            "{found:?}"
        );
    }
    host.end().await;
}

#[tokio::test]
async fn an_author_at_work_is_served_everywhere_at_once() {
    let place = Place::new();
    let host = place.start().await;
    let save = |version, mark| Installation {
        by: Installer::Dev,
        ..agreed(plugin("sign", version, mark))
    };
    for (version, mark) in [(1, "v1"), (2, "v2"), (3, "v3")] {
        let view = host.library.install(save(version, mark)).await.expect("in");
        assert_eq!(view.versions.len(), 1, "saves are not kept");
        let expected = format!("{mark}      a");
        assert_eq!(host.bots[1].answers("a").await, [expected]);
    }
    let files = std::fs::read_dir(place.data().join("plugins")).expect("list");
    assert_eq!(files.count(), 1);
    let code = std::fs::read_dir(place.dir.path().join("cache")).expect("list");
    assert_eq!(code.count(), 1, "nor is their machine code");
    host.end().await;
}
