//! App state: collections of settings that an account's devices share.
//!
//! Patches are encrypted with a key that the phone gave its companions; the server only numbers them and hands them on. An
//! account begins with empty collections, as a fresh one does.

use wacore_binary::{Node, NodeContent};

use super::Answer;
use crate::server::Server;
use crate::server::world::{Collection, Who};
use crate::wire::stanza::{StanzaExt as _, node, server_jid, with_bytes};

impl Server {
    pub(super) fn answer_app_state(&self, who: &Who, request: &Node) -> Answer {
        let Some(sync) = request.child("sync") else {
            return Answer::Unknown;
        };
        let mut world = self.world();
        let Some(account) = world.accounts.get_mut(&who.number) else {
            return Answer::Error(401, "not-authorized");
        };
        let mut changed = Vec::new();
        let mut answers = Vec::new();
        for asked in sync.get_children_by_tag("collection") {
            let name = asked.attr_str("name");
            let collection = account.collections.entry(name.clone()).or_default();
            let (answer, took) = sync_collection(collection, asked, &name);
            answers.push(answer);
            if took {
                changed.push((name, collection.patches.len()));
            }
        }
        drop(world);
        if !changed.is_empty() {
            self.tell_other_devices(who, &changed);
        }
        Answer::one(node("sync").children(answers).build())
    }

    fn tell_other_devices(&self, who: &Who, changed: &[(String, usize)]) {
        let mut world = self.world();
        let serial = world.next_serial();
        let collections = changed.iter().map(|(name, version)| {
            node("collection")
                .attr("name", name.as_str())
                .attr("version", *version)
                .build()
        });
        let notification = node("notification")
            .attr("from", server_jid())
            .attr("type", "server_sync")
            .attr("id", format!("sync-{serial}"))
            .attr("t", self.clock.now_secs())
            .children(collections)
            .build();
        for target in world.devices_of(&who.number) {
            if target != *who
                && target.device != 0
                && let Some(device) = world.device_mut(&target)
            {
                device.deliver_kept("notification", notification.clone());
            }
        }
    }
}

/// Takes an uploaded patch if it continues the collection, and answers with what the device does not have.
fn sync_collection(collection: &mut Collection, asked: &Node, name: &str) -> (Node, bool) {
    let stands_at = asked.attr_str("version").parse::<usize>().unwrap_or(0);
    let uploaded = asked.child("patch").and_then(|patch| patch.bytes());
    let mut answer = node("collection").attr("name", name).build();
    if uploaded.is_some() && stands_at != collection.patches.len() {
        answer.set("type", "error");
        let missing = missing_patches(collection, stands_at);
        let conflict = node("error")
            .attr("code", 409_u16)
            .attr("text", "conflict")
            .build();
        answer.content = Some(NodeContent::Nodes(
            missing.into_iter().chain([conflict]).collect(),
        ));
        return (answer, false);
    }
    if let Some(patch) = uploaded {
        collection.patches.push(patch);
        answer.set("version", collection.patches.len());
        return (answer, true);
    }
    answer.set("version", collection.patches.len());
    answer.content = Some(NodeContent::Nodes(
        missing_patches(collection, stands_at).into_iter().collect(),
    ));
    (answer, false)
}

fn missing_patches(collection: &Collection, stands_at: usize) -> Option<Node> {
    let missing = collection
        .patches
        .get(stands_at..)
        .filter(|missing| !missing.is_empty())?;
    Some(
        node("patches")
            .children(
                missing
                    .iter()
                    .map(|patch| with_bytes("patch", patch.clone())),
            )
            .build(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::stanza::empty;

    fn asked(version: usize, patch: Option<&[u8]>) -> Node {
        let collection = node("collection")
            .attr("name", "regular")
            .attr("version", version);
        match patch {
            Some(patch) => collection
                .children([with_bytes("patch", patch.to_vec())])
                .build(),
            None => collection.build(),
        }
    }

    #[test]
    fn a_device_gets_the_patches_it_lacks() {
        let mut collection = Collection::default();
        let (answer, took) = sync_collection(&mut collection, &asked(0, Some(b"one")), "regular");
        assert!(took);
        assert_eq!(answer.attr_str("version"), "1");
        sync_collection(&mut collection, &asked(1, Some(b"two")), "regular");
        let (answer, took) = sync_collection(&mut collection, &asked(1, None), "regular");
        assert!(!took);
        let patches = answer.child("patches").unwrap().nodes();
        assert_eq!(
            patches
                .iter()
                .map(|patch| patch.bytes().unwrap())
                .collect::<Vec<_>>(),
            [b"two"]
        );
    }

    #[test]
    fn a_patch_on_an_old_version_is_a_conflict_and_changes_nothing() {
        let mut collection = Collection::default();
        sync_collection(&mut collection, &asked(0, Some(b"one")), "regular");
        let (answer, took) = sync_collection(&mut collection, &asked(0, Some(b"other")), "regular");
        assert!(!took);
        assert_eq!(
            answer.child("error").map(|error| error.attr_str("code")),
            Some("409".to_owned())
        );
        assert_eq!(collection.patches, [b"one"]);
        assert_ne!(
            answer.content,
            empty("collection").content,
            "what the device lacks comes along"
        );
    }
}
