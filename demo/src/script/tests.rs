//! Each kind of line, well formed and not, and the example that describes the grammar.

mod printing;

use std::path::Path;
use std::time::Duration;

use super::*;

const CAST: &str = "phone alice 6280000000101\nphone bob 6280000000102\nphone carol 6280000000103\n\
    phone dave 6280000000104\nbot shop 6280000000200 owner alice\ngroup friends: alice*, bob, shop*\n";

fn parse(text: &str) -> Result<Script, ScriptError> {
    Script::parse(Path::new("a.chat"), text)
}

/// The one step of `line`, in a transcript where the usual names are declared.
fn step(line: &str) -> Step {
    let script =
        parse(&format!("{CAST}{line}\n")).unwrap_or_else(|error| panic!("{line}: {error}"));
    assert_eq!(script.lines.len(), 7, "{line}");
    assert_eq!(script.lines[6].number, 7);
    script.lines[6].step.clone()
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn text(written: &str) -> Pattern {
    Pattern::parse(written).unwrap()
}

#[test]
fn the_example_that_describes_the_grammar_parses() {
    let script = parse(include_str!("grammar.chat")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(script.lines.len(), 52);
}

#[test]
fn every_good_line_is_read_as_it_is_meant() {
    let content = |written: &str| Content {
        file: None,
        text: written.to_owned(),
    };
    let look = Content {
        file: Some(FileToSend {
            kind: MediaKind::Image,
            path: "cat.jpg".into(),
            once: false,
        }),
        text: "look".into(),
    };
    let account = |called: &str, number: &str| Account {
        name: name(called),
        number: number.into(),
    };
    let cases = [
        ("# hello # there", Step::Comment("hello # there".into())),
        (
            "phone erin 6280000000105   # a comment",
            Step::Phone(account("erin", "6280000000105")),
        ),
        (
            "owner root 6280000000001",
            Step::Owner(account("root", "6280000000001")),
        ),
        (
            "bot cafe 6280000000201 owner bob",
            Step::Bot {
                account: account("cafe", "6280000000201"),
                owner: name("bob"),
            },
        ),
        (
            "server api.example.org answers 404: {\"a\": 1}",
            Step::Server {
                host: "api.example.org".into(),
                status: 404,
                body: "{\"a\": 1}".into(),
            },
        ),
        (
            "group family: alice*,bob",
            Step::Group {
                name: name("family"),
                members: vec![
                    Member {
                        name: name("alice"),
                        admin: true,
                    },
                    Member {
                        name: name("bob"),
                        admin: false,
                    },
                ],
            },
        ),
        (
            "as bot alice2 := 6280000000101",
            Step::AsBot(account("alice2", "6280000000101")),
        ),
        (
            "alice -> shop: #menu \\# 1\\n2  # so",
            Step::Send {
                from: name("alice"),
                to: name("shop"),
                content: content("#menu # 1\n2"),
            },
        ),
        (
            "bob -> friends [image cat.jpg]: look",
            Step::Send {
                from: name("bob"),
                to: name("friends"),
                content: look,
            },
        ),
        (
            "bob votes: tea | water",
            Step::Vote {
                who: name("bob"),
                options: vec!["tea".into(), "water".into()],
            },
        ),
        (
            "bob votes:",
            Step::Vote {
                who: name("bob"),
                options: Vec::new(),
            },
        ),
        (
            "bob has picture cat.jpg",
            Step::Picture {
                phone: name("bob"),
                path: "cat.jpg".into(),
            },
        ),
        (
            "carol joins friends",
            Step::Goes {
                who: name("carol"),
                group: name("friends"),
                comes: true,
            },
        ),
        (
            "bob replies: !sticker",
            Step::Reply {
                from: name("bob"),
                quoting: None,
                content: content("!sticker"),
            },
        ),
        (
            "bob replies \"so: \\\"look\\\"\" : !sticker",
            Step::Reply {
                from: name("bob"),
                quoting: Some("so: \"look\"".into()),
                content: content("!sticker"),
            },
        ),
        (
            "bob edits \"hello\": good\\nbye",
            Step::Edit {
                who: name("bob"),
                text: "hello".into(),
                to: "good\nbye".into(),
            },
        ),
        (
            "bob deletes \"hello\"",
            Step::Delete {
                who: name("bob"),
                text: "hello".into(),
                of: None,
            },
        ),
        (
            "alice deletes \"hello\" of bob",
            Step::Delete {
                who: name("alice"),
                text: "hello".into(),
                of: Some(name("bob")),
            },
        ),
        (
            "friends + carol, dave",
            Step::GroupChange {
                group: name("friends"),
                change: MemberChange::Add(vec![name("carol"), name("dave")]),
            },
        ),
        (
            "friends - bob",
            Step::GroupChange {
                group: name("friends"),
                change: MemberChange::Remove(vec![name("bob")]),
            },
        ),
        (
            "friends admin shop",
            Step::GroupChange {
                group: name("friends"),
                change: MemberChange::Promote(vec![name("shop")]),
            },
        ),
        (
            "friends member shop",
            Step::GroupChange {
                group: name("friends"),
                change: MemberChange::Demote(vec![name("shop")]),
            },
        ),
        (
            "alice scans main",
            Step::Scan {
                phone: name("alice"),
                source: QrSource::Bot(name("main")),
            },
        ),
        (
            "alice scans page",
            Step::Scan {
                phone: name("alice"),
                source: QrSource::Page,
            },
        ),
        (
            "alice enters main",
            Step::Enter {
                phone: name("alice"),
                bot: name("main"),
            },
        ),
        (
            "alice confirms main",
            Step::Confirm {
                phone: name("alice"),
                bot: name("main"),
            },
        ),
        (
            "alice unlinks shop",
            Step::Unlink {
                phone: name("alice"),
                bot: name("shop"),
            },
        ),
        (
            "shop is open within 20s",
            Step::State {
                bot: name("shop"),
                state: BotState::Open,
                within: Some(Duration::from_secs(20)),
            },
        ),
        (
            "shop is logged-out",
            Step::State {
                bot: name("shop"),
                state: BotState::LoggedOut,
                within: None,
            },
        ),
        (
            "shop is gone",
            Step::Gone {
                bot: name("shop"),
                within: None,
            },
        ),
        (
            "network drops main",
            Step::Network {
                bot: name("main"),
                away: true,
            },
        ),
        (
            "network returns main",
            Step::Network {
                bot: name("main"),
                away: false,
            },
        ),
        (
            "limit bot.cpu_percent=1",
            Step::Limit {
                name: "bot.cpu_percent".into(),
                value: "1".into(),
            },
        ),
        ("host is killed", Step::HostIsKilled),
        ("host starts", Step::HostStarts),
        ("time passes 61s", Step::TimePasses(Duration::from_secs(61))),
    ];
    for (line, expected) in cases {
        assert_eq!(step(line), expected, "{line}");
    }
}

#[test]
fn every_kind_of_expectation_is_read() {
    let cases = [
        ("alice <- shop: Pong", None, Expected::Text(text("Pong"))),
        ("alice <- shop: nothing", None, Expected::Nothing),
        (
            "bob <- friends/shop: ...slot...",
            Some("shop"),
            Expected::Text(text("...slot...")),
        ),
        (
            "alice <- shop: /^\\*Bots\\* \\(\\d+\\)/   # so",
            None,
            Expected::Text(text("/^\\*Bots\\* \\(\\d+\\)/")),
        ),
        (
            "alice <- shop [image]: ...",
            None,
            Expected::Media(MediaKind::Image, Pattern::anything()),
        ),
        (
            "alice <- shop [sticker]",
            None,
            Expected::Media(MediaKind::Sticker, Pattern::anything()),
        ),
        (
            "alice <- shop [document]: Yours",
            None,
            Expected::Media(MediaKind::Document, text("Yours")),
        ),
        (
            "alice <- shop [reaction 👍]: hello",
            None,
            Expected::Reaction("👍".into(), text("hello")),
        ),
        (
            "alice <- shop [edit]: Done",
            None,
            Expected::Edit(text("Done")),
        ),
        (
            "alice <- shop [delete]",
            None,
            Expected::Delete(Pattern::anything()),
        ),
    ];
    for (line, author, what) in cases {
        let Step::Expect(expectation) = step(line) else {
            panic!("{line} is no expectation");
        };
        assert_eq!(expectation.author, author.map(name), "{line}");
        assert_eq!(expectation.what, what, "{line}");
        assert_eq!(expectation.within, None, "{line}");
    }
    let Step::Expect(slow) = step("alice <- shop [image] within 2m: ...") else {
        panic!("no expectation");
    };
    assert_eq!(slow.within, Some(Duration::from_secs(120)));
}

#[test]
fn every_fault_is_read() {
    let cases = [
        ("drop", Fault::Drop),
        ("503", Fault::StreamError(503)),
        ("515", Fault::StreamError(515)),
        ("401", Fault::LogOut),
        ("replaced", Fault::Replaced),
        ("slow 300ms", Fault::Slow(Duration::from_millis(300))),
        ("lost ack", Fault::LostAck(1)),
        ("duplicate 3", Fault::Duplicate(3)),
        ("reorder 2", Fault::Reorder(2)),
        ("garbage", Fault::Garbage),
        ("ban 60s", Fault::Ban(Duration::from_secs(60))),
        ("outdated", Fault::Outdated),
        ("new qr", Fault::NewQr),
        ("passkey", Fault::Passkey(true)),
        ("no passkey", Fault::Passkey(false)),
    ];
    for (written, fault) in cases {
        let bot = name("main");
        assert_eq!(
            step(&format!("fault main: {written}")),
            Step::Fault { bot, fault }
        );
    }
}

#[test]
fn a_wrong_line_is_told_with_its_place_what_was_expected_and_an_example() {
    let cases = [
        ("phone", "the phone's name"),
        ("phone erin", "a phone number"),
        ("phone erin +6280000000105", "a phone number"),
        ("phone host 6280000000105", "the phone's name"),
        ("phone erin 6280000000105 x", "the end of the line"),
        ("owner", "the owner's name"),
        ("bot cafe 6280000000201", "`owner`"),
        ("group family alice*", "`:` and the members"),
        ("group family: alice*,", "a member's name"),
        ("group family: bob", "needs a phone among its admins"),
        ("as bot cafe 6280000000201", "`:=`"),
        ("as shop := 6280000000201", "`bot`"),
        ("alice says hello", "what alice does"),
        ("alice->shop: hello", "the name of a phone, bot or group"),
        ("alice -> shop", "a text, or a file"),
        ("alice -> shop:", "a text, or a file"),
        ("alice -> shop [cat.jpg]: x", "`[image FILE]`"),
        ("alice -> shop [image cat.jpg: x", "closing bracket"),
        ("bob replies look: !sticker", "a text, or a file"),
        ("bob replies \"look: !sticker", "double quotes"),
        ("alice <- shop", "`nothing`"),
        ("alice <- shop:", "`nothing`"),
        ("alice <- shop [photo]: x", "[image]"),
        ("alice <- shop [reaction]: x", "[reaction 👍]"),
        ("alice <- shop: /(/", "a regular expression"),
        ("bob edits hello: bye", "double quotes"),
        ("bob edits \"hello\"", "the text that it has from then on"),
        ("bob deletes hello", "double quotes"),
        ("alice deletes \"hello\" from bob", "the end of the line"),
        ("friends + ", "the name of a phone or bot"),
        ("alice scans", "`page`"),
        ("alice enters", "pairing code"),
        ("alice confirms", "asked for it"),
        ("alice unlinks", "device is removed"),
        ("shop is asleep", "one of requested, pairing"),
        ("shop is open within 20", "a time such as"),
        ("network drop main", "`drops` or `returns`"),
        ("host is dead", "`host is killed` or `host starts`"),
        ("time passes", "a time such as"),
        ("time flies 2s", "`passes`"),
        ("fault main: 504", "one of drop, 503"),
        ("fault main: duplicate 0", "how many"),
        ("!ping", "the name of a phone, bot or group"),
        ("zoe -> shop: hello", "no phone `zoe`"),
        ("alice -> zoe: hello", "no phone, bot or group `zoe`"),
        ("alice <- shop/bob: hello", "no group `shop`"),
        ("phone alice 6280000000105", "already a phone, bot or group"),
        ("phone erin 6280000000101", "already alice's"),
        ("phone erin 6280000000000", "already main's"),
        ("phone erin 6280000000001", "already root's"),
        ("network drops alice", "no bot `alice`"),
    ];
    for (line, expected) in cases {
        let error = parse(&format!("{CAST}{line}\n"))
            .expect_err(line)
            .to_string();
        assert!(error.starts_with("a.chat:7: "), "{line}: {error}");
        assert!(error.contains(expected), "{line}: {error}");
        let (_, example) = error.split_once("the right form: ").expect("an example");
        parse(&format!("{CAST}phone zed 6280000000999\n{example}\n"))
            .err()
            .iter()
            .for_each(|error| {
                let error = error.to_string();
                assert!(
                    error.contains("already"),
                    "{example} is no example: {error}"
                );
            });
    }
}

#[test]
fn all_wrong_lines_are_told_at_once() {
    let error = parse("phone\n\n# fine\nhost\n").unwrap_err();
    let ScriptError::Lines(problems) = error else {
        panic!("{error}");
    };
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 4]);
}
