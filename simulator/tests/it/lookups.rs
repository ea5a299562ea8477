//! What a bot can find out about people: whether they are on WhatsApp, their pictures, their devices.

use wacore_binary::Jid;

use crate::support::{ALICE, alice_and_shop, finish};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_looked_up() {
    let (sim, alice, _shop, bot) = alice_and_shop().await;
    let asked = [Jid::pn(ALICE), Jid::pn("6280000000999")];
    let found = bot
        .client()
        .contacts()
        .is_on_whatsapp(&asked)
        .await
        .unwrap();
    let of = |number: &str| {
        found
            .iter()
            .find(|result| result.jid.user == number)
            .expect("an answer for each")
    };
    assert!(of(ALICE).is_registered);
    assert_eq!(
        of(ALICE).lid.as_ref().map(|lid| lid.to_string()),
        Some(alice.lid())
    );
    assert!(!of("6280000000999").is_registered);
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_picture_is_seen_and_set() {
    let (sim, alice, shop, bot) = alice_and_shop().await;
    let client = bot.client();
    let jid: Jid = alice.jid().parse().unwrap();
    assert!(
        client
            .contacts()
            .get_profile_picture(&jid, false)
            .await
            .unwrap()
            .is_none()
    );
    alice
        .set_picture(vec![0xff, 0xd8, 0xff, 0xe0])
        .await
        .unwrap();
    let picture = client
        .contacts()
        .get_profile_picture(&jid, false)
        .await
        .unwrap()
        .expect("a picture");
    let stored = sim
        .blobs()
        .fetch(picture.direct_path.as_deref().unwrap())
        .expect("it can be fetched");
    assert_eq!(stored.to_vec(), [0xff, 0xd8, 0xff, 0xe0]);
    client
        .profile()
        .set_profile_picture(vec![1, 2, 3])
        .await
        .unwrap();
    let own: Jid = shop.jid().parse().unwrap();
    assert!(
        client
            .contacts()
            .get_profile_picture(&own, false)
            .await
            .unwrap()
            .is_some()
    );
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_request_is_refused_and_recorded() {
    let (sim, _alice, _shop, bot) = alice_and_shop().await;
    let jid = Jid::group("120363000000000000");
    assert!(
        bot.client()
            .groups()
            .get_invite_link(&jid, true)
            .await
            .is_err()
    );
    let unknown = sim.unknown_iqs();
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        (unknown[0].xmlns.as_str(), unknown[0].child.as_str()),
        ("w:g2", "invite")
    );
    sim.shutdown().await;
}
