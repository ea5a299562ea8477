//! How a plugin is shown: commands, events, permissions and cost, in plain words.

use std::io::{self, Write};

use jadi_plugin_manifest::{
    ChatKind, Command, EventFilter, EventKind, Manifest, MediaKind, Place, Role,
};

use crate::plugins::{EventLimits, Failure, Permission, Receipt};

/// A size as people read it.
pub(super) fn kib(bytes: usize) -> String {
    // Whole tenths: a float would be rounded in ways that nobody needs to think about.
    let tenths = bytes.saturating_mul(10).div_ceil(1024);
    format!("{}.{} KiB", tenths / 10, tenths % 10)
}

/// Lines of columns, each as wide as its widest cell.
fn table(out: &mut dyn Write, rows: &[Vec<String>]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let line: String = cells
            .map(|(cell, &width)| format!("  {cell:width$}"))
            .collect();
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What can be typed, by whom and where.
pub(super) fn commands(out: &mut dyn Write, manifest: &Manifest) -> io::Result<()> {
    if manifest.commands.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nCommands")?;
    let row = |command: &Command| {
        let usage = command.usage.get("en");
        let space = if usage.is_empty() { "" } else { " " };
        let names: Vec<&str> = command.names().collect();
        vec![
            format!("!{}{space}{usage}", names.join(", !")),
            command.summary.get("en").to_owned(),
            conditions(command),
        ]
    };
    let rows: Vec<_> = manifest.commands.iter().map(row).collect();
    table(out, &rows)
}

fn conditions(command: &Command) -> String {
    let who = match command.role {
        Role::User => "anybody",
        Role::GroupAdmin => "group admins",
        Role::BotOwner => "the bot's owner",
        Role::SystemOwner => "the operator",
    };
    let place = match command.place {
        Place::Any => "",
        Place::Group => ", in groups",
        Place::Private => ", in private chats",
        Place::Main => ", with the main bot",
    };
    let admin = match command.needs_bot_admin {
        true => ", where the bot is an admin",
        false => "",
    };
    let cooldown = match command.cooldown_seconds {
        0 => String::new(),
        seconds => format!(", every {seconds} s"),
    };
    format!("{who}{place}{admin}{cooldown}")
}

/// What it is told of beside its commands.
pub(super) fn events(out: &mut dyn Write, manifest: &Manifest) -> io::Result<()> {
    if manifest.events.is_empty() && !manifest.unknown_commands {
        return Ok(());
    }
    writeln!(out, "\nIt is also told of")?;
    for filter in &manifest.events {
        writeln!(out, "  {}", event(filter))?;
    }
    if manifest.unknown_commands {
        writeln!(out, "  commands in private chats that no plugin has")?;
    }
    Ok(())
}

fn event(filter: &EventFilter) -> String {
    let what = match filter.event {
        EventKind::Message => "messages",
        EventKind::MessageDelete => "deleted messages",
        EventKind::MessageEdit => "changed messages",
        EventKind::Reaction => "reactions",
        EventKind::GroupAdd => "people who come into a group",
        EventKind::GroupRemove => "people who leave a group",
        EventKind::GroupChange => "what becomes of its changes of groups",
        EventKind::PollVote => "votes in its polls",
        EventKind::Schedule => "what it has scheduled itself",
        EventKind::Hosting => "what becomes of bots of the host",
    };
    let mut text = what.to_owned();
    let chats = filter.chats.iter().map(|kind| match kind {
        ChatKind::Private => "private chats",
        ChatKind::Group => "groups",
    });
    let media = filter.media.iter().map(|kind| match kind {
        MediaKind::Image => "a picture",
        MediaKind::Sticker => "a sticker",
        MediaKind::Video => "a video",
        MediaKind::Audio => "a sound",
        MediaKind::Document => "a document",
    });
    let words = filter.contains.iter().map(|part| format!("{part:?}"));
    let mut add = |before: &str, list: Vec<String>| {
        if !list.is_empty() {
            text.push_str(&format!("{before}{}", list.join(" or ")));
        }
    };
    add(" in ", chats.map(str::to_owned).collect());
    add(" with ", media.map(str::to_owned).collect());
    add(" that contain ", words.collect());
    if filter.link {
        text.push_str(" with a link");
    }
    text
}

/// What it may do, and what its author says it does that for.
pub(super) fn permissions(
    out: &mut dyn Write,
    manifest: &Manifest,
    permissions: &[Permission],
) -> io::Result<()> {
    writeln!(out, "\nIt may")?;
    if permissions.is_empty() {
        return writeln!(out, "  do nothing but read the messages that it is given");
    }
    for permission in permissions {
        match manifest.reasons.get(&permission.capability()) {
            Some(reason) => writeln!(out, "  {permission}: \"{}\"", reason.get("en"))?,
            None => writeln!(out, "  {permission}; it does not say what for (`reason`)")?,
        }
    }
    Ok(())
}

/// What a command cost.
#[derive(Debug, Clone)]
pub(super) struct Cost {
    /// Its name.
    pub(super) command: String,
    receipt: Receipt,
    /// Why it failed, if it did.
    pub(super) failure: Option<Failure>,
}

impl Cost {
    pub(super) fn nothing(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            receipt: Receipt::default(),
            failure: None,
        }
    }

    /// Keeps the larger of each.
    pub(super) fn add(&mut self, other: &Receipt) {
        let own = &mut self.receipt;
        own.cpu_micros = own.cpu_micros.max(other.cpu_micros);
        own.wall_micros = own.wall_micros.max(other.wall_micros);
        own.peak_memory = own.peak_memory.max(other.peak_memory);
        own.host_calls = own.host_calls.max(other.host_calls);
        own.bytes_in = own.bytes_in.max(other.bytes_in);
    }
}

