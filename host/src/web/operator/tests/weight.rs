//! No page keeps people waiting on a slow line, however much there is to show.

use super::*;
use crate::store::{Actor, Deed};
use crate::web::owner::tests::{HEAVIEST, long, weight};

#[actix_web::test]
async fn no_page_is_over_100_kb_however_much_there_is() {
    let bench = bench().await;
    let (operator, _) = sign_in(&bench).await;
    let audit = bench.store.audit();
    for at in 0..120 {
        let deed = Deed {
            actor: Actor::Operator,
            at,
            by: "the operator's page, 2001:db8:1111:2222:3333:4444:5555:6666".to_owned(),
            what: "plugin-switch-off".to_owned(),
            with: "0".repeat(32),
            // As long as a reason may be.
            detail: long(200),
        };
        audit.note(deed).await.expect("kept");
    }
    for n in 10..70 {
        let mut record = BotRecord::requested(bot(n), BotRole::Sub, LinkMethod::Qr, 1);
        record.name = long(40);
        record.new = false;
        record.jid = format!("62800000000{n}@s.whatsapp.net").parse().ok();
        record.owner = format!("62800000009{n}@s.whatsapp.net").parse().ok();
        bench.store.add_bot(&record).await.expect("a bot");
    }
    let invites = bench.store.invites();
    for n in 0..100 {
        let added = invites.add_invite([n; 32], long(40), 1000, 1).await;
        assert!(added.expect("kept"), "there is room");
    }
    for path in [
        "/",
        "/api",
        "/operator",
        "/operator/audit",
        "/operator/bots",
        &format!("/operator/bots/{}", bot(10)),
        "/operator/invites",
        "/operator/plugins",
        "/operator/tokens",
    ] {
        let bytes = weight(&bench, path, &operator).await;
        assert!(bytes <= HEAVIEST, "{path}: {bytes} bytes");
    }
}
