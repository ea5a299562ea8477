//! Showing what a component file is and costs, asking, installing.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::{consent, say, words};
use crate::author;
use crate::control::{Ask, Client, LARGEST_COMPONENT};
use crate::library::Terms;

/// The file can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// It is not there.
    #[error("there is no file {}; give the path of a component file, such as target/plugins/hello.wasm", .0.display())]
    Missing(PathBuf),
    /// It is a directory.
    #[error("{} is a directory; build the plugin and give the path of its component file", .0.display())]
    Directory(PathBuf),
    /// It is larger than any host takes.
    #[error("{} has more than {LARGEST_COMPONENT} bytes, which no host takes", .0.display())]
    TooLarge(PathBuf),
    /// It can't be read.
    #[error("{} can't be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Reads a component file.
pub(super) fn read(path: &Path) -> Result<Bytes, FileError> {
    let unreadable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => FileError::Missing(path.to_owned()),
        std::io::ErrorKind::IsADirectory => FileError::Directory(path.to_owned()),
        _ => FileError::Unreadable {
            path: path.to_owned(),
            source,
        },
    };
    let mut content = Vec::new();
    let most = (LARGEST_COMPONENT as u64).saturating_add(1);
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut content))
        .map_err(unreadable)?;
    if content.len() > LARGEST_COMPONENT {
        return Err(FileError::TooLarge(path.to_owned()));
    }
    Ok(content.into())
}

/// Shows the plugin of a file, asks, and installs it.
pub(super) async fn install(
    client: &Client,
    file: &Path,
    yes: bool,
    replace: bool,
) -> anyhow::Result<()> {
    let component = read(file)?;
    let terms = client.look(component.clone()).await?;
    say(&words::terms(&terms))?;
    let tried = component.clone();
    let cost = tokio::task::spawn_blocking(move || author::cost(&tried)).await?;
    say(cost
        .unwrap_or_else(|error| format!("\nWhat it costs can't be tried here: {error:#}"))
        .trim_end())?;
    let question = match &terms.installed {
        Some(installed) if installed.same => {
            "This very file is in use. Install it again?".to_owned()
        }
        Some(installed) => format!(
            "Put {} {} in the place of {}?",
            terms.name, terms.version, installed.version
        ),
        None => format!("Install {} {}?", terms.name, terms.version),
    };
    if !consent::given(&question, yes)? {
        return say("Nothing was installed.");
    }
    let ask = Ask {
        consent: Some(keys(&terms)),
        replace,
    };
    let view = client.install(component, &ask).await?;
    let mut told = format!("{} {} is installed", view.name, view.version);
    if view.everywhere || view.switches.iter().any(|switch| switch.enabled) {
        told.push_str(&format!(" and serves {}.", words::serves(&view)));
    } else {
        told.push_str(&format!(
            " and serves no bot yet. To let all bots have it: jadi plugin enable {}",
            view.name
        ));
    }
    say(&told)
}

/// What a person agrees to who agrees to these terms.
fn keys(terms: &Terms) -> BTreeSet<String> {
    terms.needs.iter().map(|need| need.key.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_no_file_is_told() {
        let dir = tempfile::tempdir().expect("a directory");
        let missing = dir.path().join("hello.wasm");
        assert!(matches!(read(&missing), Err(FileError::Missing(path)) if path == missing));
        assert!(matches!(read(dir.path()), Err(FileError::Directory(_))));
        let file = dir.path().join("file");
        std::fs::write(&file, "content").expect("written");
        assert_eq!(read(&file).expect("read"), "content");
        let below = read(&file.join("below"));
        assert!(
            matches!(below, Err(FileError::Unreadable { .. })),
            "{below:?}"
        );
    }
}
