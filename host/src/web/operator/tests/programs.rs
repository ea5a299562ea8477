//! What the operator's pages do, done by a program: the figures, invite codes, and a plugin's way from its file to its removal.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::tokens::{ask, made, refusal, wanted};
use super::{ADDRESS, bench, deed, deeds, sign_in};
use crate::dispatch::tests::{paused, received};
use crate::library::tests::{plugin, remembering};
use crate::model::Digest;
use crate::web::owner::tests::{Bench, bot, get};
use crate::web::shared::OperatorParts;

/// A program of the operator's.
pub(super) struct Till {
    pub(super) bench: Bench,
    token: String,
}

impl Till {
    pub(super) async fn new() -> Self {
        let bench = bench().await;
        let token = made(&bench, "till").await;
        Self { bench, token }
    }

    pub(super) fn parts(&self) -> &OperatorParts {
        let operator = self.bench.shared.parts.operator.as_ref();
        operator.expect("there is an operator")
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        ask(&self.bench, &self.token, method, path, body).await
    }

    /// What is answered to what goes well.
    pub(super) async fn done(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, mut told) = self.ask(method, path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {told}");
        told["data"].take()
    }

    pub(super) async fn refused(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, String) {
        refusal(self.ask(method, path, body).await)
    }

    /// Sends a component.
    async fn look(&self, component: Vec<u8>) -> (StatusCode, Value) {
        let request = TestRequest::post()
            .uri("/api/v1/operator/components")
            .insert_header(("x-jadi-token", self.token.as_str()))
            .set_payload(component);
        let seen = self.bench.ask(request).await;
        (seen.status, serde_json::from_str(&seen.text).expect("JSON"))
    }

    /// Sends a component that is one.
    async fn seen(&self, component: Vec<u8>) -> Value {
        let (status, mut told) = self.look(component).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        told["data"].take()
    }

    /// Sends a component and agrees to it.
    async fn install(&self, component: Vec<u8>) -> Value {
        let seen = self.seen(component).await;
        let agreed = json!({"digest": seen["digest"]});
        self.done(Method::POST, "/plugins", Some(agreed)).await
    }
}

/// One text in place of another as long, wherever it stands.
fn replaced(component: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut component = component.to_vec();
    let mut found = false;
    for at in 0..component.len() - from.len() {
        if component[at..].starts_with(from.as_bytes()) {
            component[at..at + from.len()].copy_from_slice(to.as_bytes());
            found = true;
        }
    }
    assert!(found, "{from}");
    component
}

fn keys(needs: &Value) -> Vec<&str> {
    let needs = needs.as_array().expect("a list").iter();
    needs
        .map(|need| need["key"].as_str().expect("a key"))
        .collect()
}

#[actix_web::test]
async fn a_program_is_told_the_figures_of_the_page() {
    let mut till = Till::new().await;
    let start = format!("/bots/{}/start", bot(1));
    till.done(Method::POST, &start, None).await;
    till.bench.opens(1).await;
    let component = plugin("sign", 1, "v1");
    let digest = Digest::of(&component).to_string();
    till.install(component).await;
    let parts = till.parts();
    paused(&parts.failing, bot(1), "sign", &digest);
    let dispatch = parts.fleet.dispatch(bot(1)).expect("it runs");
    received(&dispatch, 2_500);
    till.bench.clock.advance(Duration::from_secs(1_000));

    let told = till.done(Method::GET, "", None).await;
    assert_eq!(told["events"], 2_500);
    // A moment more than that has gone by.
    let rate = told["eventsPerSecond"].as_f64().expect("a number");
    assert!((2.45..=2.5).contains(&rate), "{rate}");
    assert_eq!((&told["open"], &told["running"]), (&json!(1), &json!(1)));
    assert!(told["memory"].as_u64() > Some(1_000_000), "{told}");
    assert!(told["load"].as_f64() >= Some(0.0), "{told}");
    assert_eq!(
        told["failing"],
        json!([{"name": "sign", "version": "1.0.1", "pausedIn": 1, "problem": null}])
    );
    assert_eq!(told["restore"], json!({"total": 0, "done": 0, "broken": 0}));
    // What each bot holds.
    let bots = till.done(Method::GET, "/bots?q=shop", None).await;
    assert!(bots["bots"][0]["memory"].is_u64(), "{bots}");

    let (operator, _) = sign_in(&till.bench).await;
    let page = till.bench.ask(get("/operator").cookie(operator)).await;
    for shown in [
        "data-figure=\"events\">2500<",
        "data-figure=\"rate\">2.5<",
        "data-figure=\"open\">1 / 1<",
        "data-figure=\"restore\">0 / 0<",
        "paused in 1 bots",
    ] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
}

