//! What every implementation of the store's traits has to do, whatever it is made of.
//!
//! An implementation makes itself known through [`Bench`] and calls [`run`]; what is its own (damaged files, query plans)
//! it tests beside itself.

mod audit;
mod context;
mod credentials;
mod invites;
mod isolation;
mod kept;
mod known;
mod outbox;
mod ownership;
mod plans;
mod plugin_records;
mod polls;
mod portable;
mod registry;
mod shelf;
mod upkeep;
mod usage;
mod webhooks;

pub(crate) use plugin_records::{failed_run as failed_run_of_plugin, run as run_of_plugin};

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Arrival, Audit, BotData, Bound, Credentials, Invites, KeptBounds, Ownership, Plans, Registry,
    Seats, Shelf,
};
use crate::clock::Millis;
use crate::model::{
    Action, Chat, ChatKind, Event, EventKey, EventKind, Jid, Message, MessageId, Outgoing, Person,
    SendMessage,
};

/// How the suite gets at an implementation. Each call makes something empty.
#[async_trait]
pub(super) trait Bench: Sync {
    /// A registry.
    async fn registry(&self) -> Arc<dyn Registry>;
    /// Seats, and the registry that knows the bots that take them.
    async fn seats(&self) -> (Arc<dyn Registry>, Arc<dyn Seats>);
    /// Ownership, and the registry that knows the bots of its offers.
    async fn ownership(&self) -> (Arc<dyn Registry>, Arc<dyn Ownership>);
    /// Plans, and the registry that knows their bots.
    async fn plans(&self) -> (Arc<dyn Registry>, Arc<dyn Plans>);
    /// Credentials, and the registry that knows their bots.
    async fn credentials(&self) -> (Arc<dyn Registry>, Arc<dyn Credentials>);
    /// What was done, of which so many deeds are kept.
    async fn audit(&self, deeds: u64) -> Arc<dyn Audit>;
    /// Invite codes.
    async fn invites(&self) -> Arc<dyn Invites>;
    /// A shelf, and the registry that knows the bots of its switches.
    async fn shelf(&self) -> (Arc<dyn Registry>, Arc<dyn Shelf>);
    /// The data of one more bot, which keeps this much.
    async fn keeping(&self, kept: KeptBounds) -> BotData;
    /// The same with [`BOUNDS`], but for so many events in its inbox.
    async fn context(&self, inbox_events: u64) -> BotData {
        self.keeping(KeptBounds {
            inbox_events,
            ..BOUNDS
        })
        .await
    }
    /// The same bot's data after the process ended without closing anything, and was started again.
    async fn reopened(&self, context: BotData) -> BotData;
}

