//! The API as its description says, asked by a program that makes up requests from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jadi_browser::Browser;
use jadi_demo::world::WorldOptions;
use serde_json::Value;

use super::built;
use super::operator::{PASSWORD, hash};
use super::owner::link;
use super::root;
use super::support::{ALICE, finish, options, world};

/// The number of Alice's bot. Nobody has numbers of this form.
const SHOP: &str = "6280000000200";

/// Whose numbers the description's examples are: of a new bot, of a new system owner, and of somebody to whom a bot is given.
const VISITOR: &str = "6280000000124";
const HELPER: &str = "6280000000123";
/// To whom the bot is offered.
const FRIEND: &str = "6280000000125";

/// What is not asked: streams do not end, who logs out is gone, and what the operator does is not an owner's.
const LEFT_OUT: &str = "/(events|logout|ws/subbot)$|^/api/v1/operator";
/// What is asked after the rest, since it ends what the rest needs: the bot's connection, and then the token.
const STOP: &str = "/api/v1/bot/stop";
const REVOKE: &str = "/api/v1/bot/tokens/{id}";

/// What is asked at the very end: whoever made up requests has read the bots' ids in the answers to others.
const END: &str = "/api/v1/operator/bots/{id}/end";

/// Calls of which nothing good need come for who does not know what there is: a bot's id, an event that failed, a plugin's file, the bot's
/// number as a promise.
const IN_VAIN: [&str; 13] = [
    "POST /api/v1/bot/erase",
    "GET /api/v1/bot/plugins/{name}/failures/{failure}",
    "POST /api/v1/bot/webhooks/dead-letters/{id}/replay",
    "GET /api/v1/operator/bots/{id}",
    "POST /api/v1/operator/bots/{id}/start",
    "POST /api/v1/operator/bots/{id}/stop",
    "POST /api/v1/operator/bots/{id}/end",
    "POST /api/v1/operator/bots/{id}/plan",
    "DELETE /api/v1/operator/owners/{number}",
    "POST /api/v1/operator/components",
    "POST /api/v1/operator/plugins",
    "POST /api/v1/operator/plugins/{name}/roll-back",
    // Those that are there come with the host, and stay.
    "DELETE /api/v1/operator/plugins/{name}",
];

/// What was answered to each call.
type Answers = BTreeMap<String, BTreeSet<u16>>;

/// Runs schemathesis. No run is like another but for its seed, which is fixed.
fn asked(host: &str, only: &[&str], token: &str) -> (Output, Answers) {
    let dir = tempfile::tempdir().expect("a directory");
    let answers = dir.path().join("answers");
    let output = run(host, only, token, &answers);
    let told = fs::read_to_string(&answers).unwrap_or_default();
    let mut by_call = Answers::new();
    for line in told.lines() {
        let (status, call) = line.split_once(' ').expect("a status and a call");
        let status = status.parse().expect("a status");
        by_call.entry(call.to_owned()).or_default().insert(status);
    }
    (output, by_call)
}

