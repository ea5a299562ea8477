//! What outlives a run: accounts, companions, phones, groups, and what waits for whom, in one file of the data directory.
//!
//! It is written when the set of accounts, companions or groups changes, and at the end of a run. After a crash the phones'
//! sessions may be a little behind; then a message is asked for again, as in the world. Chats, pictures and files are not
//! kept: they live in memory.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::SimulatorError;
use crate::phone::PhoneFile;
use crate::server::world::World;

const FILE: &str = "simulator-world.json";

/// A file of another version is refused rather than misread.
const VERSION: u32 = 1;

/// Everything that is kept.
#[derive(Deserialize)]
pub(crate) struct Kept {
    version: u32,
    pub(crate) world: World,
    pub(crate) phones: Vec<PhoneFile>,
}

/// The same, borrowed for writing.
#[derive(Serialize)]
struct KeptRef<'a> {
    version: u32,
    world: &'a World,
    phones: &'a [PhoneFile],
}

fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

fn fail(path: &Path, reason: impl std::fmt::Display) -> SimulatorError {
    SimulatorError::World {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// Reads what an earlier run left, if there was one.
pub(crate) fn load(dir: &Path) -> Result<Option<Kept>, SimulatorError> {
    let path = path(dir);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(&path, error)),
    };
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| fail(&path, error))?;
    if kept.version != VERSION {
        return Err(fail(
            &path,
            format!(
                "it has version {}, this simulator reads {VERSION}",
                kept.version
            ),
        ));
    }
    Ok(Some(kept))
}

/// The file's content.
pub(crate) fn encode(world: &World, phones: &[PhoneFile]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&KeptRef {
        version: VERSION,
        world,
        phones,
    })
}

/// Replaces the file in one step. It holds private keys, so only its owner may read it.
pub(crate) fn write(dir: &Path, bytes: &[u8]) -> Result<(), SimulatorError> {
    let path = path(dir);
    let new = path.with_extension("new");
    let replace = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, &path)
    };
    replace().map_err(|error| fail(&path, error))
}

/// A stanza in its wire form, for serde.
pub(crate) mod stanza {
    use serde::{Deserialize, Deserializer, Serialize as _, Serializer, de, ser};
    use wacore_binary::{Node, OwnedNodeRef};

    pub(crate) fn serialize<S: Serializer>(
        stanza: &Node,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        wacore_binary::marshal(stanza)
            .map_err(ser::Error::custom)?
            .serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Node, D::Error> {
        let mut bytes = Vec::<u8>::deserialize(deserializer)?;
        if bytes.is_empty() {
            return Err(de::Error::custom("an empty stanza"));
        }
        // The first byte says that the rest is not compressed.
        let stanza = OwnedNodeRef::new(bytes.split_off(1)).map_err(de::Error::custom)?;
        Ok(stanza.to_owned_node())
    }
}
