//! The API as its description says, asked by a program that makes up requests from it.

use std::path::Path;
use std::process::{Command, Output};

use jadi_browser::Browser;
use jadi_demo::world::WorldOptions;

use super::built;
use super::operator::{PASSWORD, hash};
use super::owner::link;
use super::root;
use super::support::{ALICE, finish, options, world};

/// The number of Alice's bot. Nobody has numbers of this form.
const SHOP: &str = "6280000000200";

/// What is not asked: streams do not end, and who logs out is gone.
const LEFT_OUT: &str = "/(events|logout|ws/subbot)$";

/// Runs schemathesis. No run is like another but for its seed, which is fixed.
fn asked(host: &str, only: &[&str], token: &str, place: &Path) -> Output {
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
        .current_dir(place)
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

    let dir = tempfile::tempdir().expect("a directory");
    let place = dir.path().to_owned();
    let runs = tokio::task::spawn_blocking(move || {
        [
            asked(&host, &["--exclude-path-regex", LEFT_OUT], &token, &place),
            // With a token that is worth nothing nobody is logged out.
            asked(
                &host,
                &["--include-path", "/api/subbot/logout"],
                "jadi_none",
                &place,
            ),
            // Last, since it changes what the host lets others do.
            asked(
                &host,
                &["--include-path-regex", "/api/v1/operator"],
                &operators,
                &place,
            ),
        ]
    });
    for run in runs.await.expect("it ends") {
        let text = String::from_utf8_lossy(&run.stdout);
        let errors = String::from_utf8_lossy(&run.stderr);
        eprintln!("{text}");
        assert!(run.status.success(), "{text}\n{errors}");
        assert!(text.contains("passed"), "it asked something: {text}");
    }
    finish(world).await;
}
