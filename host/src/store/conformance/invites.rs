//! Invite codes.

use super::Bench;
use crate::store::SecretDigest;
use crate::store::invites::INVITES;

fn digest(n: u32) -> SecretDigest {
    let mut digest = [0; 32];
    digest[..4].copy_from_slice(&n.to_be_bytes());
    digest
}

pub(super) async fn an_invite_is_good_for_so_many_uses_and_until_it_is_revoked(bench: &impl Bench) {
    let invites = bench.invites().await;
    assert_eq!(invites.invites().await.expect("read"), []);
    let add = async |n, uses| {
        let added = invites.add_invite(digest(n), format!("no {n}"), uses, 10);
        added.await.expect("add")
    };
    let take = async |n| invites.take_invite(digest(n)).await.expect("take");
    let back = async |n| invites.give_invite_back(digest(n)).await.expect("back");
    let free = async || {
        let all = invites.invites().await.expect("read");
        all.iter().map(|invite| invite.free).collect::<Vec<_>>()
    };
    assert!(add(1, 2).await && add(2, 1).await);
    assert!(!take(3).await, "there is none");
    assert!(take(1).await);
    assert_eq!(free().await, [1, 1]);
    let (one, other) = tokio::join!(take(1), take(1));
    assert!(one ^ other, "of two one gets the last use");
    assert_eq!(free().await, [0, 1]);
    back(1).await;
    assert_eq!(free().await, [1, 1]);
    // Never more than there were.
    back(2).await;
    back(3).await;
    let all = invites.invites().await.expect("read");
    let told: Vec<_> = all
        .iter()
        .map(|invite| (&*invite.name, invite.made, invite.uses, invite.free))
        .collect();
    assert_eq!(told, [("no 1", 10, 2, 1), ("no 2", 10, 1, 1)]);

    let revoke = async || invites.revoke_invite(all[0].id).await.expect("revoke");
    assert!(revoke().await);
    assert!(!take(1).await, "it is worthless");
    back(1).await;
    assert_eq!(free().await, [1]);
    assert!(!revoke().await, "it is gone already");
    for n in 0..INVITES - 1 {
        assert!(add(100 + n, 1).await);
    }
    assert!(!add(99, 1).await, "those are enough");
}
