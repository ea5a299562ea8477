//! Faults on demand: what networks and WhatsApp do to a client, made to happen at a chosen moment.
//!
//! Each is aimed at the companions of one account, named by its number; the account's phone is never disturbed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wacore_binary::{Node, NodeContent};

use crate::server::Server;
use crate::server::login::{conflict, failure, stream_error};
use crate::server::outbox::{Out, Outbox};
use crate::server::world::Who;

/// Makes faults happen.
#[derive(Clone)]
pub struct Faults {
    server: Arc<Server>,
}

impl Faults {
    pub(crate) fn new(server: Arc<Server>) -> Self {
        Self { server }
    }

    /// Breaks the companions' connections without a word, as a lost network does. They may come back at once.
    pub fn drop_connection(&self, number: &str) {
        for outbox in self.outboxes(number) {
            outbox.abort();
        }
    }

    /// Takes the network away (`true`: connections break, new ones are cut right after the handshake) or gives it back.
    pub fn refuse_connections(&self, number: &str, refuse: bool) {
        self.server
            .faults
            .edit(number, |faults| faults.refuse = refuse);
        if refuse {
            self.drop_connection(number);
        }
    }

    /// Ends the companions' streams with this code: 503 (server restarts), 515 (log in anew), 401, 429 and the like.
    pub fn stream_error(&self, number: &str, code: u16) {
        self.end_streams(number, || stream_error(code));
    }

    /// Says that another session took over. The client must not fight for its place.
    pub fn replaced(&self, number: &str) {
        self.end_streams(number, || conflict("replaced"));
    }

    /// Unlinks a companion at its next login (`<failure reason="401">`), as a phone that was away for long does.
    pub fn log_out(&self, number: &str) {
        self.server
            .faults
            .edit(number, |faults| faults.log_out = true);
    }

    /// Delays each stanza to a companion by so much; zero ends it.
    pub fn slow(&self, number: &str, delay: Duration) {
        self.server.faults.edit(number, |faults| {
            faults.delay = Some(delay).filter(|delay| !delay.is_zero());
        });
    }

    /// Delivers the companions' next `count` messages but loses the acknowledgement of each.
    pub fn lose_next_ack(&self, number: &str, count: usize) {
        self.server
            .faults
            .edit(number, |faults| faults.lose_acks = count);
    }

    /// Holds the next `count` messages to the companions back and delivers them in reverse once all have come.
    pub fn reorder_next(&self, number: &str, count: usize) {
        self.server.faults.edit(number, |faults| {
            faults.reorder = count;
            faults.held.clear();
        });
    }

    /// Delivers each of the next `count` messages to a companion twice.
    pub fn duplicate_next(&self, number: &str, count: usize) {
        self.server
            .faults
            .edit(number, |faults| faults.duplicate = count);
    }

    /// Damages the ciphertext of the next `count` messages to a companion, which then must ask for them again.
    pub fn corrupt_next(&self, number: &str, count: usize) {
        self.server
            .faults
            .edit(number, |faults| faults.corrupt = count);
    }

    /// Damages the ciphertext of the next `count` messages from a companion, for each of their receivers.
    pub fn corrupt_next_sent(&self, number: &str, count: usize) {
        self.server
            .faults
            .edit(number, |faults| faults.corrupt_sent = count);
    }

    /// Sends the companions a frame that nobody can decrypt. It is counted like any other, so that a client may go on.
    pub fn garbage_frame(&self, number: &str) {
        for outbox in self.outboxes(number) {
            outbox.push(Out::Garbage);
        }
    }

    /// Breaks the connections and refuses logins with a temporary ban, until the simulator's clock has moved that far.
    pub fn temporary_ban(&self, number: &str, lasts: Duration) {
        let until = self.server.clock.now_ms() + lasts.as_millis() as i64;
        self.server
            .faults
            .edit(number, |faults| faults.banned_until_ms = Some(until));
        self.drop_connection(number);
    }

    /// Breaks the connections and refuses logins because the client is too old, until [`clear`](Self::clear).
    pub fn client_outdated(&self, number: &str) {
        self.server
            .faults
            .edit(number, |faults| faults.outdated = true);
        self.drop_connection(number);
    }

    /// Has a device that is to be linked asked for a passkey (`true`), as WhatsApp does with some accounts, or not any more. Phones here
    /// have none to confirm, so that nothing is linked meanwhile.
    pub fn ask_for_passkey(&self, number: &str, on: bool) {
        self.server
            .faults
            .edit(number, |faults| faults.passkey = on);
    }

    /// Has all clients that wait to be linked offered other references, so that they show other QR codes at once.
    pub fn renew_references(&self) {
        self.server.renew_references();
    }

    /// Ends all lasting faults of an account. Messages that were held back stay lost until they are sent again.
    pub fn clear(&self, number: &str) {
        self.server
            .faults
            .edit(number, |faults| *faults = AccountFaults::default());
    }

