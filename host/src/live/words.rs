//! What is printed. Texts of a plugin's author are shown as what they are, without any sign that would move the cursor, change
//! colours or turn the direction of writing.

use crate::library::{CommandTerm, Difference, Need, PluginView, Terms};
use crate::store::Installer;

/// The language of the operator's terminal.
const LANGUAGE: &str = "en";

/// A text of somebody else's, safe for a terminal.
pub(super) fn plain(text: &str) -> String {
    let unsafe_sign = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|c| if unsafe_sign(c) { '\u{fffd}' } else { c })
        .collect()
}

/// What a plugin is, would do and may do.
pub(super) fn terms(terms: &Terms) -> String {
    let mut text = format!("{} {}", plain(&terms.name), plain(&terms.version));
    if !terms.summary.is_empty() {
        text.push_str(&format!(": {}", plain(&terms.summary)));
    }
    text.push('\n');
    if !terms.authors.is_empty() {
        let authors: Vec<String> = terms.authors.iter().map(|author| plain(author)).collect();
        text.push_str(&format!("  by {}\n", authors.join(", ")));
    }
    let digest = terms.digest.to_string();
    let short = digest.get(..16).unwrap_or_default();
    text.push_str(&format!(
        "  {} KiB, sha-256 {short}…\n",
        terms.bytes.div_ceil(1024)
    ));
    if !terms.commands.is_empty() {
        text.push_str("\nCommands\n");
        text.extend(terms.commands.iter().map(command));
    }
    text.push_str("\nIt may\n");
    if terms.needs.is_empty() {
        text.push_str("  do nothing beyond answering with an error\n");
    }
    text.extend(terms.needs.iter().map(need));
    if let Some(difference) = &terms.installed {
        text.push_str(&changes(terms, difference));
    }
    text
}

fn command(command: &CommandTerm) -> String {
    let mut names = vec![plain(&command.name)];
    names.extend(command.aliases.iter().map(|alias| plain(alias)));
    let limits = match command.limits.as_str() {
        "" => String::new(),
        limits => format!(" ({})", plain(limits)),
    };
    format!(
        "  {:<24} {}{limits}\n",
        names.join(", "),
        plain(&command.summary)
    )
}

fn need(need: &Need) -> String {
    let reason = match &need.reason {
        Some(reason) => format!(" (its author: \"{}\")", plain(reason.get(LANGUAGE))),
        None => String::new(),
    };
    let denied = if need.denied { " (denied by you)" } else { "" };
    format!("  - {}{reason}{denied}\n", plain(&need.words))
}

fn changes(terms: &Terms, difference: &Difference) -> String {
    if difference.same {
        return "\nThis very file is in use.\n".to_owned();
    }
    let mut text = format!("\nAgainst {}, which is in use", plain(&difference.version));
    if difference.built_in {
        text.push_str(" and comes with the host");
    }
    text.push('\n');
    let before = text.len();
    for name in &difference.new_commands {
        text.push_str(&format!("  + command {}\n", plain(name)));
    }
    for name in &difference.lost_commands {
        text.push_str(&format!("  - command {}\n", plain(name)));
    }
    let is_new = |need: &&Need| difference.new_needs.contains(&need.key);
    for need in terms.needs.iter().filter(is_new) {
        text.push_str(&format!("  + NEW: it may {}\n", plain(&need.words)));
    }
    for need in &difference.lost_needs {
        text.push_str(&format!(
            "  - it does not need any more to {}\n",
            plain(&need.words)
        ));
    }
    if text.len() == before {
        text.push_str("  the same commands, and it may do the same\n");
    }
    text
}

/// Whom a plugin serves.
pub(super) fn serves(view: &PluginView) -> String {
    let named = |enabled: bool| -> Vec<String> {
        let switches = view.switches.iter();
        switches
            .filter(|switch| switch.enabled == enabled)
            .map(|switch| match &switch.number {
                Some(number) => plain(number),
                None => switch.bot.to_string(),
            })
            .collect()
    };
    let (on, off) = (named(true), named(false));
    match (view.everywhere, on.is_empty(), off.is_empty()) {
        (true, _, true) => "all bots".to_owned(),
        (true, _, false) => format!("all bots but {}", off.join(", ")),
        (false, true, _) => "no bot".to_owned(),
        (false, false, _) => on.join(", "),
    }
}

/// All plugins, a line each and more where something is wrong.
pub(super) fn table(plugins: &[PluginView]) -> String {
    if plugins.is_empty() {
        return "No plugin is installed. To install one: jadi plugin install FILE.wasm\n"
            .to_owned();
    }
    let mut rows = vec![["NAME", "VERSION", "FROM", "SERVES", "COMMANDS"].map(str::to_owned)];
    rows.extend(plugins.iter().map(|plugin| {
        let from = match plugin.by() {
            Some(Installer::BuiltIn) => "host",
            Some(Installer::Operator) => "you",
            Some(Installer::Dev) => "dev",
            None => "",
        };
        let commands: Vec<String> = plugin.commands.iter().map(|name| plain(name)).collect();
        [
            plain(&plugin.name),
            plain(&plugin.version),
            from.to_owned(),
            serves(plugin),
            commands.join(" "),
        ]
    }));
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut text = String::new();
    let notes = std::iter::once(String::new()).chain(plugins.iter().map(note));
    for (row, note) in rows.iter().zip(notes) {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
        text.push_str(&note);
    }
    text
}

