//! What the server remembers: accounts, their devices and keys, groups, and what waits for whom.
//!
//! Plain state without I/O, guarded by one lock that is never held across an await.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use wacore_binary::{Jid, Node, Server as JidServer};

use super::group::Group;
use super::outbox::Outbox;
use super::pairing::Pairing;
use crate::chat::ChatId;

/// WhatsApp lets a phone have four companions.
pub(crate) const MAX_COMPANIONS: usize = 4;

/// A device that was away for so many stanzas loses the oldest.
const OFFLINE_LIMIT: usize = 20_000;

/// Names a device: the account's number and the device's index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Who {
    pub(crate) number: String,
    pub(crate) device: u16,
}

impl Who {
    pub(crate) fn new(number: impl Into<String>, device: u16) -> Self {
        Self {
            number: number.into(),
            device,
        }
    }

    /// As a JID by phone number, with the device unless it is the phone.
    pub(crate) fn pn(&self) -> Jid {
        Jid::pn_device(self.number.as_str(), self.device)
    }
}

/// A one-time or signed prekey as a client uploaded it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PublicPreKey {
    pub(crate) id: u32,
    pub(crate) key: Vec<u8>,
}

/// The public keys with which others begin a session with a device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeyBundle {
    pub(crate) registration_id: u32,
    pub(crate) identity: Vec<u8>,
    pub(crate) signed: PublicPreKey,
    pub(crate) signature: Vec<u8>,
    pub(crate) one_time: VecDeque<PublicPreKey>,
}

/// A stanza that the device has not acknowledged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) class: String,
    pub(crate) id: String,
    #[serde(with = "crate::keep::stanza")]
    pub(crate) stanza: Node,
}

/// The connection of a device that is logged in.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) outbox: Outbox,
    /// Whether the device asked for its messages (`passive` → `active`).
    pub(crate) active: bool,
    /// Whether it says that a person sits in front of it.
    pub(crate) available: bool,
}

/// A phone's or companion's place at the server.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Device {
    pub(crate) key_index: u32,
    /// What a companion must prove to hold when it logs in; `None` for a phone.
    pub(crate) noise_static: Option<[u8; 32]>,
    pub(crate) platform: String,
    /// The companion's identity, signed by the phone and by itself.
    pub(crate) signed_identity: Vec<u8>,
    pub(crate) keys: Option<KeyBundle>,
    pub(crate) kept: VecDeque<Kept>,
    #[serde(skip)]
    pub(crate) link: Option<Link>,
}

impl Device {
    pub(crate) fn new(key_index: u32) -> Self {
        Self {
            key_index,
            noise_static: None,
            platform: String::new(),
            signed_identity: Vec::new(),
            keys: None,
            kept: VecDeque::new(),
            link: None,
        }
    }

    /// Whether stanzas may be written to it now.
    pub(crate) fn is_active(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.active)
    }

    /// Sends now if the device is there; keeps the stanza until it is acknowledged.
    pub(crate) fn deliver_kept(&mut self, class: &'static str, stanza: Node) {
        let id = crate::wire::stanza::StanzaExt::attr_str(&stanza, "id");
        if self.kept.len() >= OFFLINE_LIMIT {
            self.kept.pop_front();
        }
        if let Some(link) = self.link.as_ref().filter(|link| link.active) {
            link.outbox.stanza(stanza.clone());
        }
        self.kept.push_back(Kept {
            class: class.to_owned(),
            id,
            stanza,
        });
    }

    /// Sends if the device is there; otherwise it is lost, as typing notices are.
    pub(crate) fn deliver_passing(&self, stanza: Node) {
        if let Some(link) = &self.link {
            link.outbox.stanza(stanza);
        }
    }

    /// Forgets the first kept stanza of this class and id.
    pub(crate) fn acknowledge(&mut self, class: &str, id: &str) {
        if let Some(at) = self
            .kept
            .iter()
            .position(|kept| kept.class == class && kept.id == id)
        {
            self.kept.remove(at);
        }
    }
}

/// One collection of app state: opaque patches, as the companions uploaded them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Collection {
    pub(crate) patches: Vec<Vec<u8>>,
}

/// A picture that others may look at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Picture {
    pub(crate) id: u64,
    pub(crate) direct_path: String,
}

