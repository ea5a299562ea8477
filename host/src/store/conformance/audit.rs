//! What was done, and by whom.

use super::Bench;
use crate::store::Deed;
use crate::store::audit::DEEDS;

fn deed(n: u32) -> Deed {
    Deed {
        at: i64::from(n),
        by: "the operator's page".to_owned(),
        what: "set-slots".to_owned(),
        with: String::new(),
        detail: n.to_string(),
    }
}

pub(super) async fn deeds_are_kept_in_order_and_bounded(bench: &impl Bench) {
    let audit = bench.audit().await;
    assert_eq!(audit.deeds(None, 10).await.expect("read"), []);
    let more = 3;
    for n in 0..DEEDS + more {
        audit.note(deed(n)).await.expect("kept");
    }
    let page = audit.deeds(None, 2).await.expect("read");
    let told: Vec<&Deed> = page.iter().map(|(_, deed)| deed).collect();
    assert_eq!(told, [&deed(DEEDS + more - 1), &deed(DEEDS + more - 2)]);
    let (last, _) = page[1];
    let next = audit.deeds(Some(last), u32::MAX).await.expect("read");
    assert_eq!(next.len(), DEEDS as usize - 2);
    assert_eq!(next[0].1, deed(DEEDS + more - 3));
    let oldest = next.last().map(|(_, deed)| deed.clone());
    assert_eq!(oldest, Some(deed(more)), "the first are forgotten");
}
