//! What is printed parses again, for any step; and no text makes the parser fall over.

use proptest::prelude::*;

use super::super::*;
use super::parse;

fn any_name() -> impl Strategy<Value = Name> {
    "[a-zA-Z][a-zA-Z0-9_-]{0,8}".prop_filter_map("a keyword", |text| Name::new(&text))
}

fn any_number() -> impl Strategy<Value = String> {
    "[0-9]{7,15}"
}

fn any_account() -> impl Strategy<Value = Account> {
    (any_name(), any_number()).prop_map(|(name, number)| Account { name, number })
}

/// Any text that a line can carry: trimmed, and not empty.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{1,20}",
        "[a\\\\#\" /.:\n\t\\[\\]]{1,12}",
        "\\PC{1,12}"
    ]
    .prop_map(|text| text.trim().to_owned())
    .prop_filter("empty", |text| !text.is_empty())
}

fn any_kind() -> impl Strategy<Value = MediaKind> {
    prop::sample::select(vec![
        MediaKind::Image,
        MediaKind::Sticker,
        MediaKind::Document,
        MediaKind::Video,
        MediaKind::Audio,
    ])
}

fn any_content() -> impl Strategy<Value = Content> {
    let file = (any_kind(), "[a-z]{1,6}\\.[a-z]{3}", any::<bool>())
        .prop_map(|(kind, path, once)| FileToSend { kind, path, once });
    (any_text(), prop::option::of(file)).prop_map(|(text, file)| Content { file, text })
}

fn any_time() -> impl Strategy<Value = Duration> {
    (0..200_000_000_u64).prop_map(Duration::from_millis)
}

fn any_pattern() -> impl Strategy<Value = Pattern> {
    let dots = || prop::sample::select(vec!["", "..."]);
    (dots(), any_text(), dots()).prop_filter_map("not an expression", |(before, text, after)| {
        Pattern::parse(&format!("{before}{text}{after}"))
            .ok()
            .filter(|pattern| !matches!(pattern, Pattern::Text { text, open_start: false, open_end: false } if text == "nothing" || text.is_empty()))
            // An expression stands on a line as it is: it has no end of a line in it.
            .filter(|pattern| matches!(pattern, Pattern::Text { .. }) || !pattern.to_string().contains('\n'))
    })
}

fn any_expected() -> impl Strategy<Value = Expected> {
    prop_oneof![
        Just(Expected::Nothing),
        any_pattern().prop_map(Expected::Text),
        (any_kind(), any_pattern()).prop_map(|(kind, text)| Expected::Media(kind, text)),
        any_pattern().prop_map(|text| Expected::Reaction("👍".into(), text)),
        any_pattern().prop_map(Expected::Edit),
        any_pattern().prop_map(Expected::Delete),
        any_pattern().prop_map(Expected::Invitation),
    ]
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        prop::sample::select(vec![
            Fault::Drop,
            Fault::StreamError(503),
            Fault::StreamError(515),
            Fault::LogOut,
            Fault::Replaced,
            Fault::Garbage,
            Fault::Outdated,
            Fault::NewQr,
            Fault::Passkey(true),
            Fault::Passkey(false),
        ]),
        any_time().prop_map(Fault::Slow),
        any_time().prop_map(Fault::Ban),
        (1..9_u32).prop_map(Fault::LostAck),
        (1..9_u32).prop_map(Fault::Duplicate),
        (1..9_u32).prop_map(Fault::Reorder),
    ]
}

fn any_change() -> impl Strategy<Value = MemberChange> {
    (0..4, prop::collection::vec(any_name(), 1..4)).prop_map(|(kind, names)| match kind {
        0 => MemberChange::Add(names),
        1 => MemberChange::Remove(names),
        2 => MemberChange::Promote(names),
        _ => MemberChange::Demote(names),
    })
}

