//! Invite codes, made by the operator and shown by who wants a bot.

use serde_json::{Value, json};

use super::*;

/// A request for a bot, by the form.
fn asked(invite: &str) -> TestRequest {
    let form = [
        ("number", "+62 800-0000-0301"),
        ("method", "qr"),
        ("invite", invite),
    ];
    fields("/connect", &form).insert_header(("accept-language", "en"))
}

/// By the API: the code of the answer.
async fn by_api(bench: &Bench, invite: Option<&str>) -> (u16, String) {
    let mut body = json!({"phoneNumber": "6280000000301", "method": "qr"});
    if let Some(invite) = invite {
        body["inviteCode"] = json!(invite);
    }
    let request = TestRequest::post()
        .uri("/api/subbot/connect")
        .set_json(body);
    let seen = bench.ask(request).await;
    let told: Value = serde_json::from_str(&seen.text).expect("JSON");
    let code = told["code"].as_str().expect("a code").to_owned();
    (seen.status.as_u16(), code)
}

#[actix_web::test]
async fn who_wants_a_bot_needs_a_code_where_the_operator_says_so() {
    let bench = bench().await;
    let (operator, proof) = sign_in(&bench).await;
    let sent = async |path: &str, more: &[(&str, &str)]| {
        let mut form = vec![("form", proof.as_str())];
        form.extend_from_slice(more);
        bench
            .ask(fields(path, &form).cookie(operator.clone()))
            .await
    };
    // Nobody needs one before that, and who shows one all the same is not refused for it.
    let front = bench.ask(get("/")).await;
    assert!(!front.text.contains("id=\"invite\""), "{}", front.text);
    let unlinked = (503, "CONNECTION_FAILED".to_owned());
    assert_eq!(by_api(&bench, None).await, unlinked);
    assert_eq!(by_api(&bench, Some("nonsense")).await, unlinked);

    let switched = sent("/operator/features/invite-codes", &[("to", "on")]).await;
    assert_eq!(switched.status, StatusCode::SEE_OTHER);
    for wrong in [
        [("name", ""), ("uses", "1")],
        [("name", "friends"), ("uses", "0")],
        [("name", "friends"), ("uses", "1001")],
        [("name", "friends"), ("uses", "many")],
    ] {
        let refused = sent("/operator/invites", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("from 1 to 1000"), "{}", refused.text);
    }
    let made = sent("/operator/invites", &[("name", "friends"), ("uses", "2")]).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let link = format!("{ADDRESS}?invite=");
    let at = made.text.find(&link).expect("a link");
    let code = made.text[at + link.len()..][..14].to_owned();
    assert_eq!(made.text.matches(&code).count(), 2, "the code and the link");
    let free = async || {
        let list = bench
            .ask(get("/operator/invites").cookie(operator.clone()))
            .await;
        assert!(!list.text.contains(&code), "it is shown once");
        let left = |free: u8| list.text.contains(&format!("{free} of 2 left"));
        (0..=2).find(|free| left(*free))
    };
    assert_eq!(free().await, Some(2));

    let front = bench.ask(get(&format!("/?invite={code}"))).await;
    let typed = format!("value=\"{code}\"");
    assert!(front.text.contains(&typed), "{}", front.text);
    for (shown, problem) in [
        ("", "need an invite code"),
        ("ABCD-EFGH-2345", "worth nothing"),
        ("abc", "worth nothing"),
    ] {
        let refused = bench.ask(asked(shown)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text.contains(problem), "{}", refused.text);
    }
    let refused = |code: &str| (403, code.to_owned());
    assert_eq!(by_api(&bench, None).await, refused("INVITE_CODE_REQUIRED"));
    let wrong = by_api(&bench, Some("ABCD-EFGH-2345")).await;
    assert_eq!(wrong, refused("INVITE_CODE_INVALID"));
    // With a good one it goes on to what else may be wrong, and that costs no use.
    let small = code.to_lowercase().replace('-', " ");
    assert_eq!(by_api(&bench, Some(&small)).await, unlinked);
    let again = bench.ask(asked(&code)).await;
    assert_eq!(again.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(free().await, Some(2));

    let revoked = sent("/operator/invites/1/revoke", &[]).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    assert_eq!(free().await, None);
    let wrong = by_api(&bench, Some(&code)).await;
    assert_eq!(wrong, refused("INVITE_CODE_INVALID"));
    let done = deeds(&bench).await;
    assert_eq!(done[0], deed("invite-revoke", "", "1"));
    assert_eq!(done[1], deed("invite-make", "friends", "2"));
}

#[actix_web::test]
async fn codes_are_guessed_slowly() {
    let bench = bench().await;
    let (operator, proof) = sign_in(&bench).await;
    let on = fields(
        "/operator/features/invite-codes",
        &[("form", &proof), ("to", "on")],
    );
    bench.ask(on.cookie(operator)).await;
    let from = "203.0.113.9:1".parse().expect("an address");
    for _ in 0..5 {
        let guess = bench.ask(asked("ABCD-EFGH-2345").peer_addr(from)).await;
        assert_eq!(guess.status, StatusCode::FORBIDDEN);
    }
    let guess = bench.ask(asked("ABCD-EFGH-2346").peer_addr(from)).await;
    assert_eq!(guess.status, StatusCode::TOO_MANY_REQUESTS);
}
