//! A program that gives its bot away. That its owner confirms it in chat is tested in the whole system.

use actix_web::http::Method;
use serde_json::json;

use super::programs::{Shop, deed};
use super::{account, bot};
use crate::model::Jid;

const BOB: &str = "6280000000102";
const OFFER: &str = "/offer";

fn person(number: &str) -> Jid {
    format!("{number}@s.whatsapp.net").parse().expect("a jid")
}

#[actix_web::test]
async fn what_speaks_against_an_offer_is_told_and_nothing_is_offered() {
    let mut shop = Shop::new().await;
    let to = |number: &str| Some(json!({"number": number}));
    let (status, code) = shop.refused(Method::POST, OFFER, to(BOB)).await;
    assert_eq!((status.as_u16(), code.as_str()), (409, "NO_OWNER"));
    for (n, owner) in [(1, "6280000000101"), (2, "6280000000103")] {
        let owner = Some(person(owner));
        let owned = shop.bench.store.registry();
        let owned = owned.update(bot(n), Box::new(|record| record.owner = owner));
        owned.await.expect("kept");
    }
    // Who a bot is given to makes tokens of their own.
    shop.token = shop.bench.owners_token(1).await;
    let (status, code) = shop.refused(Method::POST, OFFER, to(BOB)).await;
    let wanted = (503, "CONNECTION_FAILED");
    assert_eq!((status.as_u16(), code.as_str()), wanted, "nobody to ask");

    shop.bench.main_opens().await;
    let farm = account(2).user().to_owned();
    for (number, wanted) in [
        ("12", (400, "INVALID_PHONE_NUMBER")),
        ("6280000000101", (422, "INVALID_VALUE")),
        (&farm, (422, "INVALID_VALUE")),
        ("6280000000103", (422, "BOT_ALREADY_EXISTS")),
    ] {
        let (status, code) = shop.refused(Method::POST, OFFER, to(number)).await;
        assert_eq!((status.as_u16(), code.as_str()), wanted, "{number}");
    }
    for body in [json!({}), json!({"number": BOB, "to": BOB})] {
        let (status, code) = shop.refused(Method::POST, OFFER, Some(body)).await;
        assert_eq!((status.as_u16(), code.as_str()), (400, "INVALID_REQUEST"));
    }
    let nobody = json!({"number": null, "until": null});
    for n in 0..5 {
        let asked = shop.done(Method::POST, OFFER, to(BOB)).await;
        assert_eq!(
            (&asked["offered"], &asked["number"]),
            (&json!(false), &json!(BOB)),
            "{n}"
        );
        let guessed = Some(json!({"number": BOB, "code": "none"}));
        let (status, code) = shop.refused(Method::POST, OFFER, guessed).await;
        assert_eq!((status.as_u16(), code.as_str()), (403, "WRONG_CODE"));
    }
    let (status, code) = shop.refused(Method::POST, OFFER, to(BOB)).await;
    assert_eq!((status.as_u16(), code.as_str()), (429, "RATE_LIMITED"));
    assert_eq!(shop.done(Method::GET, OFFER, None).await, nobody);
    assert_eq!(shop.done(Method::DELETE, OFFER, None).await, nobody);

    let asked = deed("offer-ask", BOB);
    let mut wanted = vec![deed("withdraw", "")];
    wanted.extend(std::iter::repeat_n(asked, 5));
    assert_eq!(shop.deeds_by("the owner's token owner's").await, wanted);
}
