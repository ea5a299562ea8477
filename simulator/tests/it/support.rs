//! A simulator with people in it, and bots that are unmodified whatsapp-rust clients.

use std::sync::Arc;
use std::time::Duration;

use jadi_simulator::{
    Body, ChatId, DeletedBy, DeviceIndex, MessageKey, Outgoing, Phone, PhoneEvent, SeenMessage,
    SimClock, Simulator, SimulatorConfig,
};
use tokio::sync::broadcast;
use wacore::store::InMemoryBackend;
use wacore::types::events::{ChannelEventHandler, Event};
use wacore_binary::Jid;
use waproto::whatsapp as wa;
use whatsapp_rust::async_trait;
use whatsapp_rust::bot::{Bot, BotHandle};
use whatsapp_rust::http::{HttpClient, HttpRequest, HttpResponse, UreqHttpClient};
use whatsapp_rust::pair_code::PairCodeOptions;
use whatsapp_rust::send::SendOptions;
use whatsapp_rust::transport::TokioWebSocketTransportFactory;
use whatsapp_rust::{CacheConfig, CacheEntryConfig};

/// What should happen happens by then, even on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Numbers of the people in these tests. Nobody has numbers of this form.
pub const ALICE: &str = "6280000000101";
pub const BOB: &str = "6280000000102";
pub const CAROL: &str = "6280000000103";
pub const SHOP: &str = "6280000000200";

/// A simulator without anybody.
pub async fn empty_world() -> Simulator {
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_test_writer()
        .try_init();
    Simulator::start(SimulatorConfig::default())
        .await
        .expect("the simulator starts")
}

/// A simulator whose clock stands at the machine's time and moves by hand from there.
pub async fn world_with_clock(clock: SimClock) -> Simulator {
    Simulator::start(SimulatorConfig {
        clock,
        ..SimulatorConfig::default()
    })
    .await
    .expect("the simulator starts")
}

/// Alice's phone, and the shop's with a bot on it.
pub async fn alice_and_shop() -> (Simulator, Phone, Phone, TestBot) {
    let sim = empty_world().await;
    let alice = sim.add_phone("alice", ALICE).await.unwrap();
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let bot = TestBot::paired(&sim, &shop).await;
    (sim, alice, shop, bot)
}

/// A group that alice makes with these people: its JID and its chat.
pub async fn friends(alice: &Phone, members: &[&str]) -> (String, ChatId) {
    let members: Vec<_> = members.iter().map(|&number| number.to_owned()).collect();
    let group = alice.create_group("friends", &members).await;
    let jid = group.expect("the group is made").jid;
    (jid.clone(), ChatId::group(jid))
}

/// What a deletion tells a phone.
pub fn deletion(event: &PhoneEvent) -> Option<(MessageKey, DeletedBy)> {
    match event {
        PhoneEvent::Deleted { key, by } => Some((key.clone(), by.clone())),
        _ => None,
    }
}

/// Ends a test: nothing may have been asked that the simulator does not know.
pub async fn finish(sim: Simulator) {
    let unknown = sim.unknown_iqs();
    assert!(
        unknown.is_empty(),
        "requests without an answer:\n{:#?}",
        unknown
    );
    tokio::time::timeout(DEADLINE, sim.shutdown())
        .await
        .expect("the simulator stops");
}

/// A client, its session store, and what it reported.
pub struct TestBot {
    pub backend: Arc<InMemoryBackend>,
    place: Place,
    running: Option<BotHandle>,
    events: whatsapp_rust::async_channel::Receiver<Arc<Event>>,
}

impl TestBot {
    /// A client that is not paired and shows QR codes.
    pub async fn start(sim: &Simulator) -> Self {
        Self::start_with(Place::of(sim), Arc::new(InMemoryBackend::new()), None).await
    }

    /// A client that asks for a pairing code for this number.
    pub async fn start_for_code(sim: &Simulator, number: &str) -> Self {
        let options = PairCodeOptions {
            phone_number: number.to_owned(),
            ..PairCodeOptions::default()
        };
        Self::start_with(
            Place::of(sim),
            Arc::new(InMemoryBackend::new()),
            Some(options),
        )
        .await
    }

