//! `jadi plugin replay`: a failed event in the real runtime, with what it was given then.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::shown::{log_line, plain, time};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::model::Action;
use crate::plugins::{
    Digest, FailedEvent, KvWrite, Limits, LoadOptions, Outcome, Runtime, RuntimeOptions,
    ScheduleWrite, SettingWrite,
};
use crate::random::SystemRandom;

/// Runs the event and prints what came of it.
pub(super) async fn replay(
    file: &Path,
    wasm: Option<&Path>,
    config: &Config,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let content = fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let failed = FailedEvent::parse(&content).with_context(|| file.display().to_string())?;
    let recorded = &failed.plugin;
    let (path, bytes) = match wasm {
        Some(path) => {
            let bytes = fs::read(path);
            let bytes = bytes.with_context(|| format!("{} can't be read", path.display()))?;
            (path.to_owned(), bytes)
        }
        None => kept(config, &recorded.digest)?.with_context(|| {
            format!(
                "the component of {} {} (digest {}) is neither installed nor in {}; name it with --wasm",
                recorded.name,
                recorded.version,
                recorded.digest,
                config.plugins_dir.display()
            )
        })?,
    };

    writeln!(
        out,
        "{} {} failed on event {} at {}:\n    {}",
        plain(&recorded.name),
        plain(&recorded.version),
        plain(&failed.recording.input.event_id),
        time(failed.at),
        plain(&failed.failure.to_string())
    )?;
    if failed.jadi != env!("CARGO_PKG_VERSION") {
        writeln!(
            out,
            "It was recorded by Jadi {}; random numbers may be others here.",
            plain(&failed.jadi)
        )?;
    }
    if failed.recording.cut {
        writeln!(
            out,
            "It read more than is recorded; what comes after that can't be the same."
        )?;
    }
    let runtime = runtime(&failed, config)?;
    let plugin = runtime
        .load_with(&bytes, LoadOptions::ALL)
        .with_context(|| format!("{} can't be loaded", path.display()))?;
    let same = plugin.digest().to_string() == recorded.digest;
    writeln!(
        out,
        "Run again in {} {} ({}{}):",
        plugin.manifest().name,
        plugin.manifest().version,
        path.display(),
        if same { ", the same component" } else { "" }
    )?;
    let replayed = runtime.replay(&plugin, &failed.recording).await;
    print_outcome(&failed, &replayed.outcome, out)?;
    for difference in &replayed.differences {
        writeln!(out, "    unlike then, at {}", plain(difference))?;
    }
    Ok(())
}

/// A runtime in which the event may use what it might use then.
fn runtime(failed: &FailedEvent, config: &Config) -> anyhow::Result<Runtime> {
    let mut limits = Limits {
        pool: config.limits.pool,
        heavy: config.limits.heavy,
        script: config.limits.script,
        ..Limits::default()
    };
    let memory = failed.recording.limits.memory_bytes;
    limits.pool.in_flight = 1;
    limits.pool.memory_bytes = limits.pool.memory_bytes.max(memory);
    limits.most.memory_bytes = limits.most.memory_bytes.max(memory);
    limits.event.memory_bytes = memory;
    limits.script.in_flight = 1;
    limits.script.memory_bytes = limits.script.memory_bytes.max(memory);
    Ok(Runtime::start(RuntimeOptions {
        limits,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        cache_dir: None,
    })?)
}

/// The component with this digest, if the host has it: installed, or in the directory of its own plugins.
fn kept(config: &Config, digest: &str) -> anyhow::Result<Option<(PathBuf, Vec<u8>)>> {
    let installed = find(&config.data_dir.join("plugins"), digest)?;
    installed.map_or_else(
        || find(&config.plugins_dir, digest),
        |found| Ok(Some(found)),
    )
}

/// The component with this digest, if it is in the directory.
fn find(dir: &Path, digest: &str) -> anyhow::Result<Option<(PathBuf, Vec<u8>)>> {
    if !dir.is_dir() {
        return Ok(None);
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            let bytes = fs::read(&path)?;
            if Digest::of(&bytes).to_string() == digest {
                return Ok(Some((path, bytes)));
            }
        }
    }
    Ok(None)
}