/// What commands cost, with their share of each limit.
pub(super) fn costs(out: &mut dyn Write, costs: &[Cost], limits: &EventLimits) -> io::Result<()> {
    let mut rows = vec![
        ["command", "time", "CPU", "memory", "host calls"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for cost in costs {
        let receipt = &cost.receipt;
        let (cpu, memory) = (receipt.cpu_micros, receipt.peak_memory);
        rows.push(vec![
            format!("!{}", cost.command),
            millis(receipt.wall_micros),
            format!(
                "{} of {} ({})",
                millis(cpu),
                limits.cpu_ms,
                share(cpu, limits.cpu_ms.saturating_mul(1000))
            ),
            format!(
                "{} of {} ({})",
                mib(memory),
                mib(limits.memory_bytes),
                share(memory, limits.memory_bytes)
            ),
            format!("{} of {}", receipt.host_calls, limits.host_calls),
        ]);
    }
    table(out, &rows)?;
    for cost in costs {
        if let Some(failure) = &cost.failure {
            writeln!(out, "  !{} fails: {failure}", cost.command)?;
            for frame in failure.backtrace() {
                writeln!(out, "      at {frame}")?;
            }
        }
    }
    Ok(())
}

fn share(used: u64, limit: u64) -> String {
    match used.saturating_mul(100).checked_div(limit) {
        Some(0) => "under 1 %".to_owned(),
        Some(percent) => format!("{percent} %"),
        None => "no limit".to_owned(),
    }
}

fn millis(micros: u64) -> String {
    format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10)
}

fn mib(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1024 * 1024);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(show: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        show(&mut out).expect("a Vec takes all");
        String::from_utf8(out).expect("text")
    }

    fn manifest(json: &str) -> Manifest {
        Manifest::parse(json.as_bytes()).expect("a manifest")
    }

    #[test]
    fn commands_are_shown_with_all_conditions() {
        let manifest = manifest(
            r#"{"name":"x","version":"1.0.0","languages":["en","id"],"commands":[
                {"name":"roll","aliases":["r"],"usage":"[sides]","summary":{"en":"Rolls","id":"Melempar"}},
                {"name":"kick","summary":"Takes out","role":"group-admin","place":"group",
                 "needs_bot_admin":true,"cooldown_seconds":5}]}"#,
        );
        assert_eq!(
            shown(|out| commands(out, &manifest)),
            "\nCommands\n  \
             !roll, !r [sides]  Rolls      anybody\n  \
             !kick              Takes out  group admins, in groups, where the bot is an admin, every 5 s\n"
        );
    }

    #[test]
    fn events_are_told_in_words() {
        let manifest = manifest(
            r#"{"name":"x","version":"1.0.0","languages":["en"],"unknown_commands":true,"events":[
                {"event":"message","chats":["group"],"media":["image","video"],"contains":["price"],"link":true},
                {"event":"group-add"}]}"#,
        );
        assert_eq!(
            shown(|out| events(out, &manifest)),
            "\nIt is also told of\n  \
             messages in groups with a picture or a video that contain \"price\" with a link\n  \
             people who come into a group\n  \
             commands in private chats that no plugin has\n"
        );
    }

    #[test]
    fn a_failure_is_shown_with_its_place() {
        let mut cost = Cost::nothing("roll");
        cost.add(&Receipt {
            cpu_micros: 1_234,
            peak_memory: 1024 * 1024,
            host_calls: 2,
            ..Receipt::default()
        });
        cost.failure = Some(Failure::Trap {
            cause: "unreachable".to_owned(),
            backtrace: vec!["dice::roll".to_owned()],
        });
        let shown = shown(|out| costs(out, &[cost], &EventLimits::default()));
        for part in [
            "1.23 ms of 50 (2 %)",
            "1.0 MiB of 16.0 MiB (6 %)",
            "2 of 128",
            "!roll fails: the plugin trapped: unreachable\n      at dice::roll",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(kib(1), "0.1 KiB");
        assert_eq!(kib(10 * 1024), "10.0 KiB");
    }
}
