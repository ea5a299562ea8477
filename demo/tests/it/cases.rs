//! Every command in every case that its manifest lets happen, shown by a transcript of the project's own.
//!
//! Which cases there are for a command is read off its manifest; what a transcript shows is read off what is typed in it and the
//! answer that it expects. A new command without transcripts fails here, with the cases that are missing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::fs;
use std::path::Path;

use jadi_demo::script::{Expected, Line, Name, Script, Step};
use jadi_plugin_manifest::{Command, Manifest, Place, Role, SECTION, SettingKind};

use crate::{built, root};

/// A way in which a command can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Case {
    Success,
    WrongArguments,
    WrongRole,
    WrongPlace,
    BotNotAdmin,
    OffBySetting,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Success => "success",
            Self::WrongArguments => "wrong arguments",
            Self::WrongRole => "wrong role",
            Self::WrongPlace => "wrong place",
            Self::BotNotAdmin => "the bot is no admin",
            Self::OffBySetting => "off by its setting",
        })
    }
}

/// What a command takes behind its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Whatever is typed makes sense.
    Anything,
    /// Something must be typed.
    Needed,
    /// Nothing need be typed, but what is can be wrong.
    Checked,
}

/// Placeholders of texts that people make up: none is wrong.
const MADE_UP: [&str; 5] = ["text", "reason", "pack", "author", "prefixes"];

fn takes(command: &Command) -> Takes {
    let usage = command.usage.get("en");
    let made_up = |word: &str| MADE_UP.contains(&word) || word == "hidden";
    let mut words = usage
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty());
    if usage.is_empty() || words.all(made_up) && !usage.contains('<') {
        Takes::Anything
    } else if usage.starts_with('[') {
        Takes::Checked
    } else {
        Takes::Needed
    }
}

/// The cases that can happen to a command.
fn cases(manifest: &Manifest, command: &Command) -> BTreeSet<Case> {
    let switches = manifest.settings.iter().any(|setting| {
        setting.name == command.name && matches!(setting.value, SettingKind::Toggle { .. })
    });
    let possible = [
        (Case::Success, true),
        (Case::WrongArguments, takes(command) != Takes::Anything),
        (Case::WrongRole, command.role != Role::User),
        (Case::WrongPlace, command.place != Place::Any),
        (Case::BotNotAdmin, command.needs_bot_admin),
        (Case::OffBySetting, switches),
    ];
    let possible = possible.into_iter().filter(|(_, can_be)| *can_be);
    possible.map(|(case, _)| case).collect()
}

/// How the host's answers to who may not begin, in each language.
const REFUSALS: [(Case, &[&str]); 3] = [
    (Case::WrongRole, &["Only ", "Hanya ", "Solo "]),
    (
        Case::WrongPlace,
        &[
            "This command works ",
            "Perintah ini hanya berlaku ",
            "Este comando solo funciona ",
        ],
    ),
    (
        Case::BotNotAdmin,
        &[
            "I have to be an admin",
            "Saya harus menjadi admin",
            "Para eso tengo que ser",
        ],
    ),
];
/// And to who is too fast, which is none of the cases.
const WAIT: [&str; 3] = ["Please wait", "Tunggu", "Espera"];

/// A command as it is typed in a transcript.
struct Typed<'a> {
    word: String,
    args: &'a str,
}

impl<'a> Typed<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let rest = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !c.is_whitespace());
        let prefix = text.len() - rest.len();
        let (word, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        (1..=3).contains(&prefix).then(|| Self {
            word: word.to_lowercase(),
            args: args.trim(),
        })
    }
}

/// What the transcripts show of the commands, by name.
#[derive(Default)]
struct Shown(HashMap<String, HashSet<Case>>);

impl Shown {
    fn note(&mut self, command: &Command, case: Case) {
        self.0.entry(command.name.clone()).or_default().insert(case);
    }

    fn has(&self, command: &Command, case: Case) -> bool {
        self.0
            .get(&command.name)
            .is_some_and(|cases| cases.contains(&case))
    }

