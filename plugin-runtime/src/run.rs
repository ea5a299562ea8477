//! Running one event: a slot, a fresh instance, the handler, an outcome.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::Store;
use wasmtime::component::Resource;

use super::bindings::jadi::plugin::types::Error as HandlerError;
use super::capabilities::event::{
    HeldAction, HeldChange, HeldDeletion, HeldDue, HeldEdit, HeldEvent, HeldMembership,
    HeldMessage, HeldReaction, HeldStep, HeldVote,
};
use super::context::{EventInput, Outcome, Reads, Receipt};
use super::failure::{Failure, Limit};
use super::limits::EventLimits;
use super::meter::on_cpu;
use super::plugin::Plugin;
use super::runtime::Runtime;
use super::slow::Row;
use super::state::EventState;
use super::tape::Tape;
use super::trap;
use jadi_model::clock::SharedClock;
use jadi_model::{Action, EventKind};

/// The longest message of a handler's error that is kept, bytes.
const MESSAGE: usize = 1024;

/// Why nothing can run any more.
const ENDED: &str = "the plugin runtime has ended";

/// What a handler returned, with handles to its actions.
type Returned = Result<Vec<Resource<HeldAction>>, HandlerError>;

impl Runtime {
    /// Runs one event within the plugin's own limits; see [`Runtime::handle_within`].
    pub async fn handle(
        &self,
        plugin: &Arc<Plugin>,
        input: EventInput,
        reads: Arc<dyn Reads>,
    ) -> Outcome {
        self.handle_within(plugin, plugin.limits, input, reads)
            .await
    }

    /// Runs one event in a fresh instance of `plugin`, within `limits`. Waits for a free place in the pool first; the limits
    /// begin to count when it has one. Dropping the future ends the instance, and nothing of it is kept.
    pub async fn handle_within(
        &self,
        plugin: &Arc<Plugin>,
        limits: EventLimits,
        input: EventInput,
        reads: Arc<dyn Reads>,
    ) -> Outcome {
        let mut seed = [0; 32];
        self.random().fill(&mut seed);
        let tape = Arc::new(Tape::new(reads, self.clock()));
        let given = Given {
            limits,
            input,
            reads: tape.clone(),
            clock: tape.clone(),
            seed,
            tape: Some(tape),
        };
        self.run_event(plugin, given).await
    }

    /// Runs one event with what it reads, the time and chance as they are given.
    pub(super) async fn run_event(&self, plugin: &Arc<Plugin>, given: Given) -> Outcome {
        let own = given.input.own.clone();
        let gives_way = |own| self.shares.is_over(own, Instant::now());
        let row = match own.as_ref().is_some_and(gives_way) {
            true => Row::Second,
            false => Row::First,
        };
        let Some(slot) = plugin.pool.slot(row, &plugin.manifest).await else {
            return not_started(ENDED.to_owned());
        };
        let begun = Instant::now();
        let Given {
            limits,
            input,
            reads,
            clock,
            seed,
            tape,
        } = given;
        let store = match self.store(plugin, limits, input, reads, clock, seed) {
            Ok(store) => store,
            Err(error) => return not_started(error.to_string()),
        };
        let meter = Arc::clone(&store.data().meter);
        let plugin_of_it = Arc::clone(plugin);
        let ride = on_cpu(async move {
            // Whatever an event leaves is looked through, and thrown away, where the event ran.
            let (state, result) = ride(store, &plugin_of_it, limits).await;
            let (mut outcome, input) = outcome(state, begun, result);
            if let (Some(_), Some(tape)) = (&outcome.failure, tape) {
                outcome.recording = Some(Box::new(tape.recording(input, limits, seed)));
            }
            // Its place in the pool is given back last.
            drop(slot);
            outcome
        });
        let second_row = &plugin.pool.second_row;
        let driven = second_row.drive(row, Box::pin(ride), meter.is_slow());
        let Some((outcome, used)) = driven.await else {
            return not_started(ENDED.to_owned());
        };
        if let Some(own) = &own {
            self.shares.charge(own, used, Instant::now());
        }
        outcome
    }
}

/// What an event is run with.
pub(super) struct Given {
    pub(super) limits: EventLimits,
    pub(super) input: EventInput,
    pub(super) reads: Arc<dyn Reads>,
    pub(super) clock: SharedClock,
    /// Of its random numbers.
    pub(super) seed: [u8; 32],
    /// What writes down what it reads; none for what is a recording itself.
    pub(super) tape: Option<Arc<Tape>>,
}

