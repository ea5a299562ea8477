//! One command, or the one that was probably meant.

use jadi_plugin_sdk::commands::Command;
use jadi_plugin_sdk::{Role, short};

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    ALSO { en: "Also:", id: "Juga:", es: "También:" }
    FOR { en: "For:", id: "Untuk:", es: "Para:" }
    GROUP_ADMINS {
        en: "group admins",
        id: "admin grup",
        es: "administradores del grupo",
    }
    BOT_OWNER {
        en: "the bot's owner",
        id: "pemilik bot",
        es: "el propietario del bot",
    }
    SYSTEM_OWNER {
        en: "the operator",
        id: "operator",
        es: "el operador",
    }
    UNKNOWN {
        en: "I don't know",
        id: "Aku tidak kenal",
        es: "No conozco",
    }
    MEANT {
        en: "Did you mean",
        id: "Maksudmu",
        es: "¿Quisiste decir",
    }
    ALL {
        en: "All commands:",
        id: "Semua perintah:",
        es: "Todos los comandos:",
    }
}

/// The most characters of a word that is looked for, and shown when it is not there: commands have no more.
const WORD: usize = 32;

/// Usage, aliases and role of the command that `word` names; for no word how to ask.
pub fn text(commands: &[Command], word: &str, prefix: &str, language: &str) -> String {
    let word = match word.split_whitespace().next() {
        Some(first) => first
            .strip_prefix(prefix)
            .unwrap_or(first)
            .to_ascii_lowercase(),
        None => "help".to_owned(),
    };
    let named = |command: &&Command| names(command).any(|name| name == word);
    match commands.iter().find(named) {
        Some(command) => describe(command, prefix, language),
        None => unknown(commands, &word, prefix, language),
    }
}

/// That there is no such command, and which one comes nearest.
pub fn unknown(commands: &[Command], word: &str, prefix: &str, language: &str) -> String {
    let shown = short(word, WORD);
    let mut text = format!("{} {prefix}{shown}.", UNKNOWN.in_language(language));
    match nearest(commands, word) {
        Some(near) => {
            text.push_str(&format!(" {} {prefix}{near}?", MEANT.in_language(language)));
        }
        None => text.push_str(&format!(" {} {prefix}menu", ALL.in_language(language))),
    }
    text
}

fn describe(command: &Command, prefix: &str, language: &str) -> String {
    let mut text = format!("*{prefix}{}*", command.name);
    if !command.usage.is_empty() {
        text.push_str(&format!(" {}", command.usage));
    }
    text.push_str(&format!("\n{}", command.summary));
    if !command.aliases.is_empty() {
        let aliases: Vec<String> = command
            .aliases
            .iter()
            .map(|alias| format!("{prefix}{alias}"))
            .collect();
        text.push_str(&format!(
            "\n{} {}",
            ALSO.in_language(language),
            aliases.join(", ")
        ));
    }
    let role = match command.role {
        Role::User => None,
        Role::GroupAdmin => Some(GROUP_ADMINS),
        Role::BotOwner => Some(BOT_OWNER),
        Role::SystemOwner => Some(SYSTEM_OWNER),
    };
    if let Some(role) = role {
        text.push_str(&format!(
            "\n{} {}",
            FOR.in_language(language),
            role.in_language(language)
        ));
    }
    text
}

fn names(command: &Command) -> impl Iterator<Item = &str> {
    std::iter::once(command.name.as_str()).chain(command.aliases.iter().map(String::as_str))
}

/// The name or alias that the fewest typing errors make `word`: at most one in a short word, two in a longer one.
fn nearest<'a>(commands: &'a [Command], word: &str) -> Option<&'a str> {
    // What is much longer than any command is not compared with each of them: that takes time.
    let most = match word.chars().take(WORD + 1).count() {
        0..=1 => return None,
        count if count > WORD => return None,
        2..=4 => 1,
        _ => 2,
    };
    commands
        .iter()
        .flat_map(names)
        .map(|name| (typing_errors(word, name), name))
        .filter(|(errors, _)| *errors <= most)
        .min_by_key(|(errors, _)| *errors)
        .map(|(_, name)| name)
}

/// How many letters are added, left out, changed or swapped with their neighbour: the optimal string alignment distance.
fn typing_errors(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::commands;

    #[test]
    fn a_command_is_found_by_name_alias_and_with_prefix() {
        let kick = "*!kick* <person>\nWhat kick does\nAlso: !remove\nFor: group admins";
        for word in ["kick", "KICK", "remove", "!kick", "kick now"] {
            assert_eq!(text(&commands(), word, "!", "en"), kick, "{word:?}");
        }
        assert_eq!(
            text(&commands(), "ping", "!", "en"),
            "*!ping*\nWhat ping does"
        );
        assert!(text(&commands(), "kick", "!", "id").ends_with("Untuk: admin grup"));
    }

    #[test]
    fn an_unknown_one_gets_the_nearest() {
        let cases = [
            ("pign", "I don't know !pign. Did you mean !ping?"),
            ("memu", "I don't know !memu. Did you mean !menu?"),
            ("comands", "I don't know !comands. Did you mean !commands?"),
            ("weather", "I don't know !weather. All commands: !menu"),
            ("x", "I don't know !x. All commands: !menu"),
            (
                "pingpingpingpingpingpingpingpingping",
                "I don't know !pingpingpingpingpingpingpingpin…. All commands: !menu",
            ),
        ];
        for (word, expected) in cases {
            assert_eq!(text(&commands(), word, "!", "en"), expected);
            assert_eq!(unknown(&commands(), word, "!", "en"), expected);
        }
    }

    #[test]
    fn typing_errors_are_counted() {
        let cases = [
            ("", "", 0),
            ("ping", "ping", 0),
            ("pign", "ping", 1),
            ("", "abc", 3),
            ("menu", "help", 3),
        ];
        for (a, b, errors) in cases {
            assert_eq!(typing_errors(a, b), errors, "{a} {b}");
            assert_eq!(typing_errors(b, a), errors, "{b} {a}");
        }
    }
}
