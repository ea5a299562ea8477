//! What system owners do.

use super::*;

#[test]
fn system_owners_are_named_dropped_and_listed() {
    let bot = host(StateName::Open);
    let root = bot.private(ROOT).role(Role::SystemOwner);
    for list in ["!owner", "!owners list"] {
        assert_eq!(
            root.says(list).text(),
            "*System owners*\n+6280000000001 (in the configuration)\n+6280000000102"
        );
    }
    for usage in ["!owner add", "!owner del ", "!owner list all", "!owner bob"] {
        let told = root.says(usage);
        assert!(told.text().starts_with("!owner list\n"), "{usage}: {told}");
    }
    let told = root.says("!owner ADD +62 800 0000 0103");
    let [HostingOrder::NameSystemOwner { number, plugin }] = told.orders()[..] else {
        panic!("{told}");
    };
    assert_eq!(
        (number.digits(), plugin.as_str()),
        ("6280000000103", "hosting")
    );
    let told = root.says("!owner del 6280000000102");
    assert!(
        matches!(told.orders()[..], [HostingOrder::DropSystemOwner { .. }]),
        "{told}"
    );
    assert!(bot.private(ALICE).says("!owner").refused().is_some());
    for (reason, reply) in [
        (RefusalReason::SystemOwner, "is a system owner already"),
        (RefusalReason::IsBot, "is a bot here"),
        (RefusalReason::NoSystemOwner, "is no system owner"),
        (RefusalReason::Configured, "configuration names"),
        (RefusalReason::Last, "is the last system owner"),
        (RefusalReason::NotANumber, "That is no phone number"),
    ] {
        let bot = refusing(reason);
        let root = bot.private(ROOT).role(Role::SystemOwner);
        for command in ["!owner add 6280000000102", "!owner del 6280000000102"] {
            let told = root.says(command);
            assert!(told.text().contains(reply), "{reason:?}: {told}");
            assert!(told.orders().is_empty(), "{told}");
        }
    }
    let named = bot.private(BOB).is_told(step(StepName::Named));
    assert!(named.text().contains("!menu"), "{named}");
    let dropped = bot.private(BOB).is_told(step(StepName::Dropped));
    assert!(dropped.text().contains("no system owner"), "{dropped}");
}

#[test]
fn features_are_listed_and_switched() {
    let bot = host(StateName::Open);
    let root = bot.private(ROOT).role(Role::SystemOwner);
    for (typed, text) in [
        (
            "!feature",
            "*Features*\n*jadibot* is on: people get bots in chat\n*tides* is off: off\n!feature <name> on | off",
        ),
        (
            "!feature JADIBOT",
            "*jadibot* is on: people get bots in chat",
        ),
        ("!feature jadibot on", "*jadibot* is on already."),
        ("!feature jadibot maybe", "!feature <name> on | off"),
        ("!feature jadibot on off", "!feature <name> on | off"),
        (
            "!feature moon off",
            "There is no feature moon. There are: jadibot, tides",
        ),
    ] {
        let told = root.says(typed);
        assert_eq!(told.text(), text, "{typed}");
        assert!(told.orders().is_empty(), "{told}");
    }
    let told = root.says("!feature jadibot off");
    let [HostingOrder::SetFeature { name, on: false }] = told.orders()[..] else {
        panic!("{told}");
    };
    assert_eq!(name, "jadibot");
    assert_eq!(
        told.text(),
        "*jadibot* is off from now on: nobody gets a new bot in chat"
    );
    assert!(bot.private(ALICE).says("!feature").refused().is_some());
    bot.private(ALICE)
        .role(Role::SystemOwner)
        .says("!feature tides on");
}

