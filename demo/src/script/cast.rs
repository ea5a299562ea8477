//! Lines that say who there is: phones, owners, bots, servers, groups and their members.

use super::cursor::Cursor;
use super::pattern::unescape;
use super::{Member, MemberChange, Mistake, Name, Step};

pub(super) type Parsed<'a> = Result<(Step, Cursor<'a>), Mistake>;

pub(super) fn phone(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("phone alice 6280000000101");
    Ok((Step::Phone(cursor.account("the phone's name")?), cursor))
}

pub(super) fn owner(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("owner root 6280000000001");
    Ok((Step::Owner(cursor.account("the owner's name")?), cursor))
}

pub(super) fn limit(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("limit bot.cpu_percent=1");
    let Some((name, value)) = cursor.peek().split_once('=') else {
        return Err(cursor.expected("a limit's name, `=` and its value"));
    };
    let (name, value) = (name.to_owned(), value.to_owned());
    cursor.word();
    Ok((Step::Limit { name, value }, cursor))
}

pub(super) fn bot(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("bot shop 6280000000200 owner alice");
    let account = cursor.account("the bot's name")?;
    if !cursor.eat_word("owner") {
        return Err(cursor.expected("`owner` and whose bot it is"));
    }
    let owner = cursor.name("the name of the owner's phone")?;
    Ok((Step::Bot { account, owner }, cursor))
}

pub(super) fn server(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("server api.example.org answers 200: {\"rate\": 2}");
    let is_host = |word: &str| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
        word.contains('.') && word.chars().all(allowed)
    };
    if !is_host(cursor.peek()) {
        return Err(cursor.expected("the server's name, such as api.example.org"));
    }
    let host = cursor.word().to_owned();
    if !cursor.eat_word("answers") {
        return Err(cursor.expected("`answers`, a status, `:` and what it answers"));
    }
    let status = cursor.peek().parse().ok();
    let Some(status) = status.filter(|status| (200..600).contains(status)) else {
        return Err(cursor.expected("a status from 200 to 599"));
    };
    cursor.word();
    if !cursor.eat(":") {
        return Err(cursor.expected("`:` and what it answers"));
    }
    let body = unescape(cursor.take_rest());
    Ok((Step::Server { host, status, body }, cursor))
}

pub(super) fn as_bot(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("as bot alice2 := 6280000000101");
    if !cursor.eat_word("bot") {
        return Err(cursor.expected("`bot`"));
    }
    let name = cursor.name("the bot's name from here on")?;
    if !cursor.eat(":=") {
        return Err(cursor.expected("`:=` and the bot's number"));
    }
    let number = cursor.number()?;
    Ok((Step::AsBot(super::Account { name, number }), cursor))
}

pub(super) fn group(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("group friends: alice*, bob, shop*");
    let name = cursor.name("the group's name")?;
    if !cursor.eat(":") {
        return Err(cursor.expected("`:` and the members, `*` after each admin"));
    }
    let mut members = Vec::new();
    loop {
        let name = cursor.name("a member's name")?;
        let admin = cursor.eat("*");
        members.push(Member { name, admin });
        if !cursor.eat(",") {
            break;
        }
    }
    Ok((Step::Group { name, members }, cursor))
}

pub(super) fn goes(who: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("carol joins friends");
    let comes = cursor.word() == "joins";
    let group = cursor.name("the group's name")?;
    Ok((Step::Goes { who, group, comes }, cursor))
}

pub(super) fn change(group: Name, mut cursor: Cursor<'_>) -> Parsed<'_> {
    let (build, example): (fn(Vec<Name>) -> MemberChange, _) = match cursor.word() {
        "+" => (MemberChange::Add, "friends + carol, dave"),
        "-" => (MemberChange::Remove, "friends - bob"),
        "admin" => (MemberChange::Promote, "friends admin shop"),
        _ => (MemberChange::Demote, "friends member shop"),
    };
    let mut cursor = cursor.with_example(example);
    let change = build(cursor.names("the name of a phone or bot")?);
    Ok((Step::GroupChange { group, change }, cursor))
}
