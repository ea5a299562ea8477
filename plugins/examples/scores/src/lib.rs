//! An example: points that people of a group give each other. It shows typed arguments, data that lasts, a setting, roles and
//! places, mentions, and texts in three languages; `README.md` walks through it.

use std::collections::BTreeMap;

use jadi_plugin_sdk as jadi;

/// A group's points, by address. They are kept under one key: one read, however many people there are.
type Scores = BTreeMap<String, i64>;

/// How many people the list shows.
const SHOWN: usize = 10;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "scores",
    languages("en", "id", "es"),
    summary(
        en = "Points that people of a group give each other",
        id = "Poin yang saling diberikan orang dalam grup",
        es = "Puntos que la gente de un grupo se da"
    ),
    setting(
        name = "score-most",
        kind = "number",
        default = 10,
        least = 1,
        most = 100,
        summary(
            en = "How many points one can give or take at a time",
            id = "Berapa poin yang bisa diberikan atau diambil sekali",
            es = "Cuántos puntos se pueden dar o quitar de una vez"
        )
    ),
    reason(
        capability = "settings",
        en = "To know how many points may be given at a time",
        id = "Untuk mengetahui berapa poin yang boleh diberikan sekali",
        es = "Para saber cuántos puntos se pueden dar de una vez"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    ),
    reason(
        capability = "kv",
        en = "To remember the points of each group",
        id = "Untuk mengingat poin tiap grup",
        es = "Para recordar los puntos de cada grupo"
    )
)]
mod plugin {
    use jadi_plugin_sdk::arguments::Whom;
    use jadi_plugin_sdk::{Answer, Message, Reply, Result, Words, kv, settings, words};

    use super::{Scores, ranked};

    const NOT_YOURSELF: Words = words! {
        en: "Points come from others.",
        id: "Poin datang dari orang lain.",
        es: "Los puntos los dan los demás.",
    };
    const TOO_MANY: Words = words! {
        en: "Here at most {most} points are given or taken at a time.",
        id: "Di sini paling banyak {most} poin diberikan atau diambil sekali.",
        es: "Aquí se dan o se quitan como mucho {most} puntos de una vez.",
    };
    const NOBODY: Words = words! {
        en: "Nobody has points here yet.",
        id: "Belum ada yang punya poin di sini.",
        es: "Aquí nadie tiene puntos todavía.",
    };

    #[command(
        name = "score",
        category = "fun",
        place = "group",
        usage(en = "<whom> [points]", id = "<siapa> [poin]", es = "<quién> [puntos]"),
        summary(
            en = "Gives somebody points, or takes some",
            id = "Memberi seseorang poin, atau menguranginya",
            es = "Da puntos a alguien, o se los quita"
        )
    )]
    fn score(message: &Message, whom: Whom, points: Option<i8>) -> Result<Reply> {
        if whom.jid() == message.sender().jid {
            return Ok(Reply::text(NOT_YOURSELF.in_language(&message.language())));
        }
        let points = i64::from(points.unwrap_or(1));
        let most = settings::number("score-most")?;
        if points.abs() > most {
            let text = TOO_MANY.in_language(&message.language());
            return Ok(Reply::text(text.replace("{most}", &most.to_string())));
        }
        let key = key(message);
        let mut scores: Scores = kv::get(&key)?.unwrap_or_default();
        let sum = scores.entry(whom.jid().to_owned()).or_default();
        *sum += points;
        let text = format!("{}: {sum}", whom.at());
        kv::set(&key, &scores)?;
        Ok(Reply::text(text).mention(whom.jid()))
    }

    #[command(
        name = "scores",
        category = "fun",
        place = "group",
        summary(
            en = "Who has the most points in this group",
            id = "Siapa yang poinnya terbanyak di grup ini",
            es = "Quién tiene más puntos en este grupo"
        )
    )]
    fn scores(message: &Message) -> Result<Reply> {
        let scores: Scores = kv::get(&key(message))?.unwrap_or_default();
        let ranked = ranked(&scores);
        if ranked.is_empty() {
            return Ok(Reply::text(NOBODY.in_language(&message.language())));
        }
        let lines = ranked.iter().map(|(jid, points)| {
            let user = jid.split('@').next().unwrap_or_default();
            format!("@{user}: {points}")
        });
        let text: Vec<String> = lines.collect();
        let reply = Reply::text(text.join("\n"));
        Ok(ranked
            .iter()
            .fold(reply, |reply, (jid, _)| reply.mention(*jid)))
    }

    #[command(
        name = "scores-clear",
        category = "group",
        place = "group",
        role = "group-admin",
        summary(
            en = "Forgets all points of this group",
            id = "Menghapus semua poin grup ini",
            es = "Olvida todos los puntos de este grupo"
        )
    )]
    fn clear(message: &Message) -> Result<Answer> {
        kv::delete(&key(message))?;
        Ok(Answer::none().react("🧹"))
    }

    fn key(message: &Message) -> String {
        format!("scores/{}", message.chat().jid)
    }
}

/// Those with the most points first, equal ones by address.
fn ranked(scores: &Scores) -> Vec<(&str, i64)> {
    let mut all: Vec<(&str, i64)> = scores
        .iter()
        .map(|(jid, points)| (jid.as_str(), *points))
        .collect();
    all.sort_by_key(|(_, points)| std::cmp::Reverse(*points));
    all.truncate(SHOWN);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_shown_and_the_most_points_come_first() {
        let scores: Scores = (0..12).map(|n| (format!("{n:02}@lid"), n % 3)).collect();
        let ranked = ranked(&scores);
        assert_eq!(ranked.len(), SHOWN);
        assert_eq!(ranked[0], ("02@lid", 2));
        assert_eq!(ranked[4], ("01@lid", 1));
    }
}