/// What is special about a plugin.
fn note(plugin: &PluginView) -> String {
    let mut text = String::new();
    if let Some(problem) = &plugin.problem {
        text.push_str(&format!("  ! it serves nobody: {}\n", plain(problem)));
    }
    let denied = plugin.needs.iter().filter(|need| need.denied);
    for need in denied {
        text.push_str(&format!("  denied by you: {}\n", plain(&need.key)));
    }
    text
}

/// What a plugin may do.
pub(super) fn grants(view: &PluginView) -> String {
    let mut text = format!("{} {} may\n", plain(&view.name), plain(&view.version));
    if view.needs.is_empty() {
        text.push_str("  do nothing beyond answering with an error\n");
    }
    for each in &view.needs {
        let key = if each.key.contains(':') {
            ""
        } else {
            &each.key
        };
        text.push_str(&format!("  {:<18}{}", plain(key), need(each).trim_start()));
    }
    if let Some(problem) = &view.problem {
        text.push_str(&format!("  ! it serves nobody: {}\n", plain(problem)));
    }
    text
}

#[cfg(test)]
mod tests {
    use jadi_plugin_manifest::{Capability, Text};

    use super::*;
    use crate::library::{Subject, SwitchView};
    use crate::model::{BotId, Digest};

    fn view() -> PluginView {
        PluginView {
            name: "sign".to_owned(),
            version: "1.0.2".to_owned(),
            digest: Digest::of(b"2"),
            versions: Vec::new(),
            built_in: false,
            everywhere: true,
            switches: Vec::new(),
            commands: vec!["sign".to_owned(), "signs".to_owned()],
            needs: vec![Need {
                key: "kv".to_owned(),
                subject: Subject::Capability(Capability::Kv),
                words: "keep data of its own".to_owned(),
                reason: Some(Text::Same("To remember".to_owned())),
                denied: true,
            }],
            problem: None,
        }
    }

    fn switch(n: u8, number: Option<&str>, enabled: bool) -> SwitchView {
        SwitchView {
            bot: BotId::from_random([n; 16]),
            number: number.map(str::to_owned),
            enabled,
        }
    }

    #[test]
    fn whom_it_serves_is_told_in_words() {
        let number = Some("6280000000201");
        let of = |everywhere, switches| {
            serves(&PluginView {
                everywhere,
                switches,
                ..view()
            })
        };
        assert_eq!(of(true, vec![]), "all bots");
        assert_eq!(of(false, vec![]), "no bot");
        assert_eq!(
            of(true, vec![switch(1, number, false)]),
            "all bots but 6280000000201"
        );
        assert_eq!(
            of(
                false,
                vec![
                    switch(1, number, true),
                    switch(2, None, true),
                    switch(3, None, false)
                ]
            ),
            format!("6280000000201, {}", "02".repeat(16))
        );
    }

    #[test]
    fn a_table_lines_up_and_tells_what_is_wrong() {
        let broken = PluginView {
            name: "a-longer-name".to_owned(),
            problem: Some("the file is gone".to_owned()),
            needs: Vec::new(),
            commands: Vec::new(),
            ..view()
        };
        let text = table(&[view(), broken]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "NAME           VERSION  FROM  SERVES    COMMANDS",
                "sign           1.0.2          all bots  sign signs",
                "  denied by you: kv",
                "a-longer-name  1.0.2          all bots",
                "  ! it serves nobody: the file is gone",
            ]
        );
        assert!(table(&[]).contains("jadi plugin install"));
    }

    #[test]
    fn an_upgrade_tells_what_is_new_and_what_is_not() {
        let terms = Terms {
            name: "sign".to_owned(),
            version: "1.0.3".to_owned(),
            digest: Digest::of(b"3"),
            bytes: 1500,
            summary: "Signs\u{1b}[2J".to_owned(),
            authors: vec!["Alice\u{202e}".to_owned()],
            commands: vec![CommandTerm {
                name: "sign".to_owned(),
                aliases: vec!["s".to_owned()],
                summary: "Signs".to_owned(),
                limits: "for group admins".to_owned(),
            }],
            needs: view().needs,
            installed: Some(Difference {
                version: "1.0.2".to_owned(),
                same: false,
                built_in: false,
                new_commands: vec!["s".to_owned()],
                lost_commands: vec!["x".to_owned()],
                new_needs: vec!["kv".to_owned()],
                lost_needs: Vec::new(),
            }),
        };
        let text = super::terms(&terms);
        for part in [
            "sign 1.0.3: Signs\u{fffd}[2J\n",
            "by Alice\u{fffd}\n",
            "  2 KiB, sha-256 ",
            "sign, s                  Signs (for group admins)\n",
            "  - keep data of its own (its author: \"To remember\") (denied by you)\n",
            "Against 1.0.2, which is in use\n",
            "  + command s\n  - command x\n  + NEW: it may keep data of its own\n",
        ] {
            assert!(text.contains(part), "{part:?} in\n{text}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }

    #[test]
    fn grants_are_told_by_the_word_that_denies_them() {
        assert_eq!(
            grants(&view()),
            "sign 1.0.2 may\n  kv                - keep data of its own (its author: \"To remember\") (denied by you)\n"
        );
    }
}
