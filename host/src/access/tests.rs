//! Links and sessions on a clock that the test moves, in a real registry.

use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::clock::MovableClock;
use crate::model::{BotRecord, BotRole, LinkMethod};
use crate::random::SystemRandom;
use crate::store::{KeptBounds, MasterKey, Settings, Store, StoreOptions};

struct Bench {
    clock: MovableClock,
    access: Arc<Access>,
    bot: BotId,
    store: Store,
    _dir: TempDir,
}

async fn bench() -> Bench {
    let dir = tempfile::tempdir().expect("a directory");
    let random: SharedRandom = Arc::new(SystemRandom);
    let options = StoreOptions {
        data_dir: dir.path().to_owned(),
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random: random.clone(),
    };
    let store = Store::open(options, MasterKey::from_bytes([3; 32])).await;
    let store = store.expect("a store");
    let bot = BotId::from_random([1; 16]);
    let record = BotRecord::requested(bot, BotRole::Sub, LinkMethod::Qr, 1);
    store.add_bot(&record).await.expect("a bot");
    let clock = MovableClock::default();
    let access = Access::new(store.credentials(), Arc::new(clock.clone()), random);
    access.open_at(Some("https://bots.example"));
    Bench {
        clock,
        access,
        bot,
        store,
        _dir: dir,
    }
}

impl Bench {
    /// The secret of a new link.
    async fn link(&self) -> String {
        let link = self.access.link(self.bot).await.expect("kept");
        let link = link.expect("there are pages");
        let secret = link.strip_prefix("https://bots.example/sign-in/");
        secret.expect("an address of the pages").to_owned()
    }

    async fn sign_in(&self) -> Secret {
        let signed_in = self.access.sign_in(&self.link().await).await;
        signed_in.expect("kept").expect("a good link")
    }

    async fn visitor(&self, secret: &Secret) -> Option<Visitor> {
        let visitor = self.access.visitor(secret.reveal()).await;
        visitor.expect("read")
    }

    fn passes(&self, millis: Millis) {
        let millis = u64::try_from(millis).expect("forward");
        self.clock.advance(Duration::from_millis(millis));
    }
}

#[tokio::test]
async fn a_link_is_good_for_ten_minutes_and_one_visitor() {
    let bench = bench().await;
    let link = bench.link().await;
    assert_eq!(link.len(), 64);
    bench.passes(LINK_FOR - MINUTE);
    assert!(bench.access.is_good(&link).await.expect("read"));
    let secret = bench.access.sign_in(&link).await.expect("kept");
    let secret = secret.expect("it is good");
    assert_eq!(bench.access.sign_in(&link).await.expect("kept"), None);
    assert!(!bench.access.is_good(&link).await.expect("read"));
    let visitor = bench.visitor(&secret).await.expect("signed in");
    assert_eq!((visitor.bot, visitor.renewed), (bench.bot, None));
    assert_ne!(visitor.form, secret.reveal());

    let late = bench.link().await;
    bench.passes(LINK_FOR);
    assert!(!bench.access.is_good(&late).await.expect("read"));
    assert_eq!(bench.access.sign_in(&late).await.expect("kept"), None);
    for strange in [
        "",
        "x",
        &"g".repeat(64),
        &link.to_uppercase(),
        secret.reveal(),
    ] {
        assert_eq!(bench.access.sign_in(strange).await.expect("kept"), None);
    }
}

#[tokio::test]
async fn a_used_session_goes_on_under_new_secrets_for_a_week() {
    let bench = bench().await;
    let first = bench.sign_in().await;
    bench.passes(RENEWED_AFTER);
    let visitor = bench.visitor(&first).await.expect("signed in");
    let mut secret = visitor.renewed.expect("a new secret");
    // What was under way when it was replaced still comes through, and makes no third.
    let also = bench.visitor(&first).await.expect("signed in");
    assert_eq!((also.renewed, &also.form), (None, &visitor.form));
    bench.passes(GRACE);
    assert_eq!(bench.visitor(&first).await, None);

    let mut lasted = RENEWED_AFTER + GRACE;
    loop {
        bench.passes(IDLE / 2);
        lasted += IDLE / 2;
        let Some(visitor) = bench.visitor(&secret).await else {
            break;
        };
        secret = visitor.renewed.expect("a new secret");
    }
    assert!((LONGEST..LONGEST + IDLE).contains(&lasted), "{lasted}");
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_or_its_visitor_says_so() {
    let bench = bench().await;
    let idle = bench.sign_in().await;
    bench.passes(IDLE);
    assert_eq!(bench.visitor(&idle).await, None);
    let (secret, other) = (bench.sign_in().await, bench.sign_in().await);
    let end = bench.access.sign_out(secret.reveal()).await;
    end.expect("kept");
    assert_eq!(bench.visitor(&secret).await, None);
    assert!(bench.visitor(&other).await.is_some());
}

#[tokio::test]
async fn without_pages_there_are_no_links() {
    let bench = bench().await;
    let clock: SharedClock = Arc::new(bench.clock.clone());
    let credentials = bench.store.credentials();
    let access = |pages| {
        let random = Arc::new(SystemRandom);
        let access = Access::new(credentials.clone(), clock.clone(), random);
        access.open_at(pages);
        access
    };
    let none = access(None);
    assert_eq!(none.link(bench.bot).await.expect("nothing kept"), None);
    assert_eq!(none.pages(), None);
    let near = access(Some("http://127.0.0.1:8080/"));
    assert_eq!(near.pages(), Some("http://127.0.0.1:8080/"));
    assert!(!none.is_secure() && !near.is_secure() && bench.access.is_secure());
}

#[tokio::test]
async fn a_token_manages_its_bot_until_it_is_revoked() {
    let bench = bench().await;
    let (access, bot) = (&bench.access, bench.bot);
    let token = access
        .add_token(bot, "shop".to_owned())
        .await
        .expect("kept");
    let token = token.expect("it is the first");
    assert!(token.starts_with("jadi_") && token.len() == 69, "{token}");
    let holder = async |shown: &str| access.holder(shown).await.expect("read");
    assert_eq!(holder(&token).await, Some((bot, "shop".to_owned())));
    for strange in ["", "jadi_", &token[5..], &token[..68], &format!("{token}0")] {
        assert_eq!(holder(strange).await, None, "{strange}");
    }
    // Neither is good for the other's door.
    assert_eq!(access.visitor(&token[5..]).await.expect("read"), None);
    let session = bench.sign_in().await;
    assert_eq!(holder(&format!("jadi_{}", session.reveal())).await, None);
    let kept = access.tokens(bot).await.expect("read");
    access.revoke_token(bot, kept[0].id).await.expect("kept");
    assert_eq!(holder(&token).await, None);
}