    fn read(&mut self, manifests: &[Manifest], script: &Script) {
        let mut bots: HashSet<&str> = HashSet::from([Name::MAIN]);
        let mut groups: HashSet<&str> = HashSet::new();
        // Where each was last, for replies.
        let mut places: HashMap<&Name, &Name> = HashMap::new();
        // Groups in which a command that switches something has switched it off.
        let mut off: HashSet<(&Name, &str)> = HashSet::new();
        for (index, line) in script.lines.iter().enumerate() {
            match &line.step {
                Step::Bot { account, .. } | Step::AsBot(account) => {
                    bots.insert(account.name.as_str());
                }
                Step::Group { name, .. } => {
                    groups.insert(name.as_str());
                }
                Step::Expect(expected) => {
                    places.insert(&expected.receiver, &expected.chat);
                    if expected.what == Expected::Nothing {
                        let here = off.iter().filter(|(group, _)| *group == &expected.chat);
                        for (_, name) in here {
                            if let Some((_, command)) = find(manifests, name) {
                                self.note(command, Case::OffBySetting);
                            }
                        }
                    }
                }
                _ => {}
            }
            let (from, content) = match &line.step {
                Step::Send { from, to, content } => {
                    places.insert(from, to);
                    (from, content)
                }
                Step::Reply { from, content, .. } => (from, content),
                _ => continue,
            };
            let Some(place) = places.get(from).copied() else {
                continue;
            };
            let in_group = groups.contains(place.as_str());
            if !in_group && !bots.contains(place.as_str()) {
                continue;
            }
            let Some(typed) = Typed::read(&content.text) else {
                continue;
            };
            let Some((_, command)) = find(manifests, &typed.word) else {
                continue;
            };
            match typed.args {
                "off" => _ = off.insert((place, command.name.as_str())),
                "on" => _ = off.remove(&(place, command.name.as_str())),
                _ => {}
            }
            let rest = script.lines.get(index + 1..).unwrap_or_default();
            if let Some(answer) = answer(rest, from, place, in_group, &bots)
                && let Some(case) = shows(command, &typed, answer)
            {
                self.note(command, case);
            }
        }
    }
}

/// The plugin that has a command, and the command, by name or alias.
fn find<'m>(manifests: &'m [Manifest], word: &str) -> Option<(&'m Manifest, &'m Command)> {
    manifests
        .iter()
        .find_map(|manifest| Some((manifest, manifest.command(word)?)))
}

/// What is expected of a bot next, in the place where somebody has written; none when something else is written there before.
fn answer<'s>(
    rest: &'s [Line],
    from: &Name,
    place: &Name,
    in_group: bool,
    bots: &HashSet<&str>,
) -> Option<&'s Expected> {
    for line in rest {
        match &line.step {
            Step::Expect(expected) if expected.chat == *place => {
                let by_bot = match &expected.author {
                    Some(author) => bots.contains(author.as_str()),
                    None => !in_group && expected.receiver == *from,
                };
                if by_bot {
                    return Some(&expected.what);
                }
            }
            Step::Send { to, .. } if to == place => return None,
            Step::Reply { .. } => return None,
            _ => {}
        }
    }
    None
}

/// Which case an answer shows; none when it shows none.
fn shows(command: &Command, typed: &Typed<'_>, answer: &Expected) -> Option<Case> {
    let text = match answer {
        Expected::Nothing => return None,
        Expected::Text(pattern) => pattern.to_string(),
        _ => return Some(Case::Success),
    };
    let plain = text.trim_start_matches(['/', '^', '.']);
    let begins = |with: &[&str]| with.iter().any(|with| plain.starts_with(with));
    if begins(&WAIT) {
        return None;
    }
    for (case, beginnings) in REFUSALS {
        if begins(beginnings) {
            return Some(case);
        }
    }
    // Who has typed something wrong is shown how it is used.
    let could_be = match takes(command) {
        Takes::Anything => false,
        Takes::Needed => true,
        Takes::Checked => !typed.args.is_empty(),
    };
    let shows_usage = command.names().any(|name| {
        text.match_indices(name)
            .any(|(at, _)| text[..at].ends_with(['!', '.', '#', '/']))
    });
    let named = command.names().any(|name| typed.args.contains(name));
    Some(match could_be && shows_usage && !named {
        true => Case::WrongArguments,
        false => Case::Success,
    })
}

/// Everything that is missing, one line each.
fn missing(manifests: &[Manifest], scripts: &[Script]) -> Vec<String> {
    let mut shown = Shown::default();
    for script in scripts {
        shown.read(manifests, script);
    }
    let mut missing = Vec::new();
    for manifest in manifests {
        for command in &manifest.commands {
            for case in cases(manifest, command) {
                if !shown.has(command, case) {
                    missing.push(format!("!{} ({}): {case}", command.name, manifest.name));
                }
            }
        }
    }
    missing
}