/// One event from its instance's start to its end.
async fn ride(
    mut store: Store<EventState>,
    plugin: &Plugin,
    limits: EventLimits,
) -> (EventState, Result<Taken, Failure>) {
    let meter = Arc::clone(&store.data().meter);
    let run = Box::pin(meter.charge(call(&mut store, plugin)));
    let ended = tokio::time::timeout(Duration::from_millis(limits.wall_ms), run).await;
    let result = match ended {
        Ok(Ok(Ok(actions))) => take(&mut store, actions),
        Ok(Ok(Err(HandlerError { mut message }))) => {
            message.truncate(message.floor_char_boundary(MESSAGE));
            Err(Failure::Handler { message })
        }
        Ok(Err(error)) => Err(trap::failure(&error, &limits, &plugin.pool.limits)),
        Err(_elapsed) => Err(Failure::Limit {
            limit: Limit::Wall,
            allowed: limits.wall_ms,
            backtrace: Vec::new(),
        }),
    };
    (store.into_data(), result)
}

/// Starts an instance and calls the handler of the event's kind.
async fn call(store: &mut Store<EventState>, plugin: &Plugin) -> wasmtime::Result<Returned> {
    /// One kind of event: its handler and what the event is about.
    macro_rules! handle {
        ($handler:ident, $about:expr) => {{
            let Some(handler) = &plugin.handlers.$handler else {
                return Ok(no_handler());
            };
            let event = store.data_mut().hand_over(HeldEvent)?;
            let about = store.data_mut().hand_over($about)?;
            let instance = plugin.instance.instantiate_async(&mut *store).await?;
            let guest = handler.load(&mut *store, &instance)?;
            guest.call_handle(store, event, about).await
        }};
    }
    match store.data().input.event.kind {
        EventKind::Message(_) => handle!(message, HeldMessage::EVENT),
        EventKind::MessageEdit { .. } => handle!(message_edit, HeldEdit),
        EventKind::MessageDelete { .. } => handle!(message_delete, HeldDeletion),
        EventKind::Reaction { .. } => handle!(reaction, HeldReaction),
        EventKind::GroupAdd { .. } => handle!(group_add, HeldMembership),
        EventKind::GroupRemove { .. } => handle!(group_remove, HeldMembership),
        EventKind::GroupChange { .. } => handle!(group_change, HeldChange),
        EventKind::PollVote { .. } => handle!(poll_vote, HeldVote),
        EventKind::Due { .. } => handle!(due, HeldDue),
        EventKind::Hosting { .. } => handle!(hosting, HeldStep),
    }
}

fn no_handler() -> Returned {
    Err(HandlerError {
        message: "the plugin has no handler for this kind of event".to_owned(),
    })
}

/// What a handler returned: what is to be done, and whether the event's round ends here.
#[derive(Default)]
struct Taken {
    actions: Vec<Action>,
    consumed: bool,
}

/// Takes the actions that a handler returned, in its order.
fn take(
    store: &mut Store<EventState>,
    actions: Vec<Resource<HeldAction>>,
) -> Result<Taken, Failure> {
    let handles = &mut store.data_mut().handles;
    let mut taken = Taken::default();
    for action in actions {
        match handles.delete(action) {
            Ok(HeldAction::Do(action)) => taken.actions.push(*action),
            Ok(HeldAction::End) => taken.consumed = true,
            Err(error) => {
                return Err(Failure::Trap {
                    cause: error.to_string(),
                    backtrace: Vec::new(),
                });
            }
        }
    }
    Ok(taken)
}

/// What came of an event, and its input.
fn outcome(
    state: EventState,
    begun: Instant,
    result: Result<Taken, Failure>,
) -> (Outcome, EventInput) {
    let receipt = Receipt {
        cpu_micros: state.meter.nanos().div_ceil(1000),
        wall_micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        peak_memory: state.memory.peak(),
        host_calls: state.calls.made(),
        bytes_in: state.calls.bytes(),
        largest_call: state.calls.largest(),
        actions: state.desk.actions(),
        text_bytes: state.desk.text(),
        log_bytes: state.log.used(),
    };
    let log = state.log.close();
    let outcome = match result {
        Ok(Taken { actions, consumed }) => Outcome {
            actions,
            kv_writes: state.kv.into_writes(),
            setting_writes: state.settings.into_writes(),
            schedule_writes: state.schedule.into_writes(),
            bot_writes: state.bot,
            log,
            receipt,
            consumed,
            failure: None,
            recording: None,
        },
        Err(failure) => {
            // A handler that gave up since the host could not serve it is not to blame.
            let failure = match (failure, state.trouble) {
                (Failure::Handler { .. }, Some(message)) => Failure::Host { message },
                (failure, _) => failure,
            };
            Outcome {
                log,
                receipt,
                ..failed(failure)
            }
        }
    };
    (outcome, state.input)
}

fn not_started(message: String) -> Outcome {
    failed(Failure::Host { message })
}

/// Nothing but a failure.
fn failed(failure: Failure) -> Outcome {
    Outcome {
        actions: Vec::new(),
        kv_writes: Vec::new(),
        setting_writes: Vec::new(),
        schedule_writes: Vec::new(),
        bot_writes: Vec::new(),
        log: Vec::new(),
        receipt: Receipt::default(),
        consumed: false,
        failure: Some(failure),
        recording: None,
    }
}
