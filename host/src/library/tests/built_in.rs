//! The plugins that come with the host, over several starts.

use super::*;

#[tokio::test]
async fn they_serve_at_once_and_an_operators_word_stays() {
    let place = Place::new();
    place.built_in("sign.wasm", Some(&plugin("sign", 1, "v1")));
    let host = place.start().await;
    assert_eq!(host.bots[1].answers("a").await, ["v1      a"]);
    let view = host.library.get("sign").await.expect("there");
    assert!(view.built_in && view.everywhere);
    assert_eq!(view.by(), Some(Installer::BuiltIn));
    let off = host.library.switch("sign", Whom::All, false).await;
    off.expect("off");
    host.end().await;

    // Neither the next start nor a new file enables it again.
    let host = place.start().await;
    assert!(host.bots[0].answers("b").await.is_empty());
    host.end().await;
    place.built_in("sign.wasm", Some(&plugin("sign", 2, "v2")));
    let host = place.start().await;
    assert!(host.bots[0].answers("c").await.is_empty());
    host.enable("sign").await.expect("on");
    assert_eq!(host.bots[0].answers("d").await, ["v2      d"], "upgraded");

    // What was rolled back stays so until there is another file.
    host.library.rollback("sign").await.expect("back");
    host.end().await;
    let host = place.start().await;
    assert_eq!(host.bots[0].answers("e").await, ["v1      e"]);
    host.end().await;
    place.built_in("sign.wasm", Some(&plugin("sign", 3, "v3")));
    let host = place.start().await;
    assert_eq!(host.bots[0].answers("f").await, ["v3      f"]);
    host.end().await;
}

#[tokio::test]
async fn their_names_are_theirs() {
    let place = Place::new();
    place.built_in("sign.wasm", Some(&plugin("sign", 1, "v1")));
    let host = place.start().await;
    let theirs = plugin("sign", 2, "mine");
    match host.install(theirs.clone()).await {
        Err(error @ LibraryError::NameClash { .. }) => {
            assert!(error.to_string().contains("--replace"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    let removed = host.library.remove("sign").await;
    assert!(matches!(removed, Err(LibraryError::BuiltIn { .. })));
    let replacing = Installation {
        replace: true,
        ..agreed(theirs)
    };
    host.library.install(replacing).await.expect("on purpose");
    assert_eq!(host.bots[0].answers("a").await, ["mine    a"]);
    host.end().await;
    let host = place.start().await;
    assert_eq!(host.bots[0].answers("b").await, ["mine    b"], "it stays");
    host.end().await;

    // Without its file it is a plugin like any other; with it, the host's again, as the operator left it.
    place.built_in("sign.wasm", None);
    let host = place.start().await;
    assert!(!host.library.get("sign").await.expect("there").built_in);
    assert_eq!(host.bots[0].answers("c").await, ["mine    c"]);
    host.end().await;
    place.built_in("sign.wasm", Some(&plugin("sign", 1, "v1")));
    let host = place.start().await;
    assert!(host.library.get("sign").await.expect("there").built_in);
    assert_eq!(host.bots[0].answers("d").await, ["mine    d"]);
    host.end().await;
    place.built_in("sign.wasm", None);
    let host = place.start().await;
    host.library.remove("sign").await.expect("removed");
    host.end().await;
}

#[tokio::test]
async fn one_that_is_wrong_does_not_hold_up_the_others() {
    let place = Place::new();
    place.built_in("a.wasm", Some(b"not wasm"));
    place.built_in("b.wasm", Some(&plugin("sign", 1, "v1")));
    place.built_in("c.wasm", Some(&plugin("sign", 2, "twice")));
    let clashing = sketched(&Sketch {
        manifest: manifest("other", 1, "sign"),
        mark: "other",
        kv: false,
    });
    place.built_in("d.wasm", Some(&clashing));
    place.built_in("readme.txt", Some(b"not a plugin"));
    for _ in 0..2 {
        let host = place.start().await;
        assert_eq!(host.names().await, ["other", "sign"]);
        assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);
        let other = host.library.get("other").await.expect("there");
        assert!(!other.everywhere, "its command is taken");
        host.end().await;
    }
}

#[tokio::test]
async fn a_harmed_one_is_mended_from_its_file() {
    let place = Place::new();
    let component = plugin("sign", 1, "v1");
    place.built_in("sign.wasm", Some(&component));
    place.start().await.end().await;
    let kept = place.data().join("plugins");
    for entry in std::fs::read_dir(kept).expect("list") {
        std::fs::write(entry.expect("an entry").path(), b"harmed").expect("written");
    }
    let host = place.start().await;
    assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);
    host.end().await;
}

#[tokio::test]
async fn a_missing_directory_says_which_key_to_set() {
    let place = Place::new();
    let host = place.start().await;
    let missing = Path::new("/nonexistent/plugins");
    let error = host.library.take_in(missing).await.expect_err("missing");
    assert!(error.to_string().contains("plugins_dir"), "{error}");
    host.end().await;
}