#[actix_web::test]
async fn what_a_bot_holds_of_memory_is_told_on_the_page_and_by_the_api() {
    const HELD: usize = 50_000_000;
    let mut till = Till::new().await;
    let start = format!("/bots/{}/start", bot(1));
    till.done(Method::POST, &start, None).await;
    let session = till.bench.starts().await;
    session.open("6280000000201@s.whatsapp.net").await;
    let held = session.meter.client(|| Vec::<u8>::with_capacity(HELD));
    let of_shop = async || {
        let bots = till.done(Method::GET, "/bots?q=shop", None).await;
        bots["bots"][0]["memory"].as_u64().expect("bytes")
    };
    // What it needs for itself is little beside that.
    let (least, most) = (50_000_000, 50_499_999);
    let told = of_shop().await;
    assert!((least..=most).contains(&told), "{told}");
    let farm = till.done(Method::GET, "/bots?q=farm", None).await;
    assert_eq!(farm["bots"][0]["memory"], Value::Null, "it does not run");
    // Its owner is told the same, and what else it uses.
    let own = async |n: u8| {
        let token = till.bench.owners_token(n).await;
        let request = get("/api/v1/bot").insert_header(("x-jadi-token", token));
        let told = till.bench.ask(request).await;
        let told: Value = serde_json::from_str(&told.text).expect("JSON");
        told["data"].clone()
    };
    let shop = own(1).await;
    let uses = &shop["uses"];
    let memory = uses["memory"].as_u64().expect("bytes");
    assert!((least..=most).contains(&memory), "{memory}");
    assert!(
        uses["cpu"].is_u64() && shop["storage"].as_u64() > Some(10_000),
        "{shop}"
    );
    assert_eq!(
        (&uses["sentToday"], &uses["slow"]),
        (&json!(0), &json!(false))
    );
    assert_eq!(own(2).await["uses"], Value::Null, "it does not run");
    let (operator, _) = sign_in(&till.bench).await;
    let page = get("/operator/bots").cookie(operator);
    let page = till.bench.ask(page).await;
    assert_eq!(page.text.matches("Memory: ").count(), 1, "{}", page.text);
    assert!(page.text.contains("Memory: 50 MB"), "{}", page.text);
    drop(held);
    let told = of_shop().await;
    assert!(told < 500_000, "{told}");
}

#[actix_web::test]
async fn a_program_makes_invite_codes_that_are_shown_once_and_revokes_them() {
    let till = Till::new().await;
    for (name, uses) in [
        ("", 1),
        (" ", 1),
        ("a\nb", 1),
        (&*"x".repeat(41), 1),
        ("friends", 0),
        ("friends", 1001),
    ] {
        let body = Some(json!({"name": name, "uses": uses}));
        let refused = till.refused(Method::POST, "/invites", body).await;
        assert_eq!(refused, wanted(422, "INVALID_VALUE"), "{name} {uses}");
    }
    for body in [
        json!({"name": "friends"}),
        json!({"name": "friends", "uses": -1}),
        json!({"name": "friends", "uses": "1"}),
    ] {
        let refused = till.refused(Method::POST, "/invites", Some(body)).await;
        assert_eq!(refused, wanted(400, "INVALID_REQUEST"));
    }
    assert_eq!(till.done(Method::GET, "/invites", None).await, json!([]));
    let body = Some(json!({"name": " friends ", "uses": 2}));
    let made = till.done(Method::POST, "/invites", body).await;
    let code = made["code"].as_str().expect("a code");
    assert_eq!(
        (&made["name"], &made["uses"], &made["link"]),
        (
            &json!("friends"),
            &json!(2),
            &json!(format!("{ADDRESS}?invite={code}"))
        )
    );
    // It is good for what the page's codes are good for.
    let invites = &till.parts().invites;
    let used = invites.take(code).await.expect("read");
    assert!(used.is_some());
    let listed = till.done(Method::GET, "/invites", None).await;
    assert!(!listed.to_string().contains(code), "it is shown once");
    let invite = &listed[0];
    assert_eq!(
        (&invite["name"], &invite["uses"], &invite["free"]),
        (&json!("friends"), &json!(2), &json!(1))
    );

    for none in ["99", "x", "-1", &"9".repeat(30)] {
        let path = format!("/invites/{none}");
        let refused = till.refused(Method::DELETE, &path, None).await;
        assert_eq!(refused, wanted(404, "INVITE_NOT_FOUND"), "{none}");
    }
    let path = format!("/invites/{}", invite["id"]);
    assert_eq!(till.done(Method::DELETE, &path, None).await, json!([]));
    assert!(invites.take(code).await.expect("read").is_none());
    let refused = till.refused(Method::DELETE, &path, None).await;
    assert_eq!(refused, wanted(404, "INVITE_NOT_FOUND"));

    let done = [
        deed("invite-revoke", "", &invite["id"].to_string()),
        deed("invite-make", "friends", "2"),
    ];
    assert_eq!(deeds(&till.bench).await[..2], done);
    for _ in 0..100 {
        let body = Some(json!({"name": "more", "uses": 1}));
        till.done(Method::POST, "/invites", body).await;
    }
    let body = Some(json!({"name": "more", "uses": 1}));
    let full = till.refused(Method::POST, "/invites", body).await;
    assert_eq!(full, wanted(409, "INVITES_FULL"));
}

