//! What was released of the contract stays good: a plugin that was built for it runs on every later host.
//!
//! A released version is a copy of `wit/` under `wit/released/<version>/`. Each of its worlds must fit today's world of the same name:
//! a component that keeps to the old one is one of the new one too. The world `host` is left out: it names every kind of event, and a
//! new kind is no breach, since no plugin has to handle it.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use wit_component::semver_check;
use wit_parser::{Resolve, WorldId};

use crate::workspace;

/// The world of what a host calls.
const HOST: &str = "host";

/// What was released, and its digest: a line is added with a version, and none is ever changed.
const RELEASED: [(&str, &str); 1] = [(
    "0.1.0",
    "66788f3505f72b471ff423bb2c60723dc606fe5fb3c7693d7b11f68bbd40062a",
)];

/// The contract as the texts of its files, by name.
type Texts = Vec<(String, String)>;

/// The `.wit` files of a directory.
fn texts(directory: &Path) -> Texts {
    let entries = fs::read_dir(directory).expect("a directory of wit files");
    let mut texts: Texts = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "wit"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            let text = fs::read_to_string(&path).expect("text");
            (name.into_owned(), text)
        })
        .collect();
    texts.sort();
    texts
}

/// Adds a contract under a version of its own, since two of one version can't stand side by side. Returns its worlds by name.
fn add(
    resolve: &mut Resolve,
    texts: &Texts,
    version: &str,
) -> Result<Vec<(String, WorldId)>, String> {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in texts {
        let lines = text
            .lines()
            .map(|line| match line.strip_prefix("package jadi:plugin@") {
                Some(_) => format!("package jadi:plugin@{version};"),
                None => line.to_owned(),
            });
        let text = lines.collect::<Vec<_>>().join("\n");
        fs::write(directory.path().join(name), text).expect("written");
    }
    let (package, _) = resolve
        .push_dir(directory.path())
        .map_err(|error| format!("it does not resolve: {error:#}"))?;
    let worlds = resolve.packages[package].worlds.iter();
    Ok(worlds.map(|(name, id)| (name.clone(), *id)).collect())
}

/// Whether what keeps to `old` fits `new`, and if not, where.
fn fits(old: &Texts, new: &Texts) -> Result<(), String> {
    let mut resolve = Resolve::default();
    let before = add(&mut resolve, old, "0.0.1")?;
    let after = add(&mut resolve, new, "0.0.2")?;
    for (name, released) in before {
        if name == HOST {
            continue;
        }
        let today = after.iter().find(|(today, _)| *today == name);
        let (_, today) = today.ok_or_else(|| format!("the world {name} is gone"))?;
        // The check lets exports go, but who built for them counts on being called.
        let exports = |world: WorldId| resolve.worlds[world].exports.len();
        if exports(*today) < exports(released) {
            return Err(format!("the world {name} lost an export"));
        }
        semver_check(resolve.clone(), released, *today)
            .map_err(|error| format!("the world {name}: {error:#}"))?;
    }
    Ok(())
}

/// SHA-256 over names and texts in their order, each with its length.
fn digest(texts: &Texts) -> String {
    let mut digest = Sha256::new();
    for (name, text) in texts {
        for part in [name, text] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    hex::encode(digest.finalize())
}

#[test]
fn what_was_released_is_as_it_was() {
    let entries = fs::read_dir(workspace().join("wit/released")).expect("what was released");
    let mut found: Vec<_> = entries
        .map(|version| {
            let path = version.expect("an entry").path();
            let texts = texts(&path);
            // Nothing else lies there that a resolver would take.
            assert_eq!(
                fs::read_dir(&path).expect("a directory").count(),
                texts.len()
            );
            let version = path.file_name().expect("a version").to_string_lossy();
            (version.into_owned(), digest(&texts))
        })
        .collect();
    found.sort();
    let released = RELEASED.map(|(version, digest)| (version.to_owned(), digest.to_owned()));
    assert_eq!(
        found, released,
        "plugins out there were built for what was released: change wit/ and release another version"
    );
}

#[test]
fn todays_contract_fits_all_that_was_released() {
    let today = texts(&workspace().join("wit"));
    assert!(today.len() >= 5, "{} files", today.len());
    fits(&today, &today).expect("it fits itself");
    let released = fs::read_dir(workspace().join("wit/released")).expect("what was released");
    let versions: Vec<_> = released
        .map(|version| version.expect("an entry").path())
        .collect();
    assert!(versions.iter().any(|version| version.ends_with("0.1.0")));
    for version in versions {
        if let Err(why) = fits(&texts(&version), &today) {
            panic!("{} does not fit any more: {why}", version.display());
        }
    }
}

#[test]
fn a_change_that_breaks_plugins_is_noticed_and_one_that_breaks_none_is_taken() {
    let today = texts(&workspace().join("wit"));
    let changed = |from: &str, to: &str| -> Texts {
        let count: usize = today
            .iter()
            .map(|(_, text)| text.matches(from).count())
            .sum();
        assert!(count > 0, "the contract has no {from:?} any more");
        let texts = today.iter();
        texts
            .map(|(name, text)| (name.clone(), text.replacen(from, to, 1)))
            .collect()
    };
    let now = "    now: func() -> instant;";
    let handle = "handle: func(event: borrow<event>, message: borrow<message>)";
    for (what, from, to) in [
        (
            "a function more in a capability",
            now,
            &*format!("{now}\n    zone: func() -> string;"),
        ),
        (
            "a world more",
            "world message-handler {",
            "world other { import clock; }\nworld message-handler {",
        ),
        (
            "a capability more",
            "interface clock {",
            "interface other { now: func() -> u64; }\ninterface clock {",
        ),
    ] {
        assert_eq!(fits(&today, &changed(from, to)), Ok(()), "{what}");
    }
    for (what, from, to) in [
        ("a function less", now, ""),
        ("another result", now, "    now: func() -> string;"),
        (
            "a parameter more",
            now,
            "    now: func(zone: string) -> instant;",
        ),
        (
            "a case more",
            "        denied,",
            "        denied,\n        other,",
        ),
        (
            "a field more",
            "        message: string,\n    }",
            "        message: string,\n        code: u32,\n    }",
        ),
        (
            "another handler",
            handle,
            "handle: func(event: borrow<event>)",
        ),
        (
            "a world less",
            "world message-handler {\n    export on-message;\n}",
            "",
        ),
        (
            "an event less",
            "world message-edit-handler {\n    export on-message-edit;",
            "world message-edit-handler {",
        ),
        ("a capability less", "    import clock;\n", ""),
    ] {
        let told = fits(&today, &changed(from, to));
        assert!(told.is_err(), "{what} is not noticed");
    }
}
