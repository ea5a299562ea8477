//! The host's rooms: each big library is known in one of them only, and rooms know each other in one direction only.
//!
//! This reads source text. It looks for paths into a crate or a room (`wasmtime::…`, `crate::store…`) and so needs no
//! compiler. It does not look into macros' output.

mod paths;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::tally::Tally;

/// Something that only some files may name.
struct Rule {
    /// The paths' first segments.
    names: &'static [&'static str],
    /// Which rooms may name them.
    rooms: &'static [&'static str],
    /// Why.
    because: &'static str,
}

const RULES: [Rule; 21] = [
    Rule {
        names: &["wasmtime", "wasmtime_wasi", "wasmparser"],
        rooms: &[],
        because: "only `plugin-runtime` knows wasm",
    },
    Rule {
        names: &[
            "whatsapp_rust",
            "wacore",
            "wacore_binary",
            "wacore_libsignal",
            "wacore_noise",
            "wacore_appstate",
            "waproto",
            "diesel",
        ],
        rooms: &["whatsapp/client"],
        because: "only `whatsapp`, behind its seam, knows the WhatsApp client",
    },
    Rule {
        names: &["rusqlite", "rusqlite_migration", "libsqlite3_sys"],
        rooms: &["store"],
        because: "only `store` knows SQL",
    },
    Rule {
        names: &["actix_web", "actix_ws", "actix_http", "actix_rt", "askama"],
        rooms: &["web"],
        because: "only `web` knows actix-web and templates",
    },
    Rule {
        names: &["ureq"],
        rooms: &["fetch", "whatsapp/client"],
        because: "only `fetch` asks servers, and the WhatsApp client for its files",
    },
    Rule {
        names: &["crate::fetch"],
        rooms: &["fetch", "webhooks", "dispatch", "library", "run"],
        because: "servers are asked for plugins, where their reads are made, and for webhooks",
    },
    Rule {
        names: &["crate::webhooks"],
        // The library's tests make a dispatch, which posts.
        rooms: &["webhooks", "dispatch", "library", "bots", "web", "run"],
        because: "what is told to programs is told by who knows of it",
    },
    Rule {
        names: &["jadi_simulator"],
        rooms: &[],
        because: "the simulator is a peer on a socket",
    },
    Rule {
        names: &["crate::run", "crate::config"],
        rooms: &["run", "config", "cli", "main", "telemetry"],
        because: "rooms are given what they need, they do not fetch it",
    },
    Rule {
        names: &["crate::web"],
        rooms: &["web", "run"],
        because: "nothing but the composition knows the web pages",
    },
    Rule {
        names: &["crate::author"],
        // `jadi plugin install` tries what it asks about, in its own process.
        rooms: &["author", "live", "cli", "main"],
        because: "what authors do on their machines is no part of a running host",
    },
    Rule {
        names: &["crate::access"],
        rooms: &["access", "bots", "web", "run"],
        because: "links are made for chat, and looked at by pages",
    },
    Rule {
        names: &["crate::bots"],
        rooms: &["bots", "web", "run"],
        because: "arrows go from `bots` to `dispatch`, not back",
    },
    Rule {
        names: &["notify"],
        rooms: &["live"],
        because: "only `live` watches files, for authors",
    },
    Rule {
        names: &["hyper", "hyper_util", "http_body_util"],
        rooms: &["control"],
        because: "only `control` asks over a socket",
    },
    Rule {
        names: &["crate::live"],
        rooms: &["live", "cli", "main"],
        because: "commands ask the host, the host does not ask them",
    },
    Rule {
        names: &["crate::control"],
        rooms: &["control", "live", "web", "run"],
        because: "the control socket is for the command line",
    },
    Rule {
        names: &["crate::library"],
        rooms: &["library", "control", "live", "web", "run"],
        because: "bots and dispatch are given sets of plugins, they do not ask for them",
    },
    Rule {
        names: &["crate::dispatch"],
        rooms: &["dispatch", "library", "bots", "web", "run"],
        because: "arrows go from `dispatch` to `plugins` and `store`, not back",
    },
    Rule {
        names: &["crate::store"],
        rooms: &[
            "store", "access", "webhooks", "dispatch", "library", "live", "bots", "web", "run",
            "config",
        ],
        because: "`plugins` and `whatsapp` do not know the store",
    },
    Rule {
        names: &["crate::plugins"],
        // The configuration reads the limits by the names that the plugin runtime gives them.
        rooms: &[
            "dispatch", "fetch", "library", "bots", "web", "run", "author", "config",
        ],
        because: "`store` and `whatsapp` do not know plugins",
    },
];

/// Holds every rule against every source file under `source`, the host's `src`.
///
/// # Errors
///
/// When a file can't be read, or no file is there.
pub fn check(source: &Path) -> Result<Tally> {
    let files = rust_files(source)?;
    if files.is_empty() {
        bail!("there is no Rust source under {}", source.display());
    }
    let mut tally = Tally::default();
    for rule in &RULES {
        let mut faults = 0;
        for (path, text) in &files {
            if rule.rooms.iter().any(|room| stands_in(path, room)) {
                continue;
            }
            for (line, name) in paths::heads(text) {
                if rule.names.contains(&name.as_str()) {
                    let because = rule.because;
                    println!(
                        "host/src/{}:{line}: `{name}` does not belong here: {because}",
                        path.display()
                    );
                    faults += 1;
                }
            }
        }
        tally = [tally, Tally::one(faults == 0)].into_iter().sum();
    }
    Ok(tally)
}

/// Whether a file, given relative to `src`, is in a room: under its directory, or the file of its name.
fn stands_in(path: &Path, room: &str) -> bool {
    path.starts_with(room) || path.with_extension("") == Path::new(room)
}

fn rust_files(source: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let mut open = vec![source.to_path_buf()];
    while let Some(directory) = open.pop() {
        let entries = fs::read_dir(&directory)
            .with_context(|| format!("can't read {}", directory.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("can't read {}", path.display()))?;
                files.push((path.strip_prefix(source)?.to_path_buf(), text));
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_a_directory_or_a_file() {
        assert!(stands_in(Path::new("plugins/engine/pool.rs"), "plugins"));
        assert!(stands_in(Path::new("run.rs"), "run"));
        assert!(stands_in(
            Path::new("whatsapp/client/acks.rs"),
            "whatsapp/client"
        ));
        assert!(!stands_in(Path::new("whatsapp/seam.rs"), "whatsapp/client"));
        assert!(!stands_in(Path::new("runner/mod.rs"), "run"));
    }

    #[test]
    fn a_breach_fails_the_rule_that_it_breaks_and_no_other() -> Result<()> {
        let source = std::env::temp_dir().join(format!("jadi-rooms-{}", std::process::id()));
        fs::create_dir_all(source.join("store"))?;
        fs::create_dir_all(source.join("dispatch"))?;
        fs::write(source.join("store/mod.rs"), "use rusqlite::Connection;\n")?;
        fs::write(
            source.join("dispatch/mod.rs"),
            "use crate::plugins::Runtime;\n",
        )?;
        let clean = check(&source);
        fs::write(source.join("dispatch/mod.rs"), "use wasmtime::Engine;\n")?;
        let broken = check(&source);
        fs::remove_dir_all(&source)?;
        assert_eq!(clean?.failed, 0);
        assert_eq!(broken?.failed, 1);
        Ok(())
    }
}