#[actix_web::test]
async fn a_program_installs_upgrades_rolls_back_and_removes_a_plugin() {
    let till = Till::new().await;
    let first = till.seen(plugin("sign", 1, "v1")).await;
    assert_eq!(
        (&first["name"], &first["version"], &first["installed"]),
        (&json!("sign"), &json!("1.0.1"), &Value::Null)
    );
    let words = first["may"].as_array().expect("a list").iter();
    let words: Vec<_> = words.map(|need| need["words"].as_str()).collect();
    assert!(words.contains(&Some("see all messages")), "{words:?}");
    assert_eq!(first["commands"][0]["name"], "sign");
    assert_eq!(till.done(Method::GET, "/plugins", None).await, json!([]));
    let agreed = Some(json!({"digest": first["digest"]}));
    let installed = till.done(Method::POST, "/plugins", agreed).await;
    assert_eq!(
        (&installed["version"], &installed["everywhere"]),
        (&json!("1.0.1"), &json!(false))
    );
    assert_eq!(installed["may"], first["may"], "what was agreed to");
    let on = Some(json!({"everywhere": true}));
    let switched = till.done(Method::PATCH, "/plugins/sign", on).await;
    assert_eq!(switched[0]["everywhere"], true);

    // An upgrade is shown beside what is in use.
    let second = till.seen(remembering("sign", 2, "v2")).await;
    let difference = &second["installed"];
    assert_eq!(
        (
            &difference["version"],
            &difference["same"],
            &difference["builtIn"]
        ),
        (&json!("1.0.1"), &json!(false), &json!(false))
    );
    assert_eq!(difference["newNeeds"], json!(["kv"]));
    assert_eq!(difference["lostNeeds"], json!([]));
    assert!(keys(&second["may"]).contains(&"kv"));
    let agreed = Some(json!({"digest": second["digest"]}));
    let upgraded = till.done(Method::POST, "/plugins", agreed).await;
    assert_eq!(
        (&upgraded["version"], &upgraded["everywhere"]),
        (&json!("1.0.2"), &json!(true))
    );
    let kv = upgraded["may"].as_array().expect("a list").iter();
    let kv: Vec<_> = kv.filter(|need| need["key"] == "kv").collect();
    assert_eq!(kv[0]["reason"], "To remember");

    let third = till.seen(plugin("sign", 3, "v3")).await;
    assert_eq!(third["installed"]["newNeeds"], json!([]));
    assert_eq!(keys(&third["installed"]["lostNeeds"]), ["kv"]);

    let rolled = till.done(Method::POST, "/plugins/sign/roll-back", None);
    assert_eq!(rolled.await[0]["digest"], first["digest"]);
    let again = till.refused(Method::POST, "/plugins/sign/roll-back", None);
    assert_eq!(again.await, wanted(409, "NO_EARLIER_VERSION"));
    let off = Some(json!({"everywhere": false}));
    let switched = till.done(Method::PATCH, "/plugins/sign", off).await;
    assert_eq!(switched[0]["everywhere"], false);
    let left = till.done(Method::DELETE, "/plugins/sign", None).await;
    assert_eq!(left, json!([]));
    let gone = till.refused(Method::DELETE, "/plugins/sign", None).await;
    assert_eq!(gone, wanted(404, "PLUGIN_NOT_FOUND"));
    let mut done = deeds(&till.bench).await;
    done.truncate(6);
    done.reverse();
    assert_eq!(
        done,
        [
            deed("plugin-install", "sign", "1.0.1"),
            deed("plugin-switch-on", "sign", ""),
            deed("plugin-install", "sign", "1.0.2"),
            deed("plugin-roll-back", "sign", ""),
            deed("plugin-switch-off", "sign", ""),
            deed("plugin-remove", "sign", ""),
        ]
    );
}

