//! Every command in every case that its manifest lets happen is shown by a transcript of the project's own, and says so itself: a
//! comment `# case: NAME CASE` stands above the line in which the command is typed. What a mark claims is held against what is
//! typed there and what is expected of the bot; that it comes, the transcripts' own run shows.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use jadi_demo::script::{Expectation, Expected, Name, Script, Step};
use jadi_plugin_manifest::{Command, Manifest, Place, Role, SECTION, SettingKind};

use crate::{built, root};

/// A way in which a command can be used, by its word in marks.
const CASES: [&str; 6] = [
    "success",
    "wrong-arguments",
    "wrong-role",
    "wrong-place",
    "bot-not-admin",
    "off",
];

/// Placeholders for what people make up: whatever stands there makes sense, and so does nothing.
const MADE_UP: [&str; 6] = ["text", "reason", "pack", "author", "hidden", "reset"];

/// Whether something can be typed behind the command that makes no sense, or something is missing when nothing is.
fn can_be_wrong(command: &Command) -> bool {
    let usage = command.usage.get("en");
    let mut words = usage
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty());
    usage.contains('<') || words.any(|word| !MADE_UP.contains(&word))
}

/// The cases that can happen to a command.
fn possible(manifest: &Manifest, command: &Command) -> Vec<&'static str> {
    let switches = manifest.settings.iter().any(|setting| {
        setting.name == command.name && matches!(setting.value, SettingKind::Toggle { .. })
    });
    let can_be = [
        true,
        can_be_wrong(command),
        command.role != Role::User,
        command.place != Place::Any,
        command.needs_bot_admin,
        switches,
    ];
    let cases = CASES.into_iter().zip(can_be);
    cases
        .filter(|(_, can_be)| *can_be)
        .map(|(case, _)| case)
        .collect()
}

/// How the host's own answers begin to who may not use a command there, in each language.
fn refusal(case: &str) -> &'static [&'static str] {
    match case {
        "wrong-role" => &["Only ", "Hanya ", "Solo "],
        "wrong-place" => &[
            "This command works ",
            "Perintah ini hanya berlaku ",
            "Este comando solo funciona ",
        ],
        "bot-not-admin" => &[
            "I have to be an admin",
            "Saya harus menjadi admin",
            "Para eso tengo que ser",
        ],
        _ => &[],
    }
}

/// And to who is too fast.
const WAIT: [&str; 3] = ["Please wait", "Tunggu", "Espera"];

/// The plugins' commands by name and alias.
struct Commands<'m>(&'m [Manifest]);

impl<'m> Commands<'m> {
    fn find(&self, word: &str) -> Option<&'m Command> {
        self.0.iter().find_map(|manifest| manifest.command(word))
    }
}

/// A command as it is typed: prefix, name, and the rest.
fn typed(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix(|c: char| !c.is_alphanumeric() && !c.is_whitespace())?;
    let (word, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some((word.to_lowercase(), args.trim()))
}

/// What somebody writes in a step, and where.
fn written<'s>(step: &'s Step, places: &HashMap<&Name, &'s Name>) -> Option<(&'s Name, &'s str)> {
    match step {
        Step::Send { to, content, .. } => Some((to, &content.text)),
        Step::Reply { from, content, .. } => Some((places.get(from)?, &content.text)),
        _ => None,
    }
}

/// The marks of one transcript that hold, and what is wrong with the others.
fn read(script: &Script, commands: &Commands<'_>, shown: &mut Shown, lies: &mut Vec<String>) {
    // Where each was last, for replies; and what was typed last of each command that is on or off, by place.
    let mut places: HashMap<&Name, &Name> = HashMap::new();
    let mut switched: HashMap<(&Name, &str), &str> = HashMap::new();
    let bots = bots(script);
    for (index, line) in script.lines.iter().enumerate() {
        if let Step::Comment(comment) = &line.step
            && let Some(mark) = comment.strip_prefix("case:")
        {
            let rest = &script.lines[index + 1..];
            let steps: Vec<&Step> = rest.iter().map(|line| &line.step).collect();
            match claimed(mark, commands, &steps, &places, &switched, &bots) {
                Ok((name, case)) => _ = shown.insert((name.to_owned(), case)),
                Err(why) => lies.push(format!(
                    "{}:{}: {mark}: {why}",
                    script.file.display(),
                    line.number
                )),
            }
        }
        if let Some((place, text)) = written(&line.step, &places)
            && let Some((word, args)) = typed(text)
            && let Some(command) = commands.find(&word)
        {
            switched.insert((place, command.name.as_str()), args);
        }
        match &line.step {
            Step::Send { from, to, .. } => _ = places.insert(from, to),
            Step::Expect(expected) => _ = places.insert(&expected.receiver, &expected.chat),
            _ => {}
        }
    }
}