/// Runs everything.
pub(super) async fn run(bench: &impl Bench) {
    registry::records_come_back_whole(bench).await;
    registry::what_is_unique_is_refused(bench).await;
    registry::look_ups_find_what_is_there(bench).await;
    registry::changes_do_not_undo_each_other(bench).await;
    shelf::plugins_come_back_whole(bench).await;
    shelf::a_bot_takes_its_switches_with_it(bench).await;
    shelf::files_are_kept_as_long_as_a_version_needs_them(bench).await;
    context::an_event_is_kept_once_and_in_order(bench).await;
    context::what_nobody_wants_is_known_but_not_kept(bench).await;
    context::a_full_inbox_takes_none_of_a_batch(bench).await;
    context::handling_is_kept_whole_or_not_at_all(bench).await;
    context::each_plugin_handles_an_event_once(bench).await;
    outbox::a_message_leaves_once(bench).await;
    outbox::what_no_event_caused_leaves_once_and_in_order(bench).await;
    polls::a_poll_is_remembered_from_its_commit_on(bench).await;
    polls::the_oldest_polls_are_forgotten_and_all_by_an_erasure(bench).await;
    usage::each_day_has_its_own_counts(bench).await;
    context::key_values_are_per_plugin_and_bounded(bench).await;
    context::a_lost_update_is_refused(bench).await;
    context::settings_fall_back_to_defaults(bench).await;
    context::plugin_settings_are_per_plugin_and_chat(bench).await;
    context::what_is_due_goes_into_the_inbox_once(bench).await;
    upkeep::clean_up_forgets_what_is_old_and_done(bench).await;
    upkeep::what_is_old_is_the_operators_to_say(bench).await;
    kept::what_happens_to_a_message_finds_it_as_it_was(bench).await;
    kept::nobody_speaks_of_anothers_message_as_their_own(bench).await;
    kept::kept_messages_are_bounded_and_the_oldest_go_first(bench).await;
    context::everything_survives_a_crash(bench).await;
    context::a_closed_context_says_so(bench).await;
    known::a_number_and_its_identity_are_one_person(bench).await;
    known::an_identity_that_moves_takes_nothing_along(bench).await;
    known::what_is_changed_of_a_bot_is_kept_with_the_event(bench).await;
    known::who_comes_within_moments_comes_in_one_event(bench).await;
    registry::a_group_has_one_seat(bench).await;
    plans::plans_are_noted_by_bot(bench).await;
    ownership::system_owners_are_named_and_dropped(bench).await;
    ownership::a_bot_is_given_to_whom_it_is_offered(bench).await;
    credentials::a_link_signs_in_once(bench).await;
    credentials::a_session_goes_on_under_another_secret(bench).await;
    credentials::credentials_are_bounded_and_go_with_their_bot(bench).await;
    credentials::a_token_is_its_bots_until_it_is_revoked(bench).await;
    credentials::an_operators_token_is_no_bots(bench).await;
    credentials::who_a_bot_is_given_to_finds_no_door_open(bench).await;
    audit::deeds_are_kept_in_order_and_bounded(bench).await;
    audit::nobody_has_what_others_did_forgotten(bench).await;
    audit::what_the_operator_did_stays_whatever_all_others_do(bench).await;
    invites::an_invite_is_good_for_so_many_uses_and_until_it_is_revoked(bench).await;
    registry::plugin_limits_are_kept_by_plugin(bench).await;
    webhooks::a_delivery_waits_for_each_webhook_until_it_is_taken(bench).await;
    webhooks::what_a_message_posts_is_kept_with_it_once(bench).await;
    webhooks::a_dead_letter_is_kept_until_it_is_sent_again(bench).await;
    webhooks::deliveries_are_bounded_and_the_oldest_go_first(bench).await;
    webhooks::webhooks_are_few_and_of_the_owner(bench).await;
    portable::a_bots_data_goes_out_and_comes_in_whole(bench).await;
    portable::what_is_too_much_is_not_taken_in(bench).await;
    portable::an_erased_bot_knows_nothing_and_goes_on(bench).await;
    plugin_records::limits_of_a_bot_are_its_own(bench).await;
    plugin_records::what_a_run_leaves_is_kept_with_its_event_or_not_at_all(bench).await;
    plugin_records::records_go_with_their_time(bench).await;
    plugin_records::records_are_bounded_oldest_out_first(bench).await;
    plugin_records::records_of_a_plugin_are_bounded_apart_from_others(bench).await;
    plugin_records::a_breaker_survives_a_crash_until_it_is_forgotten(bench).await;
    plugin_records::kv_bounds_are_the_plugins_own(bench).await;
}

pub(super) use isolation::{steps, writes_never_cross};

/// How much the contexts of the suite keep: of plugins' runs little, so that a few events reach it.
pub(super) const BOUNDS: KeptBounds = KeptBounds {
    receipts: Bound {
        rows: 5,
        bytes: 100,
    },
    failures: Bound {
        rows: 3,
        bytes: 1_000,
    },
    ..KeptBounds::USUAL
};

/// A day, milliseconds.
pub(super) const DAY: Millis = 24 * 3_600_000;
/// As long as [`BOUNDS`] keep what was handled, and what plugins' runs leave behind.
pub(super) const FORTNIGHT: Millis = 14 * DAY;

pub(super) fn jid(text: &str) -> Jid {
    text.parse().expect("jid")
}

pub(super) fn id(text: &str) -> MessageId {
    text.parse().expect("message id")
}

pub(super) fn person(text: &str) -> Person {
    Person {
        jid: jid(text),
        lid: None,
        name: String::new(),
    }
}

/// An example message of `sender` in `chat`.
pub(super) fn message(chat: &str, sender: &str, message_id: &str, text: &str) -> Event {
    Event {
        key: EventKey {
            chat: jid(chat),
            sender: jid(sender),
            id: id(message_id),
        },
        at: 1_000,
        chat: Chat {
            jid: jid(chat),
            kind: ChatKind::Private,
        },
        sender: person(sender),
        kind: EventKind::Message(Message {
            text: text.to_owned(),
            ..Message::default()
        }),
    }
}

/// Events that somebody will handle.
pub(super) fn wanted(events: Vec<Event>) -> Vec<Arrival> {
    let arrivals = events.into_iter();
    arrivals
        .map(|event| Arrival {
            event,
            wanted: true,
            keep: false,
            meets: false,
            gathers: None,
            posts: None,
        })
        .collect()
}

/// An example answer.
pub(super) fn answer(chat: &str, message_id: &str, text: &str) -> Outgoing {
    Outgoing {
        id: id(message_id),
        action: Action::Send(SendMessage {
            chat: jid(chat),
            text: text.to_owned(),
            media: None,
            quote: None,
            mentions: Vec::new(),
            poll: None,
        }),
    }
}

/// An example group.
pub(super) const GROUP: &str = "120363000000000001@g.us";
/// Example numbers.
pub(super) const ALICE: &str = "6280000000101@s.whatsapp.net";
pub(super) const BOB: &str = "6280000000102@s.whatsapp.net";
