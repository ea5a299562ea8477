//! What stands on more than one page, and what an upgrade of a plugin changes as its page shows it.

use actix_web::cookie::Cookie;

use super::{Bench, bench, digest, fields, sign_in, upload};
use crate::library::tests::{plugin, remembering};
use crate::model::{BotId, BotRecord, BotRole, LinkMethod};
use crate::store::{Actor, Deed};
use crate::web::owner::tests::{Seen, get};

async fn page(bench: &Bench, operator: &Cookie<'static>, path: &str) -> Seen {
    bench.ask(get(path).cookie(operator.clone())).await
}

/// Where a button that is a link leads.
fn link(page: &Seen, words: &str) -> Option<String> {
    let (before, _) = page.text.split_once(&format!(">{words}</a>"))?;
    let (_, href) = before.rsplit_once("href=\"")?;
    let href = href.split('"').next()?;
    Some(href.replace("&amp;", "&"))
}

/// What stands between two texts, each time.
fn between<'a>(page: &'a Seen, before: &str, after: &str) -> Vec<&'a str> {
    let parts = page.text.split(before).skip(1);
    parts.filter_map(|part| part.split(after).next()).collect()
}

#[actix_web::test]
async fn all_bots_stand_on_two_pages_each_once() {
    let bench = bench().await;
    for n in 0..60_u8 {
        let id = BotId::from_random([100 + n; 16]);
        let mut record = BotRecord::requested(id, BotRole::Sub, LinkMethod::Qr, 1);
        record.name = format!("Bot {n:02}");
        record.new = false;
        bench.store.add_bot(&record).await.expect("a bot");
    }
    let (operator, _) = sign_in(&bench).await;
    let first = page(&bench, &operator, "/operator/bots?q=bot+&state=requested").await;
    assert!(first.text.contains("Bots found: 60"), "{}", first.text);
    let names = |page: &Seen| -> Vec<String> {
        let names = between(page, "<a href=\"/operator/bots/", "</a>");
        let names = names.iter().filter_map(|name| name.split_once('>'));
        names.map(|(_, name)| name.to_owned()).collect()
    };
    let wanted =
        |from: u8, to: u8| -> Vec<String> { (from..to).map(|n| format!("Bot {n:02}")).collect() };
    assert_eq!(names(&first), wanted(0, 50));
    assert_eq!(link(&first, "Previous"), None);
    let next = link(&first, "Next").expect("there are more");
    let second = page(&bench, &operator, &next).await;
    assert!(second.text.contains("Bots found: 60"), "{}", second.text);
    assert_eq!(
        names(&second),
        wanted(50, 60),
        "what was searched for stays"
    );
    assert_eq!(link(&second, "Next"), None);
    let back = link(&second, "Previous").expect("it is the second");
    let again = page(&bench, &operator, &back).await;
    assert_eq!(names(&again), wanted(0, 50));
}

#[actix_web::test]
async fn older_deeds_stand_on_pages_of_their_own_each_once() {
    let bench = bench().await;
    let (operator, _) = sign_in(&bench).await;
    for n in 0..119 {
        let deed = Deed {
            at: n,
            actor: Actor::Operator,
            by: "the command line".to_owned(),
            what: "set-slots".to_owned(),
            with: String::new(),
            detail: format!("number-{n}"),
        };
        bench.store.audit().note(deed).await.expect("kept");
    }
    let mut path = Some("/operator/audit".to_owned());
    let mut numbers = Vec::new();
    let mut pages = Vec::new();
    while let Some(next) = path {
        let page = page(&bench, &operator, &next).await;
        let found = between(&page, "number-", "<");
        pages.push(page.text.matches("<li>").count());
        numbers.extend(found.iter().map(|n| n.parse::<i64>().expect("a number")));
        path = link(&page, "Older");
    }
    assert_eq!(numbers, (0..119).rev().collect::<Vec<_>>());
    // With that the operator has signed in.
    assert_eq!(pages, [50, 50, 20]);
}

#[actix_web::test]
async fn an_upgrade_is_shown_with_what_it_may_do_anew_and_not_any_more() {
    const KEEPS: &str = "keep data of its own";
    let bench = bench().await;
    let (operator, proof) = sign_in(&bench).await;
    let sent = async |component: &[u8]| {
        let form = upload(&proof, component).cookie(operator.clone());
        bench.ask(form).await
    };
    let install = async |page: &Seen| {
        let form = [("form", proof.as_str()), ("digest", &digest(page))];
        let form = fields("/operator/plugins/install", &form);
        let installed = bench.ask(form.cookie(operator.clone())).await;
        assert_eq!(installed.status.as_u16(), 303, "{}", installed.text);
    };
    // What it may do, and what it may not any more.
    let lists = |page: &Seen| -> Vec<String> {
        let lists = between(page, "<ul class=\"may\">", "</ul>");
        lists.iter().map(|list| list.to_string()).collect()
    };
    let first = sent(&plugin("sign", 1, "v1")).await;
    install(&first).await;

    let upgrade = sent(&remembering("sign", 2, "v2")).await;
    let text = "Version 1.0.1 is in use";
    assert!(upgrade.text.contains(text), "{}", upgrade.text);
    let [may] = &lists(&upgrade)[..] else {
        panic!("nothing is lost: {}", upgrade.text);
    };
    let (new, old): (Vec<_>, Vec<_>) = may
        .split("<li>")
        .skip(1)
        .partition(|line| line.contains("<b>new</b>"));
    assert_eq!((new.len(), old.len()), (1, 2), "{may}");
    assert!(
        new[0].contains(KEEPS) && new[0].contains("(To remember)"),
        "{may}"
    );
    install(&upgrade).await;

    let less = sent(&plugin("sign", 3, "v3")).await;
    let [may, lost] = &lists(&less)[..] else {
        panic!("something is lost: {}", less.text);
    };
    assert!(!may.contains("<b>new</b>") && !may.contains(KEEPS), "{may}");
    assert_eq!(lost.matches("<li>").count(), 1, "{lost}");
    assert!(lost.contains(KEEPS), "{lost}");
}