/// The manifest in a component file: one of the custom sections at its top.
fn manifest(component: &[u8]) -> Manifest {
    let mut rest = &component[8..];
    while let [id, section @ ..] = rest {
        let (length, section) = number(section);
        let (content, after) = section.split_at(length);
        if *id == 0 {
            let (length, named) = number(content);
            let (name, json) = named.split_at(length);
            if name == SECTION.as_bytes() {
                return Manifest::parse(json).expect("a manifest");
            }
        }
        rest = after;
    }
    panic!("a component without a manifest");
}

/// A number as WebAssembly writes it: seven bits a byte, the lowest first.
fn number(bytes: &[u8]) -> (usize, &[u8]) {
    let last = bytes
        .iter()
        .position(|byte| byte & 0x80 == 0)
        .expect("its end");
    let (number, rest) = bytes.split_at(last + 1);
    let joined = number
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
    (joined, rest)
}

fn script(name: &str, text: &str) -> Script {
    Script::parse(Path::new(name), text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes}"))
}

#[test]
fn every_command_is_shown_in_every_case_that_it_has() {
    let plugins = built("JADI_PLUGINS", "plugins");
    let mut manifests: Vec<Manifest> = fs::read_dir(plugins)
        .expect("the plugins")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .map(|path| manifest(&fs::read(path).expect("a component")))
        .collect();
    manifests.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(manifests.len() > 15, "all plugins are built");
    let scripts: Vec<Script> = fs::read_dir(root().join("tests/chats"))
        .expect("the transcripts")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "chat")
        })
        .map(|path| {
            script(
                &path.to_string_lossy(),
                &fs::read_to_string(&path).expect("text"),
            )
        })
        .collect();
    let missing = missing(&manifests, &scripts);
    assert!(
        missing.is_empty(),
        "no transcript in tests/chats shows\n{}",
        missing.join("\n")
    );
}

mod tests {
    use super::*;

    const MANIFEST: &str = r#"{"name":"guard","version":"1.0.0","languages":["en"],
        "settings":[{"name":"guard","scope":"group","summary":"x","value":{"kind":"toggle"}}],
        "commands":[
            {"name":"guard","summary":"x","usage":"[on | off]","role":"group-admin","place":"group","needs_bot_admin":true},
            {"name":"say","summary":"x","usage":"[text]"}]}"#;

    const CHAT: &str =
        "phone alice 6280000000101\nphone bob 6280000000102\ngroup friends: alice*, bob, main\n";

    const LINES: [(&str, &str); 7] = [
        (
            "success",
            "alice -> friends: !guard on\nalice <- friends/main: *Guard* is on now.",
        ),
        (
            "wrong arguments",
            "alice -> friends: !guard maybe\nalice <- friends/main: `!guard [on | off]`: ...",
        ),
        (
            "wrong role",
            "bob -> friends: !guard on\nbob <- friends/main: Only group admins can use this command.",
        ),
        (
            "wrong place",
            "bob -> main: !guard on\nbob <- main: This command works in groups only.",
        ),
        (
            "the bot is no admin",
            "alice -> friends: !guard on\nalice <- friends/main: I have to be an admin of this group for that.",
        ),
        (
            "off by its setting",
            "alice -> friends: !guard off\nalice <- friends/main: *Guard* is off now.\nalice <- friends: nothing",
        ),
        ("say", "alice -> main: .say hello\nalice <- main: hello"),
    ];

    fn missing_without(left_out: &str) -> Vec<String> {
        let lines = LINES.iter().filter(|(case, _)| *case != left_out);
        let text: String = lines.map(|(_, lines)| format!("{lines}\n")).collect();
        let script = script("x.chat", &format!("{CHAT}{text}"));
        let manifest = Manifest::parse(MANIFEST.as_bytes()).expect("a manifest");
        missing(&[manifest], &[script])
    }

    #[test]
    fn what_no_transcript_shows_is_told() {
        assert_eq!(missing_without(""), [""; 0]);
        for case in [
            "wrong arguments",
            "wrong role",
            "wrong place",
            "the bot is no admin",
            "off by its setting",
        ] {
            assert_eq!(missing_without(case), [format!("!guard (guard): {case}")]);
        }
        assert_eq!(missing_without("say"), ["!say (guard): success"]);
    }

    #[test]
    fn an_answer_to_somebody_else_shows_nothing() {
        let script = script(
            "x.chat",
            &format!(
                "{CHAT}alice -> main: !say hello\nbob -> friends: hello\nbob <- friends/main: hello\n"
            ),
        );
        let manifest = Manifest::parse(MANIFEST.as_bytes()).expect("a manifest");
        let missing = missing(&[manifest], &[script]);
        assert!(
            missing.contains(&"!say (guard): success".to_owned()),
            "{missing:?}"
        );
    }
}