/// Which commands are shown in which cases.
type Shown = HashSet<(String, &'static str)>;

/// What a mark claims, when the steps that follow it bear it out.
fn claimed<'m>(
    mark: &str,
    commands: &Commands<'m>,
    steps: &[&Step],
    places: &HashMap<&Name, &Name>,
    switched: &HashMap<(&Name, &str), &str>,
    bots: &HashSet<&str>,
) -> Result<(&'m str, &'static str), String> {
    let mut words = mark.split_whitespace();
    let (Some(name), Some(case), None) = (words.next(), words.next(), words.next()) else {
        return Err("a mark is a command's name and a case".to_owned());
    };
    let command = commands
        .find(name)
        .filter(|command| command.name == name)
        .ok_or("no plugin has this command")?;
    let case = CASES
        .into_iter()
        .find(|known| *known == case)
        .ok_or_else(|| format!("the cases are {}", CASES.join(", ")))?;
    // A mark reaches to the next one.
    let is_mark = |step: &&&Step| matches!(step, Step::Comment(text) if text.starts_with("case:"));
    let reach = steps.iter().position(|step| is_mark(&step));
    let steps = &steps[..reach.unwrap_or(steps.len())];
    if case == "off" {
        return stays_off(command, steps, switched).map(|()| (command.name.as_str(), case));
    }
    let spoken = |step: &&&Step| !matches!(step, Step::Comment(_));
    let first = steps.iter().position(|step| spoken(&step));
    let (first, rest) = first
        .and_then(|first| Some((*steps.get(first)?, steps.get(first + 1..)?)))
        .ok_or("nothing follows it")?;
    let (place, text) = written(first, places).ok_or("nothing is written in the line below it")?;
    let (word, args) = typed(text).ok_or("no command is typed in the line below it")?;
    if commands.find(&word).map(|found| &found.name) != Some(&command.name) {
        return Err(format!("`{text}` is another command"));
    }
    let answer = answer(rest, place, bots).ok_or("nothing is expected of the bot there")?;
    holds(command, case, args, answer)?;
    Ok((command.name.as_str(), case))
}

/// The bots of a transcript.
fn bots(script: &Script) -> HashSet<&str> {
    let steps = script.lines.iter().map(|line| &line.step);
    let named = steps.filter_map(|step| match step {
        Step::Bot { account, .. } | Step::AsBot(account) => Some(account.name.as_str()),
        _ => None,
    });
    std::iter::once(Name::MAIN).chain(named).collect()
}

