//! Whether the lines of a transcript fit together: every name is declared before it is used, once, and as what it is.

use std::collections::HashMap;

use super::{Account, Line, MemberChange, Mistake, Name, QrSource, Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Phone,
    Bot,
    Group,
}

struct Cast<'a> {
    names: HashMap<&'a str, Kind>,
    numbers: HashMap<&'a str, &'a str>,
    mistakes: Vec<(usize, Mistake)>,
    line: usize,
}

/// What does not fit, with its line.
pub(super) fn check(lines: &[Line]) -> Vec<(usize, Mistake)> {
    let names_root = |line: &Line| matches!(&line.step, Step::Owner(account) if account.name.as_str() == Name::ROOT);
    let mut numbers = HashMap::from([(crate::MAIN_NUMBER, Name::MAIN)]);
    if !lines.iter().any(names_root) {
        numbers.insert(crate::ROOT_NUMBER, Name::ROOT);
    }
    let mut cast = Cast {
        names: HashMap::from([(Name::MAIN, Kind::Bot), (Name::ROOT, Kind::Phone)]),
        numbers,
        mistakes: Vec::new(),
        line: 0,
    };
    for line in lines {
        cast.line = line.number;
        cast.step(&line.step);
    }
    cast.mistakes
}

impl<'a> Cast<'a> {
    fn step(&mut self, step: &'a Step) {
        match step {
            Step::Phone(account) => self.account(account, Kind::Phone),
            Step::Owner(account) if account.name.as_str() == Name::ROOT => self.number(account),
            Step::Owner(account) => self.account(account, Kind::Phone),
            Step::Bot { account, owner } => {
                self.known(owner, &[Kind::Phone]);
                self.account(account, Kind::Bot);
            }
            // The bot lives on a number that may be a phone's of this transcript.
            Step::AsBot(account) => self.declare(&account.name, Kind::Bot),
            Step::Group { name, members } => {
                for member in members {
                    self.known(&member.name, &[Kind::Phone, Kind::Bot]);
                }
                self.declare(name, Kind::Group);
                let admin = |member: &super::Member| {
                    member.admin && self.names.get(member.name.as_str()) == Some(&Kind::Phone)
                };
                if !members.iter().any(admin) {
                    self.say(
                        format!(
                            "the group {} needs a phone among its admins, which makes it and changes it",
                            name.as_str()
                        ),
                        "group friends: alice*, bob, shop*",
                    );
                }
            }
            Step::Send { from, to, .. } => {
                self.known(from, &[Kind::Phone]);
                self.known(to, &[Kind::Phone, Kind::Bot, Kind::Group]);
            }
            Step::Reply { from, .. } => self.known(from, &[Kind::Phone]),
            Step::Expect(expectation) => {
                self.known(&expectation.receiver, &[Kind::Phone]);
                match &expectation.author {
                    Some(author) => {
                        self.known(&expectation.chat, &[Kind::Group]);
                        self.known(author, &[Kind::Phone, Kind::Bot]);
                    }
                    None => {
                        self.known(&expectation.chat, &[Kind::Phone, Kind::Bot, Kind::Group]);
                    }
                }
            }
            Step::Edit { who, .. } => self.known(who, &[Kind::Phone]),
            Step::Delete { who, of, .. } => {
                self.known(who, &[Kind::Phone]);
                if let Some(author) = of {
                    self.known(author, &[Kind::Phone, Kind::Bot]);
                }
            }
            Step::GroupChange { group, change } => {
                self.known(group, &[Kind::Group]);
                let (MemberChange::Add(names)
                | MemberChange::Remove(names)
                | MemberChange::Promote(names)
                | MemberChange::Demote(names)) = change;
                for name in names {
                    self.known(name, &[Kind::Phone, Kind::Bot]);
                }
            }
            Step::Scan { phone, source } => {
                self.known(phone, &[Kind::Phone]);
                if let QrSource::Bot(bot) = source {
                    self.known(bot, &[Kind::Bot]);
                }
            }
            Step::Goes { who, group, .. } => {
                self.known(who, &[Kind::Phone]);
                self.known(group, &[Kind::Group]);
            }
            Step::WantsInvitations { phone }
            | Step::Picture { phone, .. }
            | Step::Vote { who: phone, .. } => self.known(phone, &[Kind::Phone]),
            Step::Enter { phone, bot }
            | Step::Confirm { phone, bot }
            | Step::Unlink { phone, bot } => {
                self.known(phone, &[Kind::Phone]);
                self.known(bot, &[Kind::Bot]);
            }
            Step::State { bot, .. }
            | Step::Gone { bot, .. }
            | Step::Network { bot, .. }
            | Step::Fault { bot, .. } => self.known(bot, &[Kind::Bot]),
            Step::Comment(_)
            | Step::Server { .. }
            | Step::Limit { .. }
            | Step::HostIsKilled
            | Step::HostStarts
            | Step::TimePasses(_) => {}
        }
    }

    fn account(&mut self, account: &'a Account, kind: Kind) {
        self.declare(&account.name, kind);
        self.number(account);
    }

    fn declare(&mut self, name: &'a Name, kind: Kind) {
        if self.names.insert(name.as_str(), kind).is_some() {
            self.say(
                format!("there is already a phone, bot or group `{}`", name.as_str()),
                "phone alice 6280000000101",
            );
        }
    }

    fn number(&mut self, account: &'a Account) {
        let name = account.name.as_str();
        if let Some(other) = self.numbers.insert(&account.number, name) {
            self.say(
                format!("the number {} is already {other}'s", account.number),
                "phone alice 6280000000101",
            );
        }
    }

    fn known(&mut self, name: &Name, kinds: &[Kind]) {
        let is_one = |kind: &Kind| kinds.contains(kind);
        if self.names.get(name.as_str()).is_some_and(is_one) {
            return;
        }
        let (wanted, example) = match kinds {
            [Kind::Phone] => ("phone", "phone alice 6280000000101"),
            [Kind::Bot] => ("bot", "bot shop 6280000000200 owner alice"),
            [Kind::Group] => ("group", "group friends: alice*, bob, shop*"),
            [Kind::Phone, Kind::Bot] => ("phone or bot", "phone alice 6280000000101"),
            _ => ("phone, bot or group", "phone alice 6280000000101"),
        };
        self.say(
            format!("no {wanted} `{}` was declared above", name.as_str()),
            example,
        );
    }

    fn say(&mut self, what: String, example: &'static str) {
        let mistake = Mistake {
            what,
            found: None,
            example,
        };
        self.mistakes.push((self.line, mistake));
    }
}