#[actix_web::test]
async fn what_is_no_plugin_is_refused_with_what_kind_of_thing_is_wrong() {
    let till = Till::new().await;
    let whole = plugin("sign", 1, "v1");
    // One byte more than a host takes that is not told otherwise.
    let large = vec![0; 32 * 1024 * 1024 + 1];
    for (what, component, status, code) in [
        ("too large", large, 413, "COMPONENT_TOO_LARGE"),
        ("nothing", Vec::new(), 422, "NOT_A_PLUGIN"),
        ("a text", b"hello".to_vec(), 422, "NOT_A_PLUGIN"),
        (
            "a part",
            whole[..whole.len() - 8].to_vec(),
            422,
            "NOT_A_PLUGIN",
        ),
        (
            "for another contract",
            replaced(&whole, "jadi:plugin/chat@0.1.0", "jadi:plugin/chat@9.1.0"),
            422,
            "CONTRACT_MISMATCH",
        ),
        (
            "with an import that there is not",
            replaced(&whole, "jadi:plugin/chat@0.1.0", "jadi:plugin/chut@0.1.0"),
            422,
            "CONTRACT_MISMATCH",
        ),
        (
            "with a function that there is not",
            replaced(&whole, "[method]message.text", "[method]message.test"),
            422,
            "CONTRACT_MISMATCH",
        ),
    ] {
        let told = till.look(component.clone()).await;
        assert!(told.1["message"].is_string());
        assert_eq!(refusal(told), wanted(status, code), "{what}");
        // Nor does its digest stand for consent to it.
        let agreed = Some(json!({"digest": Digest::of(&component).to_string()}));
        let refused = till.refused(Method::POST, "/plugins", agreed).await;
        assert_eq!(refused, wanted(409, "COMPONENT_NOT_SEEN"), "{what}");
    }
    assert_eq!(till.done(Method::GET, "/plugins", None).await, json!([]));
}

#[actix_web::test]
async fn only_what_was_looked_at_is_agreed_to() {
    let till = Till::new().await;
    let agree = async |digest: &Value, replace: bool| {
        let body = json!({"digest": digest, "replace": replace});
        till.ask(Method::POST, "/plugins", Some(body)).await
    };
    let not_seen = || wanted(409, "COMPONENT_NOT_SEEN");
    let never = json!(Digest::of(&plugin("sign", 1, "v1")).to_string());
    assert_eq!(refusal(agree(&never, false).await), not_seen());
    let first = till.seen(plugin("sign", 1, "v1")).await;
    let second = till.seen(plugin("sign", 2, "v2")).await;
    let late = agree(&first["digest"], false).await;
    assert_eq!(refusal(late), not_seen(), "another one came");
    till.bench.clock.advance(Duration::from_secs(16 * 60));
    let late = agree(&second["digest"], false).await;
    assert_eq!(refusal(late), not_seen(), "too late");
    let seen = till.seen(plugin("sign", 2, "v2")).await;
    assert_eq!(agree(&seen["digest"], false).await.0, StatusCode::OK);
    let again = agree(&seen["digest"], false).await;
    assert_eq!(refusal(again), not_seen(), "it is used up");

    // What is refused can be agreed to with more.
    let built_in = tempfile::tempdir().expect("a directory");
    std::fs::write(built_in.path().join("own.wasm"), plugin("own", 1, "v1")).expect("written");
    let library = &till.parts().library;
    library.take_in(built_in.path()).await.expect("taken in");
    let mine = till.seen(plugin("own", 2, "v2")).await;
    assert_eq!(mine["installed"]["builtIn"], true);
    let refused = agree(&mine["digest"], false).await;
    assert_eq!(refusal(refused), wanted(409, "NAME_CLASH"));
    let (status, told) = agree(&mine["digest"], true).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let kept = till.refused(Method::DELETE, "/plugins/own", None).await;
    assert_eq!(kept, wanted(409, "BUILT_IN"));
    for body in [
        json!({}),
        json!({"digest": 1}),
        json!({"digest": "0", "every": 1}),
    ] {
        let refused = till.refused(Method::POST, "/plugins", Some(body)).await;
        assert_eq!(refused, wanted(400, "INVALID_REQUEST"));
    }
}
