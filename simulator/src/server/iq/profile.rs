//! What people show of themselves and of their groups: picture and about text.

use bytes::Bytes;
use wacore_binary::{Jid, Node};

use super::Answer;
use crate::event::GroupChange;
use crate::http::BlobError;
use crate::server::Server;
use crate::server::world::{Picture, Who};
use crate::wire::stanza::{StanzaExt as _, node};

/// Hostname in addresses of pictures, as clients expect it; the blob store answers for it.
pub(crate) const MEDIA_ORIGIN: &str = "https://mmg.whatsapp.net";

impl Server {
    pub(super) fn answer_picture(&self, who: &Who, request: &Node, set: bool) -> Answer {
        // Baileys and whatsapp-rust name the subject in `target`; without one it is the asking account.
        let target = request
            .attr_jid("target")
            .unwrap_or_else(|| Who::new(who.number.as_str(), 0).pn());
        if set {
            let image = request
                .child("picture")
                .and_then(|picture| picture.bytes())
                .unwrap_or_default();
            return self.take_picture(who, &target, image);
        }
        let world = self.world();
        let picture = match world.group_of(&target) {
            Some(group) => group.picture.as_ref(),
            None => world
                .account_of(&target)
                .and_then(|account| account.picture.as_ref()),
        };
        let Some(picture) = picture else {
            return Answer::Error(404, "item-not-found");
        };
        let known = request
            .child("picture")
            .map(|asked| asked.attr_str("id"))
            .unwrap_or_default();
        if known == picture.id.to_string() {
            return Answer::one(node("picture").build());
        }
        let answer = node("picture")
            .attr("id", picture.id)
            .attr("type", "image")
            .attr("url", format!("{MEDIA_ORIGIN}{}", picture.direct_path))
            .attr("direct_path", picture.direct_path.as_str());
        Answer::one(answer.build())
    }

    fn take_picture(&self, who: &Who, target: &Jid, image: Vec<u8>) -> Answer {
        let group = self.world().group_of(target).map(|group| group.id.clone());
        let own = self
            .world()
            .resolve(target)
            .is_some_and(|subject| subject.number == who.number);
        let taken = match group {
            Some(id) => self
                .change_group(&who.number, &id, GroupChange::Picture(image))
                .map(|_| ())
                .map_err(|_| Answer::Error(403, "forbidden")),
            None if own => self
                .change_picture(&who.number, image)
                .map_err(|_| Answer::Error(406, "not-acceptable")),
            None => Err(Answer::Error(403, "forbidden")),
        };
        if let Err(refusal) = taken {
            return refusal;
        }
        let world = self.world();
        let picture = match world.group_of(target) {
            Some(group) => group.picture.as_ref(),
            None => world
                .account_of(target)
                .and_then(|account| account.picture.as_ref()),
        };
        Answer::one(
            node("picture")
                .attr("id", picture.map_or(0, |picture| picture.id))
                .build(),
        )
    }

    /// Gives an account a picture; an empty one takes it away. Companions everywhere are told.
    pub(crate) fn change_picture(&self, number: &str, image: Vec<u8>) -> Result<(), BlobError> {
        let picture = self.store_picture(image)?;
        let mut world = self.world();
        let serial = world.next_serial();
        let Some(account) = world.accounts.get_mut(number) else {
            return Ok(());
        };
        let jid = account.pn();
        let change = match &picture {
            Some(picture) => node("set")
                .attr("jid", jid.clone())
                .attr("id", picture.id)
                .build(),
            None => node("delete").attr("jid", jid.clone()).build(),
        };
        account.picture = picture;
        let notification = node("notification")
            .attr("from", jid)
            .attr("type", "picture")
            .attr("id", format!("picture-{serial}"))
            .attr("t", self.clock.now_secs())
            .children([change])
            .build();
        let targets: Vec<Who> = world
            .accounts
            .keys()
            .flat_map(|number| world.devices_of(number))
            .collect();
        for target in targets.iter().filter(|target| target.device != 0) {
            if let Some(device) = world.device_mut(target) {
                device.deliver_kept("notification", notification.clone());
            }
        }
        Ok(())
    }

    /// Puts a picture into the blob store; an empty one is none.
    pub(crate) fn store_picture(&self, image: Vec<u8>) -> Result<Option<Picture>, BlobError> {
        if image.is_empty() {
            return Ok(None);
        }
        let stored = self.blobs.store("pps", Bytes::from(image))?;
        let id = self.world().next_serial();
        Ok(Some(Picture {
            id,
            direct_path: stored.direct_path,
        }))
    }

    pub(super) fn answer_about(&self, who: &Who, request: &Node, set: bool) -> Answer {
        if !set {
            return Answer::Unknown;
        }
        let text = request
            .child("status")
            .and_then(|status| status.content_as_string())
            .unwrap_or_default();
        if let Some(account) = self.world().accounts.get_mut(&who.number) {
            account.about = text.to_string();
        }
        Answer::empty()
    }
}