/// An account: one number, one LID, one phone, some companions.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) number: String,
    pub(crate) lid: String,
    pub(crate) name: String,
    pub(crate) devices: BTreeMap<u16, Device>,
    pub(crate) next_device: u16,
    pub(crate) next_key_index: u32,
    /// `ADVSignedKeyIndexList`, signed by the phone when the set of companions changed, and when that was.
    pub(crate) key_index_list: Vec<u8>,
    pub(crate) key_index_list_secs: i64,
    pub(crate) collections: HashMap<String, Collection>,
    /// Not kept over a restart: the blob store is in memory.
    #[serde(skip)]
    pub(crate) picture: Option<Picture>,
    pub(crate) about: String,
    pub(crate) blocked: Vec<String>,
    /// Whether nobody may add the account to groups.
    #[serde(default)]
    pub(crate) invited_only: bool,
}

impl Account {
    /// A new account with its phone.
    pub(crate) fn new(number: &str, lid: &str, name: &str, phone: Device) -> Self {
        Self {
            number: number.to_owned(),
            lid: lid.to_owned(),
            name: name.to_owned(),
            devices: BTreeMap::from([(0, phone)]),
            next_device: 1,
            next_key_index: 1,
            key_index_list: Vec::new(),
            key_index_list_secs: 0,
            collections: HashMap::new(),
            picture: None,
            about: String::new(),
            blocked: Vec::new(),
            invited_only: false,
        }
    }

    pub(crate) fn pn(&self) -> Jid {
        Jid::pn(self.number.as_str())
    }

    pub(crate) fn lid_jid(&self) -> Jid {
        Jid::lid(self.lid.as_str())
    }

    pub(crate) fn companions(&self) -> impl Iterator<Item = (u16, &Device)> {
        self.devices
            .iter()
            .filter(|(index, _)| **index != 0)
            .map(|(index, device)| (*index, device))
    }
}

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) accounts: BTreeMap<String, Account>,
    /// LID → number.
    pub(crate) lids: HashMap<String, String>,
    pub(crate) groups: BTreeMap<String, Group>,
    /// Connections that wait to be paired.
    #[serde(skip)]
    pub(crate) pairings: Vec<Pairing>,
    serial: u64,
}

impl World {
    /// A number that was not given out before in this world.
    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// The device that a JID names, by number or by LID, if there is such an account.
    pub(crate) fn resolve(&self, jid: &Jid) -> Option<Who> {
        let number = match jid.server {
            JidServer::Pn => self
                .accounts
                .contains_key(jid.user.as_str())
                .then(|| jid.user.to_string()),
            JidServer::Lid => self.lids.get(jid.user.as_str()).cloned(),
            _ => None,
        }?;
        Some(Who::new(number, jid.device))
    }

    /// The account that a JID names.
    pub(crate) fn account_of(&self, jid: &Jid) -> Option<&Account> {
        self.accounts.get(&self.resolve(jid)?.number)
    }

    pub(crate) fn device(&self, who: &Who) -> Option<&Device> {
        self.accounts.get(&who.number)?.devices.get(&who.device)
    }

    pub(crate) fn device_mut(&mut self, who: &Who) -> Option<&mut Device> {
        self.accounts
            .get_mut(&who.number)?
            .devices
            .get_mut(&who.device)
    }

    /// A device as a JID by LID.
    pub(crate) fn lid_of(&self, who: &Who) -> Jid {
        let lid = self
            .accounts
            .get(&who.number)
            .map_or("", |account| account.lid.as_str());
        Jid::lid_device(lid, who.device)
    }

    /// All devices of an account.
    pub(crate) fn devices_of(&self, number: &str) -> Vec<Who> {
        let Some(account) = self.accounts.get(number) else {
            return Vec::new();
        };
        account
            .devices
            .keys()
            .map(|device| Who::new(number, *device))
            .collect()
    }

    /// The group that a JID names.
    pub(crate) fn group_of(&self, jid: &Jid) -> Option<&Group> {
        (jid.server == JidServer::Group)
            .then(|| self.groups.get(jid.user.as_str()))
            .flatten()
    }

    /// The chat that a JID names, folded to the number.
    pub(crate) fn chat_of(&self, jid: &Jid) -> Option<ChatId> {
        match jid.server {
            JidServer::Group => Some(ChatId::Group(jid.to_non_ad_string())),
            _ => self.resolve(jid).map(|who| ChatId::Direct(who.number)),
        }
    }
}