fn run(host: &str, only: &[&str], token: &str, answers: &Path) -> Output {
    let packages = built("JADI_SCHEMATHESIS", "checks/schemathesis/packages");
    let main = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())";
    Command::new("python3")
        .args(["-c", main, "run", &format!("{host}api/openapi.json")])
        .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"])
        .args(["--seed", "1", "--max-examples", "25", "--suppress-health-check", "all"])
        .args(["--phases", "examples,coverage,fuzzing", "--request-timeout", "60", "--no-color"])
        .args(["--header", &format!("x-jadi-token: {token}")])
        .args(only)
        .env("PYTHONPATH", packages)
        .env("SCHEMATHESIS_HOOKS", root().join("checks/schemathesis/hooks.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("JADI_ANSWERS", answers)
        .current_dir(answers.parent().expect("a directory"))
        .output()
        .expect("python3 starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_answered_otherwise_than_the_description_says() {
    let world = world(WorldOptions {
        environment: vec![
            ("JADI_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned()),
            ("JADI_OPERATOR_PASSWORD".to_owned(), hash()),
        ],
        ..options()
    })
    .await;
    let alice = world.phone("alice", ALICE).await.expect("a phone");
    let _visitor = world.phone("visitor", VISITOR).await.expect("a phone");
    let _friend = world.phone("friend", FRIEND).await.expect("a phone");
    let _helper = world.phone("helper", HELPER).await.expect("a phone");
    world.add_bot("shop", SHOP, ALICE).await.expect("a bot");
    let host = world.host_page().expect("the host runs").to_owned();
    let page = Browser::start().await;
    page.open(&link(&alice).await).await;
    page.click("main button").await;
    page.see_text("state", "Open").await;
    page.open(&format!("{host}bot/tokens")).await;
    page.type_into("#name", "schemathesis").await;
    page.click(".fields button").await;
    let token = page.text(".token").await;
    page.open(&format!("{host}operator/sign-in")).await;
    page.type_into("#password", PASSWORD).await;
    page.click("main button").await;
    page.until("location.pathname === '/operator'").await;
    page.open(&format!("{host}operator/tokens")).await;
    page.type_into("#name", "schemathesis").await;
    page.click(".fields button").await;
    let operators = page.text(".token").await;
    page.end().await;

    let described = format!("{host}api/openapi.json");
    let document = tokio::task::spawn_blocking(move || {
        let mut document = ureq::get(&described).call().expect("an answer");
        document.body_mut().read_to_string().expect("text")
    });
    let document = document.await.expect("it ends");
    let asked = async |only: &'static [&'static str], token: &str| {
        let (host, token) = (host.clone(), token.to_owned());
        let asked = tokio::task::spawn_blocking(move || asked(&host, only, &token));
        asked.await.expect("it ends")
    };
    let rest = &[
        "--exclude-path-regex",
        LEFT_OUT,
        "--exclude-path",
        STOP,
        "--exclude-path",
        REVOKE,
    ];
    let owners = asked(rest, &token).await;
    // Since it changes what the host lets others do.
    let all_but_the_end = &[
        "--include-path-regex",
        "^/api/v1/operator",
        "--exclude-path",
        END,
    ];
    let operated = asked(all_but_the_end, &operators).await;
    let stop = asked(&["--include-path", STOP], &token).await;
    let revoke = asked(&["--include-path", REVOKE], &token).await;
    let end = asked(&["--include-path", END], &operators).await;
    // With a token that is worth nothing nobody is logged out.
    let log_out = asked(&["--include-path", "/api/subbot/logout"], "jadi_none").await;
    for (run, _) in [&owners, &operated, &stop, &revoke, &end, &log_out] {
        let text = String::from_utf8_lossy(&run.stdout);
        let errors = String::from_utf8_lossy(&run.stderr);
        eprintln!("{text}");
        assert!(run.status.success(), "{text}\n{errors}");
        assert!(text.contains("passed"), "it asked something: {text}");
    }
    // The tokens were good for as long as they were shown.
    for (_, answers) in [&owners, &operated, &stop, &end] {
        let refused = answers.iter().find(|(_, statuses)| statuses.contains(&401));
        assert_eq!(refused, None);
    }
    let runs = [owners, operated, stop, revoke, end].into_iter();
    let all: Answers = runs.flat_map(|(_, answers)| answers).collect();
    let done: BTreeSet<_> = all
        .iter()
        .filter(|(_, statuses)| statuses.contains(&200))
        .map(|(call, _)| call.as_str())
        .collect();
    let mut in_vain: BTreeSet<_> = all.keys().map(String::as_str).collect();
    in_vain.retain(|call| !done.contains(call) && !IN_VAIN.contains(call));
    assert_eq!(in_vain, BTreeSet::new(), "{all:#?}");
    // Every call of the description was made, streams and logging out aside.
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").values();
    let calls = paths.map(|methods| methods.as_object().expect("calls").len());
    assert_eq!(all.len() + 3, calls.sum::<usize>(), "{all:#?}");
    finish(world).await;
}