fn any_step() -> impl Strategy<Value = Step> {
    let member = (any_name(), any::<bool>()).prop_map(|(name, admin)| Member { name, admin });
    let expectation = (
        any_name(),
        any_name(),
        prop::option::of(any_name()),
        any_expected(),
        prop::option::of(any_time()),
    )
        .prop_map(|(receiver, chat, author, what, within)| Expectation {
            receiver,
            chat,
            author,
            what,
            within,
        });
    let talk = prop_oneof![
        (any_name(), any_name(), any_content()).prop_map(|(from, to, content)| Step::Send {
            from,
            to,
            content
        }),
        (any_name(), prop::option::of(any_text()), any_content()).prop_map(
            |(from, quoting, content)| Step::Reply {
                from,
                quoting,
                content
            }
        ),
        expectation.prop_map(Step::Expect),
        (any_name(), any_text(), prop::option::of(any_name()))
            .prop_map(|(who, text, of)| Step::Delete { who, text, of }),
        (any_name(), any_text(), any_text()).prop_map(|(who, text, to)| Step::Edit {
            who,
            text,
            to
        }),
    ];
    let cast = prop_oneof![
        any_account().prop_map(Step::Phone),
        any_account().prop_map(Step::Owner),
        (any_account(), any_name()).prop_map(|(account, owner)| Step::Bot { account, owner }),
        any_account().prop_map(Step::AsBot),
        (200_u16..600, any_text()).prop_map(|(status, body)| Step::Server {
            host: "api.example.org".to_owned(),
            status,
            body,
        }),
        any_name().prop_map(|phone| Step::WantsInvitations { phone }),
        (any_name(), any_name(), any::<bool>()).prop_map(|(who, group, comes)| Step::Goes {
            who,
            group,
            comes
        }),
        any_name().prop_map(|phone| Step::Picture {
            phone,
            path: "square.png".to_owned()
        }),
        (any_name(), prop::collection::vec(any_name(), 0..3)).prop_map(|(who, options)| {
            Step::Vote {
                who,
                options: options
                    .iter()
                    .map(|name| name.as_str().to_owned())
                    .collect(),
            }
        }),
        (any_name(), prop::collection::vec(member, 1..4))
            .prop_map(|(name, members)| Step::Group { name, members }),
        (any_name(), any_change()).prop_map(|(group, change)| Step::GroupChange { group, change }),
    ];
    let world = prop_oneof![
        (any_name(), any_name()).prop_map(|(phone, bot)| Step::Scan {
            phone,
            source: QrSource::Bot(bot)
        }),
        any_name().prop_map(|phone| Step::Scan {
            phone,
            source: QrSource::Page
        }),
        (any_name(), any_name()).prop_map(|(phone, bot)| Step::Enter { phone, bot }),
        (any_name(), any_name()).prop_map(|(phone, bot)| Step::Unlink { phone, bot }),
        (
            any_name(),
            prop::sample::select(BotState::ALL.to_vec()),
            prop::option::of(any_time())
        )
            .prop_map(|(bot, state, within)| Step::State { bot, state, within }),
        (any_name(), prop::option::of(any_time()))
            .prop_map(|(bot, within)| Step::Gone { bot, within }),
        (any_name(), any::<bool>()).prop_map(|(bot, away)| Step::Network { bot, away }),
        (any_name(), any_fault()).prop_map(|(bot, fault)| Step::Fault { bot, fault }),
        Just(Step::HostIsKilled),
        Just(Step::HostStarts),
        any_time().prop_map(Step::TimePasses),
    ];
    prop_oneof![talk, cast, world]
}

proptest! {
    #[test]
    fn what_is_printed_parses_to_the_same_step(step in any_step()) {
        let printed = step.to_string();
        let (lines, mistakes) = parse::lines(&printed);
        prop_assert!(mistakes.is_empty(), "{printed}: {mistakes:?}");
        let steps: Vec<_> = lines.into_iter().map(|line| line.step).collect();
        prop_assert_eq!(steps, vec![step], "{}", printed);
    }

    #[test]
    fn no_text_makes_the_parser_fall_over(text in "\\PC{0,40}") {
        let _ = parse(&text);
    }
}