    fn outboxes(&self, number: &str) -> Vec<Outbox> {
        let world = self.server.world();
        let Some(account) = world.accounts.get(number) else {
            return Vec::new();
        };
        account
            .companions()
            .filter_map(|(_, device)| Some(device.link.as_ref()?.outbox.clone()))
            .collect()
    }

    fn end_streams(&self, number: &str, error: impl Fn() -> Node) {
        for outbox in self.outboxes(number) {
            outbox.stanza(error());
            outbox.push(Out::Close);
        }
    }
}

#[derive(Default)]
struct AccountFaults {
    refuse: bool,
    log_out: bool,
    outdated: bool,
    passkey: bool,
    banned_until_ms: Option<i64>,
    delay: Option<Duration>,
    lose_acks: usize,
    duplicate: usize,
    corrupt: usize,
    corrupt_sent: usize,
    reorder: usize,
    /// What is held back, by device; `None` once it was let go.
    held: HashMap<u16, Option<Vec<Node>>>,
}

/// The faults that are in force, by number.
#[derive(Default)]
pub(crate) struct FaultBook {
    accounts: Mutex<HashMap<String, AccountFaults>>,
}

/// "Sent to too many people", the client's code 101.
const BAN_CODE: &str = "101";

impl FaultBook {
    fn accounts(&self) -> MutexGuard<'_, HashMap<String, AccountFaults>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn edit(&self, number: &str, change: impl FnOnce(&mut AccountFaults)) {
        change(self.accounts().entry(number.to_owned()).or_default());
    }

    pub(crate) fn refuses(&self, number: &str) -> bool {
        self.accounts()
            .get(number)
            .is_some_and(|faults| faults.refuse)
    }

    pub(crate) fn asks_for_passkey(&self, number: &str) -> bool {
        self.accounts()
            .get(number)
            .is_some_and(|faults| faults.passkey)
    }

    pub(crate) fn delay_of(&self, number: &str) -> Option<Duration> {
        self.accounts().get(number)?.delay
    }

    /// What to answer to a login instead of success.
    pub(crate) fn login_failure(&self, number: &str, now_ms: i64) -> Option<Node> {
        let mut accounts = self.accounts();
        let faults = accounts.get_mut(number)?;
        if std::mem::take(&mut faults.log_out) {
            return Some(failure(401, &[("location", "sim")]));
        }
        if let Some(until) = faults.banned_until_ms {
            let left_secs = (until - now_ms + 999) / 1000;
            if left_secs > 0 {
                return Some(failure(
                    402,
                    &[("code", BAN_CODE), ("expire", &left_secs.to_string())],
                ));
            }
            faults.banned_until_ms = None;
        }
        faults.outdated.then(|| failure(405, &[]))
    }

    /// Whether the acknowledgement of a message shall be lost.
    pub(crate) fn take_lost_ack(&self, number: &str) -> bool {
        let mut accounts = self.accounts();
        let Some(faults) = accounts
            .get_mut(number)
            .filter(|faults| faults.lose_acks > 0)
        else {
            return false;
        };
        faults.lose_acks -= 1;
        true
    }

    /// Damages what a companion sends, if that was asked for.
    pub(crate) fn disturb_sent(&self, who: &Who, deliveries: &mut [(Who, Node)]) {
        let mut accounts = self.accounts();
        let Some(faults) = accounts
            .get_mut(&who.number)
            .filter(|faults| faults.corrupt_sent > 0)
        else {
            return;
        };
        faults.corrupt_sent -= 1;
        for (_, message) in deliveries {
            corrupt(message);
        }
    }

    /// What to deliver in place of one message to a companion.
    pub(crate) fn disturb(&self, target: &Who, mut message: Node) -> Vec<Node> {
        let mut accounts = self.accounts();
        let Some(faults) = accounts.get_mut(&target.number) else {
            return vec![message];
        };
        if faults.corrupt > 0 {
            faults.corrupt -= 1;
            corrupt(&mut message);
        }
        if faults.reorder > 0
            && let Some(held) = faults
                .held
                .entry(target.device)
                .or_insert_with(|| Some(Vec::new()))
        {
            held.push(message);
            if held.len() < faults.reorder {
                return Vec::new();
            }
            let held = faults.held.insert(target.device, None).flatten();
            return held.unwrap_or_default().into_iter().rev().collect();
        }
        if faults.duplicate > 0 {
            faults.duplicate -= 1;
            return vec![message.clone(), message];
        }
        vec![message]
    }
}

/// Turns the last byte of each ciphertext, where its authentication stands.
fn corrupt(message: &mut Node) {
    let Some(NodeContent::Nodes(children)) = message.content.as_mut() else {
        return;
    };
    for child in children.iter_mut().filter(|child| child.tag == "enc") {
        if let Some(NodeContent::Bytes(bytes)) = child.content.as_mut()
            && let Some(last) = bytes.last_mut()
        {
            *last ^= 0x55;
        }
    }
}