    async fn start_with(
        place: Place,
        backend: Arc<InMemoryBackend>,
        code: Option<PairCodeOptions>,
    ) -> Self {
        let Place { url, media } = place.clone();
        let (handler, events) = ChannelEventHandler::new();
        let mut builder = Bot::builder()
            .with_backend_arc(backend.clone())
            .with_transport_factory(TokioWebSocketTransportFactory::new().with_url(url))
            .with_http_client(LoopbackMedia {
                inner: UreqHttpClient::new(),
                media,
            })
            .with_version((2, 3000, 1_020_000_000))
            // As the host has it: of two phones that ask for one message at once, both get it.
            .with_cache_config(CacheConfig {
                recent_messages: CacheEntryConfig::new(Some(DEADLINE), 32),
                ..CacheConfig::default()
            })
            .skip_history_sync()
            .with_event_handler(Forward(handler));
        if let Some(options) = code {
            builder = builder.with_pair_code(options);
        }
        let bot = builder.build().await.expect("the client can be built");
        Self {
            backend,
            place,
            running: Some(bot.spawn()),
            events,
        }
    }

    /// A client that was linked by QR to this phone and is ready.
    pub async fn paired(sim: &Simulator, phone: &Phone) -> Self {
        let mut bot = Self::start(sim).await;
        bot.scan_with(phone).await;
        bot.wait_connected().await;
        bot
    }

    /// Shows its QR to the phone.
    pub async fn scan_with(&mut self, phone: &Phone) -> DeviceIndex {
        let qr = self.next_qr().await;
        phone
            .scan_qr(&qr)
            .await
            .expect("the phone links the client")
    }

    pub async fn next_qr(&mut self) -> String {
        self.wait("a QR code", |event| match event {
            Event::PairingQrCode(qr) => Some(qr.code.clone()),
            _ => None,
        })
        .await
    }

    pub async fn wait_connected(&mut self) {
        self.wait("Connected", |event| {
            matches!(event, Event::Connected(_)).then_some(())
        })
        .await;
    }

    /// The next event that `pick` wants; those before it are dropped.
    pub async fn wait<T>(&mut self, what: &str, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        let found = tokio::time::timeout(DEADLINE, async {
            let mut passed = Vec::new();
            loop {
                match self.events.recv().await {
                    Ok(event) => match pick(&event) {
                        Some(found) => return Ok(found),
                        None => passed.push(format!("{:?}", event.kind())),
                    },
                    Err(_) => return Err(passed),
                }
            }
        });
        match found.await {
            Ok(Ok(found)) => found,
            Ok(Err(passed)) => panic!("the client ended before {what}; it said {passed:?}"),
            Err(_) => panic!("no {what} within {DEADLINE:?}"),
        }
    }

    /// The next message that came, as its text and where it was said.
    pub async fn next_message(&mut self) -> Heard {
        self.wait("a message", |event| {
            let Event::Messages(batch) = event else {
                return None;
            };
            assert_eq!(batch.len(), 1, "live messages come one by one");
            batch.iter().next().map(Heard::of)
        })
        .await
    }

    /// All messages until `count` have come, live or from the offline queue.
    pub async fn next_messages(&mut self, count: usize) -> Vec<Heard> {
        let mut heard = Vec::new();
        while heard.len() < count {
            let batch: Vec<Heard> = self
                .wait("more messages", |event| match event {
                    Event::Messages(batch) => Some(batch.iter().map(Heard::of).collect()),
                    _ => None,
                })
                .await;
            heard.extend(batch);
        }
        heard
    }

    pub fn client(&self) -> Arc<whatsapp_rust::Client> {
        self.running.as_ref().expect("the client runs").client()
    }

    pub async fn send(&self, to: &str, message: wa::Message) -> String {
        let to: Jid = to.parse().unwrap();
        self.client()
            .send_message(to, message)
            .await
            .expect("the client sends")
            .message_id
    }

    pub async fn say(&self, to: &str, text: &str) -> String {
        self.send(
            to,
            wa::Message {
                conversation: Some(text.to_owned()),
                ..Default::default()
            },
        )
        .await
    }