/// The first thing that is expected of a bot in this place, before anything else is written there.
fn answer<'s>(rest: &[&'s Step], place: &Name, bots: &HashSet<&str>) -> Option<&'s Expectation> {
    for step in rest {
        match step {
            Step::Send { to, .. } if to == place => return None,
            Step::Reply { .. } => return None,
            Step::Expect(expected) if expected.chat == *place => {
                let author = expected.author.as_ref().unwrap_or(&expected.chat);
                if bots.contains(author.as_str()) {
                    return Some(expected);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether the expected answer is one of this case.
fn holds(command: &Command, case: &str, args: &str, answer: &Expectation) -> Result<(), String> {
    let text = match &answer.what {
        Expected::Text(pattern) => pattern.to_string(),
        Expected::Nothing => return Err("that nothing comes is no answer".to_owned()),
        _ if case == "success" => return Ok(()),
        _ => return Err("such an answer is a text".to_owned()),
    };
    let plain = text.trim_start_matches(['/', '^', '.']);
    let begins = |with: &[&str]| with.iter().any(|with| plain.starts_with(with));
    if begins(&WAIT) {
        return Err("the answer is that it comes too soon".to_owned());
    }
    let said = CASES.into_iter().find(|case| begins(refusal(case)));
    let (is_refused, wants_refusal) = (said == Some(case), !refusal(case).is_empty());
    if wants_refusal && !is_refused {
        return Err(format!("`{text}` is not the host's answer to that"));
    }
    if let (false, Some(other)) = (wants_refusal, said) {
        return Err(format!("`{text}` is the answer to {other}"));
    }
    if case == "wrong-arguments" && args.is_empty() && !command.usage.get("en").contains('<') {
        return Err("nothing is typed that could be wrong".to_owned());
    }
    Ok(())
}

/// Whether something happens in a place where the command's setting is off, and nothing comes of it.
fn stays_off(
    command: &Command,
    steps: &[&Step],
    switched: &HashMap<(&Name, &str), &str>,
) -> Result<(), String> {
    let mut switched: HashMap<(&Name, &str), &str> = switched.clone();
    let mut happened = false;
    for step in steps {
        match step {
            Step::Send { to, content, .. } => {
                let is_this = typed(&content.text).filter(|(word, _)| *word == command.name);
                match is_this {
                    Some((_, args)) => _ = switched.insert((to, command.name.as_str()), args),
                    None => happened = true,
                }
            }
            Step::Delete { .. } | Step::GroupChange { .. } | Step::Goes { .. } => happened = true,
            Step::Expect(expected) if expected.what == Expected::Nothing => {
                let now = switched.get(&(&expected.chat, command.name.as_str()));
                return match now {
                    Some(&"on") => Err("it is on there".to_owned()),
                    _ if !happened => Err("nothing happens there".to_owned()),
                    _ => Ok(()),
                };
            }
            _ => {}
        }
    }
    Err("`nothing` is to be expected below it".to_owned())
}

/// The cases that no transcript shows, one a line, and what is wrong with marks.
fn missing(manifests: &[Manifest], scripts: &[Script]) -> (Vec<String>, Vec<String>) {
    let (mut shown, mut lies) = (Shown::new(), Vec::new());
    for script in scripts {
        read(script, &Commands(manifests), &mut shown, &mut lies);
    }
    let mut missing = BTreeSet::new();
    for manifest in manifests {
        for command in &manifest.commands {
            for case in possible(manifest, command) {
                if !shown.contains(&(command.name.clone(), case)) {
                    missing.insert(format!("{} {case}", command.name));
                }
            }
        }
    }
    (missing.into_iter().collect(), lies)
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
    let last = bytes.iter().position(|byte| byte & 0x80 == 0);
    let (number, rest) = bytes.split_at(last.expect("its end") + 1);
    let seven = |sum, byte: &u8| sum << 7 | usize::from(byte & 0x7f);
    (number.iter().rev().fold(0, seven), rest)
}

fn script(name: &str, text: &str) -> Script {
    Script::parse(Path::new(name), text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes}"))
}

#[test]
fn every_command_is_shown_in_every_case_that_it_has() {
    let files = |directory: &Path, end: &str| {
        let all = fs::read_dir(directory).expect("a directory");
        let paths = all.map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|extension| extension == end))
            .collect();
        paths.sort();
        paths
    };
    let plugins = files(&built("JADI_PLUGINS", "plugins"), "wasm").into_iter();
    let read = |path| manifest(&fs::read(path).expect("a component"));
    // Examples, which are built beside them, have tests of their own.
    let built_in = |one: &Manifest| root().join("plugins").join(&one.name).is_dir();
    let manifests: Vec<Manifest> = plugins.map(read).filter(built_in).collect();
    assert!(manifests.len() > 15, "all plugins are built");
    let chats = files(&root().join("tests/chats"), "chat").into_iter();
    let scripts: Vec<Script> = chats
        .map(|path| Script::read(&path).expect("a transcript"))
        .collect();
    let (missing, lies) = missing(&manifests, &scripts);
    assert!(lies.is_empty(), "marks that lie:\n{}", lies.join("\n"));
    assert!(
        missing.is_empty(),
        "{} cases that no transcript shows:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

mod marks {
    use super::*;

    const MANIFEST: &str = r#"{"name":"guard","version":"1.0.0","languages":["en"],
        "settings":[{"name":"guard","scope":"group","summary":"x","value":{"kind":"toggle"}}],
        "commands":[
            {"name":"guard","summary":"x","usage":"[on | off]","role":"group-admin","place":"group","needs_bot_admin":true},
            {"name":"say","summary":"x","usage":"[text]"}]}"#;

    const CAST: &str =
        "phone alice 6280000000101\nphone bob 6280000000102\ngroup friends: alice*, bob, main\n";

    const MARKED: [(&str, &str); 7] = [
        (
            "guard bot-not-admin",
            "alice -> friends: !guard on\nalice <- friends/main: I have to be an admin of this group for that.",
        ),
        (
            "guard off",
            "alice -> friends: !guard off\nbob -> friends: hello\nalice <- friends/main: nothing",
        ),
        (
            "guard success",
            "alice -> friends: !guard on\nalice <- friends/main: *Guard* is on now.",
        ),
        (
            "guard wrong-arguments",
            "alice -> friends: !guard maybe\nalice <- friends/main: `!guard [on | off]`: ...",
        ),
        (
            "guard wrong-place",
            "bob -> main: !guard on\nbob <- main: This command works in groups only.",
        ),
        (
            "guard wrong-role",
            "bob -> friends: !guard on\nbob <- friends/main: Only group admins can use this command.",
        ),
        (
            "say success",
            "alice -> main: .say hello\nalice <- main: hello",
        ),
    ];

    fn checked(text: &str) -> (Vec<String>, Vec<String>) {
        let manifest = Manifest::parse(MANIFEST.as_bytes()).expect("a manifest");
        missing(&[manifest], &[script("x.chat", &format!("{CAST}{text}"))])
    }

    #[test]
    fn a_case_without_a_mark_is_told() {
        let without = |left_out: &str| {
            let kept = MARKED.iter().filter(|(mark, _)| *mark != left_out);
            let text: String = kept
                .map(|(mark, lines)| format!("# case: {mark}\n{lines}\n"))
                .collect();
            checked(&text)
        };
        assert_eq!(without(""), (Vec::new(), Vec::new()));
        for (mark, _) in MARKED {
            assert_eq!(without(mark), (vec![mark.to_owned()], Vec::new()));
        }
    }

    #[test]
    fn a_mark_that_lies_is_told() {
        for (mark, lines, why) in [
            ("guard", "", "a command's name and a case"),
            ("gard success", "", "no plugin has this command"),
            ("guard great", "", "the cases are success"),
            ("guard success", "", "nothing follows it"),
            ("guard success", "friends - bob", "nothing is written"),
            (
                "guard success",
                "alice -> friends: hello",
                "no command is typed",
            ),
            (
                "guard success",
                "alice -> main: !say x\nalice <- main: x",
                "another command",
            ),
            (
                "guard success",
                "alice -> friends: !guard on\nalice -> friends: hello\nbob <- friends: hello",
                "nothing is expected of the bot",
            ),
            (
                "guard success",
                "bob -> friends: !guard on\nbob <- friends/main: Only group admins can use this command.",
                "is the answer to wrong-role",
            ),
            (
                "guard wrong-role",
                "alice -> friends: !guard on\nalice <- friends/main: *Guard* is on now.",
                "not the host's answer",
            ),
            (
                "guard success",
                "alice -> friends: !guard on\nalice <- friends/main: Please wait...",
                "too soon",
            ),
            (
                "guard success",
                "alice -> friends: !guard on\nalice <- friends/main: nothing",
                "no answer",
            ),
            (
                "guard wrong-arguments",
                "alice -> friends: !guard\nalice <- friends/main: *Guard* is on.",
                "nothing is typed that could be wrong",
            ),
            (
                "guard off",
                "alice -> friends: !guard on\nbob -> friends: x\nalice <- friends/main: nothing",
                "it is on there",
            ),
            (
                "guard off",
                "alice <- friends/main: nothing",
                "nothing happens there",
            ),
            ("guard off", "bob -> friends: x", "`nothing` is to be"),
        ] {
            let (_, lies) = checked(&format!("# case: {mark}\n{lines}"));
            assert!(
                lies.len() == 1 && lies[0].contains(why),
                "{mark}: {lines}: {lies:?}"
            );
        }
    }
}