fn print_outcome(
    failed: &FailedEvent,
    outcome: &Outcome,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    match &outcome.failure {
        Some(failure) if failure.is_like(&failed.failure) => {
            writeln!(out, "  It failed the same way.")?;
            if failure.backtrace() != failed.failure.backtrace() {
                writeln!(out, "  It was somewhere else in the component:")?;
            }
            print_frames(failure.backtrace(), out)?;
        }
        Some(failure) => {
            writeln!(
                out,
                "  It failed another way: {}",
                plain(&failure.to_string())
            )?;
            print_frames(failure.backtrace(), out)?;
        }
        None => {
            writeln!(out, "  It worked. It asked for:")?;
            for action in &outcome.actions {
                writeln!(out, "    {}", plain(&action_shown(action)))?;
            }
            for write in &outcome.kv_writes {
                writeln!(out, "    {}", plain(&write_shown(write)))?;
            }
            for SettingWrite { name, here, value } in &outcome.setting_writes {
                let place = if *here { "this group" } else { "the bot" };
                let value = value.as_ref().map_or_else(
                    || "its default".to_owned(),
                    |value| serde_json::to_string(value).unwrap_or_default(),
                );
                let line = format!("set the setting {name:?} of {place} to {value}");
                writeln!(out, "    {}", plain(&line))?;
            }
            for write in &outcome.schedule_writes {
                let line = match write {
                    ScheduleWrite::At { name, at, .. } => {
                        format!("schedule {name:?} for {}", time(*at))
                    }
                    ScheduleWrite::Cancel { name } => format!("take back {name:?}"),
                };
                writeln!(out, "    {}", plain(&line))?;
            }
            for write in &outcome.bot_writes {
                writeln!(out, "    {}", plain(&format!("change the bot: {write:?}")))?;
            }
            let idle = outcome.actions.is_empty()
                && outcome.bot_writes.is_empty()
                && outcome.kv_writes.is_empty()
                && outcome.setting_writes.is_empty()
                && outcome.schedule_writes.is_empty();
            if idle {
                writeln!(out, "    nothing")?;
            }
        }
    }
    for line in &outcome.log {
        out.write_all(log_line(line).as_bytes())?;
    }
    Ok(())
}

fn print_frames(frames: &[String], out: &mut dyn Write) -> anyhow::Result<()> {
    for frame in frames {
        writeln!(out, "      in {}", plain(frame))?;
    }
    Ok(())
}

fn action_shown(action: &Action) -> String {
    match action {
        Action::Send(message) => format!("send to {}: {}", message.chat, message.text),
        Action::React { emoji, .. } => format!("react with {emoji}"),
        Action::Edit { text, .. } => format!("edit to: {text}"),
        Action::Delete { .. } => "delete a message".to_owned(),
        Action::Hosting { order, .. } => format!("for the host: {order:?}"),
        Action::Group { group, change, .. } => format!("change {group}: {change:?}"),
        Action::Bot { change, .. } => format!("change the bot: {change:?}"),
    }
}

fn write_shown(write: &KvWrite) -> String {
    match write {
        KvWrite::Set { key, value } => {
            format!("set {key:?} to {:?}", String::from_utf8_lossy(value))
        }
        KvWrite::Delete { key } => format!("remove {key:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_found_by_its_digest_whatever_its_name() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        fs::write(dir.path().join("a.wasm"), b"one")?;
        fs::write(dir.path().join("b.wasm"), b"two")?;
        fs::write(dir.path().join("c.txt"), b"three")?;
        let found = |bytes: &[u8]| find(dir.path(), &Digest::of(bytes).to_string());
        let (path, bytes) = found(b"two")?.context("it is there")?;
        assert!(path.ends_with("b.wasm"));
        assert_eq!(bytes, b"two");
        assert!(found(b"three")?.is_none(), "only components are looked at");
        assert!(find(&dir.path().join("nowhere"), "")?.is_none());
        Ok(())
    }
}