    /// Sends a message again under the id that it had.
    pub async fn say_with_id(&self, to: &str, text: &str, id: &str) {
        let to: Jid = to.parse().unwrap();
        let message = wa::Message {
            conversation: Some(text.to_owned()),
            ..Default::default()
        };
        let options = SendOptions::default().with_message_id(id);
        self.client()
            .send_message_with_options(to, message, options)
            .await
            .expect("the client sends");
    }

    /// Starts it again on the same session store, against another simulator.
    pub async fn move_to(&mut self, sim: &Simulator) {
        self.stop().await;
        self.place = Place::of(sim);
        self.restart().await;
    }

    /// A second client on the same session store.
    pub async fn twin(&self) -> Self {
        Self::start_with(self.place.clone(), self.backend.clone(), None).await
    }

    /// Ends the client; its session store stays.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            tokio::time::timeout(DEADLINE, running.shutdown())
                .await
                .expect("the client stops");
        }
    }

    /// Starts it again on the same session store.
    pub async fn restart(&mut self) {
        self.stop().await;
        *self = Self::start_with(self.place.clone(), self.backend.clone(), None).await;
    }
}

/// Where a client finds the simulator.
#[derive(Clone)]
struct Place {
    url: String,
    media: String,
}

impl Place {
    fn of(sim: &Simulator) -> Self {
        Self {
            url: sim.websocket_url(),
            media: sim.media_url(),
        }
    }
}

/// Sends media requests to the simulator: clients put `https://` before the media host whatever it is, and downloads name
/// WhatsApp's own host.
struct LoopbackMedia {
    inner: UreqHttpClient,
    media: String,
}

#[async_trait]
impl HttpClient for LoopbackMedia {
    async fn execute(&self, mut request: HttpRequest) -> anyhow::Result<HttpResponse> {
        let path = request.url.splitn(4, '/').nth(3).unwrap_or_default();
        request.url = format!("{}/{path}", self.media);
        self.inner.execute(request).await
    }
}

struct Forward(Arc<ChannelEventHandler>);

impl wacore::types::events::EventHandler for Forward {
    fn handle_event(&self, event: Arc<Event>) {
        self.0.handle_event(event);
    }
}

/// A message as a client got it.
#[derive(Debug, Clone)]
pub struct Heard {
    pub text: String,
    pub id: String,
    pub chat: Jid,
    pub sender: Jid,
    pub sender_alt: Option<Jid>,
    pub from_me: bool,
    pub message: Arc<wa::Message>,
}

impl Heard {
    fn of(inbound: &wacore::types::events::InboundMessage) -> Self {
        let message = &inbound.message;
        let extended = message
            .extended_text_message
            .as_option()
            .and_then(|extended| extended.text.clone());
        Self {
            text: message
                .conversation
                .clone()
                .or(extended)
                .unwrap_or_default(),
            id: inbound.info.id.to_string(),
            chat: inbound.info.source.chat.clone(),
            sender: inbound.info.source.sender.clone(),
            sender_alt: inbound.info.source.sender_alt.clone(),
            from_me: inbound.info.source.is_from_me,
            message: inbound.message.clone(),
        }
    }
}

/// The next event of a phone that `pick` wants.
pub async fn phone_event<T>(
    events: &mut broadcast::Receiver<PhoneEvent>,
    what: &str,
    mut pick: impl FnMut(&PhoneEvent) -> Option<T>,
) -> T {
    let found = tokio::time::timeout(DEADLINE, async {
        loop {
            let event = events.recv().await.expect("the phone is there");
            if let Some(found) = pick(&event) {
                return found;
            }
        }
    });
    found
        .await
        .unwrap_or_else(|_| panic!("the phone saw no {what} within {DEADLINE:?}"))
}

/// The next readable message that someone else sent to this phone.
pub async fn phone_hears(events: &mut broadcast::Receiver<PhoneEvent>) -> SeenMessage {
    phone_event(events, "message", |event| match event {
        PhoneEvent::Message(message) if !message.from_me && message.body != Body::Undecryptable => {
            Some(message.clone())
        }
        _ => None,
    })
    .await
}

pub async fn write(phone: &Phone, to: &str, text: &str) -> MessageKey {
    phone
        .send(&ChatId::direct(to), Outgoing::text(text))
        .await
        .expect("the phone sends")
}
