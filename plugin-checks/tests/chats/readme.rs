//! The README's table of commands is made of the manifests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jadi_plugin_test::{Manifest, Place};

use crate::bot;

const BEGIN: &str = "<!-- commands: made by a test, see plugin-checks/tests/chats/readme.rs -->\n";
const END: &str = "<!-- end of commands -->\n";

/// The manifests of all built-in plugins, by name.
pub fn manifests() -> Vec<Manifest> {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let mut names: Vec<String> = plugins
        .read_dir()
        .expect("the plugins")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .map(|path| {
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    let manifest = |name: &String| bot(name).plugin().manifest().clone();
    names.iter().map(manifest).collect()
}

/// A table for each category.
fn tables(manifests: &[Manifest]) -> String {
    let mut categories: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for manifest in manifests {
        for command in &manifest.commands {
            // Roles are written in manifests as people say them, but for the dash.
            let role = serde_json::to_value(command.role).expect("a role");
            let who = match role.as_str().unwrap_or_default() {
                "user" => "everybody".to_owned(),
                role => role.replace('-', " "),
            };
            let place = match command.place {
                Place::Any => "",
                Place::Group => ", in groups",
                Place::Private => ", in private",
                Place::Main => ", main bot",
            };
            let usage = command.usage.get("en").replace('|', "\\|");
            let typed = format!("!{} {usage}", command.name);
            let line = format!(
                "| `{}` | {} | {who}{place} |\n",
                typed.trim(),
                command.summary.get("en")
            );
            let title = manifest.category_title(&command.category, "en");
            categories.entry(title).or_default().push(line);
        }
    }
    let mut text = String::new();
    for (title, mut lines) in categories {
        lines.sort();
        text.push_str(&format!("\n| {title} | | for |\n| --- | --- | --- |\n"));
        text.push_str(&lines.concat());
    }
    text.push('\n');
    text
}

/// `JADI_UPDATE_GOLDEN=1` writes it.
#[test]
fn the_readmes_commands_are_those_of_the_manifests() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = fs::read_to_string(&readme).expect("the README");
    let (before, rest) = text.split_once(BEGIN).expect("where the table begins");
    let (table, after) = rest.split_once(END).expect("where it ends");
    let expected = tables(&manifests());
    if std::env::var_os("JADI_UPDATE_GOLDEN").is_some() {
        fs::write(&readme, [before, BEGIN, &expected, END, after].concat()).expect("written");
    } else {
        assert_eq!(
            table, expected,
            "run this test with JADI_UPDATE_GOLDEN=1 when the change is meant"
        );
    }
}

/// Every built-in plugin answers in each of the host's languages.
#[test]
fn every_plugin_speaks_all_languages() {
    for manifest in manifests() {
        assert_eq!(manifest.languages, ["en", "id", "es"], "{}", manifest.name);
    }
}

/// What a plugin says stands in `texts!`, which does not compile while it is missing in a language, and so does not `words!`.
#[test]
fn no_built_in_plugin_says_what_the_compiler_has_not_checked() {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let mut sources = 0;
    for manifest in manifests() {
        let directory = plugins.join(&manifest.name).join("src");
        for file in directory.read_dir().expect("its sources") {
            let path = file.expect("a file").path();
            let source = fs::read_to_string(&path).expect("text");
            assert!(!source.contains("words!"), "{}", path.display());
            sources += 1;
        }
    }
    assert!(sources > 20, "the sources are where they were: {sources}");
}