#[test]
fn a_plan_is_set_shown_and_told() {
    let bot = host(StateName::Open);
    let root = bot.private(ROOT).role(Role::SystemOwner);
    let shown = root.says("!plan +62 800 0000 0200");
    assert_eq!(shown.text(), "*+6280000000200*\nPlan: without an end");
    for (typed, expected) in [("30", Some(30)), ("1", Some(1)), ("None", None)] {
        let told = root.says(&format!("!plan 62 800 0000 0200 {typed}"));
        let [HostingOrder::SetPlan { days, .. }] = told.orders()[..] else {
            panic!("{typed}: {told}");
        };
        assert_eq!(*days, expected, "{typed}");
    }
    for wrong in [
        "",
        " 6280000000200 0",
        " 6280000000200 3651",
        " 6280000000200 soon",
    ] {
        let told = root.says(&format!("!plan{wrong}"));
        assert!(
            told.text().starts_with("!plan <number> <days | none>"),
            "{told}"
        );
        assert!(told.orders().is_empty(), "{told}");
    }
    let told = root.says("!plan 6280000000299 30");
    assert_eq!(told.text(), "There is no such bot of yours.");
    assert!(
        bot.private(ALICE)
            .says("!plan 6280000000200 30")
            .refused()
            .is_some()
    );

    let day = 24 * 3_600_000;
    for (name, until, text) in [
        (
            StepName::PlanSet,
            Some(30),
            "The bot runs for 30 d from now.",
        ),
        (StepName::PlanSet, None, "The bot runs without an end."),
        (
            StepName::PlanEnds,
            Some(3),
            "*The plan of +6280000000200 ends in 3 d*",
        ),
        (
            StepName::PlanOver,
            Some(0),
            "*The plan of +6280000000200 has ended*",
        ),
    ] {
        let told = bot.private(ALICE).is_told(HostingStep {
            until: until.map(|days| bot.clock().now() + days * day),
            ..step(name)
        });
        assert!(told.text().contains(text), "{told}");
    }
}

#[test]
fn a_bot_whose_plan_is_over_is_not_started() {
    let bot = TestBot::of_this_crate();
    bot.set_main();
    let over = BotRecord {
        expires: Some(bot.clock().now() - 1),
        ..shop(&bot, StateName::Stopped)
    };
    bot.set_host(move |_| HostingAnswer::Bots(vec![over.clone()]));
    let told = bot.private(ALICE).says("!startbot");
    assert!(
        told.text()
            .starts_with("The plan of +6280000000200 has ended"),
        "{told}"
    );
    assert!(told.orders().is_empty(), "{told}");
}

#[test]
fn a_broadcast_is_asked_for_stopped_and_told() {
    let bot = host(StateName::Open);
    let root = bot.private(ROOT).role(Role::SystemOwner);
    for usage in [
        "!broadcast".to_owned(),
        format!("!broadcast {}", "x".repeat(4_097)),
    ] {
        let told = root.says(&usage);
        assert!(told.text().starts_with("!broadcast <text>"), "{told}");
        assert!(told.orders().is_empty(), "{told}");
    }
    let told = root.says("!bc Tonight at ten\nthe host restarts.");
    let [HostingOrder::Broadcast { text, by, .. }] = told.orders()[..] else {
        panic!("{told}");
    };
    assert_eq!(text, "Tonight at ten\nthe host restarts.");
    assert_eq!(by.jid.user(), ROOT);
    let told = root.says("!broadcast stop");
    assert!(
        matches!(told.orders()[..], [HostingOrder::StopBroadcast]),
        "{told}"
    );
    let busy = refusing(RefusalReason::Busy);
    let told = busy
        .private(ROOT)
        .role(Role::SystemOwner)
        .says("!broadcast hello");
    assert!(
        told.text().starts_with("A broadcast is under way"),
        "{told}"
    );
    assert!(
        bot.private(ALICE)
            .says("!broadcast hello")
            .refused()
            .is_some()
    );
    let ended = HostingStep {
        count: Some(12),
        ..step(StepName::Broadcast)
    };
    let told = root.is_told(ended.clone());
    assert_eq!(told.text(), "*Broadcast sent* to 12 owners");
    let told = root.is_told(HostingStep {
        reason: Some("stopped".to_owned()),
        ..ended
    });
    assert_eq!(told.text(), "*Broadcast stopped* after 12 owners");
}

#[test]
fn the_pause_is_shown_and_set_in_seconds() {
    let bot = host(StateName::Open);
    let root = bot.private(ROOT).role(Role::SystemOwner);
    let told = root.says("!delay");
    assert!(told.text().starts_with("*Pause* 0.25 s between"), "{told}");
    for (typed, millis) in [("!delay 2", 2_000), ("!delay 0,5 s", 500), ("!delay 0", 0)] {
        let told = root.says(typed);
        let [HostingOrder::SetDelay { millis: set }] = told.orders()[..] else {
            panic!("{typed}: {told}");
        };
        assert_eq!(*set, millis, "{typed}");
    }
    for wrong in ["!delay 61", "!delay -1", "!delay soon", "!delay NaN"] {
        let told = root.says(wrong);
        assert!(told.text().starts_with("From 0 to 60 seconds"), "{told}");
        assert!(told.orders().is_empty(), "{told}");
    }
    assert!(bot.private(ALICE).says("!delay 2").refused().is_some());
}
