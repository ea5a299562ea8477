//! From a file's text to its lines: comments, several steps on a line, and which family a line belongs to.

use super::cursor::Cursor;
use super::{Line, Mistake, Step};
use super::{cast, talk, world};

/// Every line that means something, and what is wrong with the others.
pub(super) fn lines(text: &str) -> (Vec<Line>, Vec<(usize, Mistake)>) {
    let mut lines = Vec::new();
    let mut mistakes = Vec::new();
    for (number, written) in (1..).zip(text.lines()) {
        match steps(written) {
            Ok(steps) => lines.extend(steps.into_iter().map(|step| Line { number, step })),
            Err(mistake) => mistakes.push((number, mistake)),
        }
    }
    (lines, mistakes)
}

fn steps(written: &str) -> Result<Vec<Step>, Mistake> {
    let written = written.trim();
    if let Some(comment) = written.strip_prefix('#') {
        return Ok(vec![Step::Comment(comment.trim().to_owned())]);
    }
    let line = without_comment(written);
    if line.is_empty() {
        return Ok(Vec::new());
    }
    if has_text(line) || !line.contains(" / ") {
        return Ok(vec![step(line)?]);
    }
    line.split(" / ").map(step).collect()
}

/// Whether free text follows a colon, in which ` / ` means nothing special.
fn has_text(line: &str) -> bool {
    line.contains(':') || line.contains('"')
}

/// Cuts a comment at the end of a line: at least two spaces, or a tab, then `#` and a space. A text may so contain `#menu`.
fn without_comment(line: &str) -> &str {
    let starts_comment = |(at, _): &(usize, &str)| {
        let before = &line[..*at];
        let after = &line[at + 1..];
        (before.ends_with("  ") || before.ends_with('\t'))
            && (after.is_empty() || after.starts_with(char::is_whitespace))
    };
    let end = line
        .match_indices('#')
        .find(starts_comment)
        .map_or(line.len(), |(at, _)| at);
    line[..end].trim()
}

fn step(line: &str) -> Result<Step, Mistake> {
    let mut cursor = Cursor::new(line, "alice -> main: !ping");
    let keyword = cursor.peek();
    let family = match keyword {
        "phone" => cast::phone,
        "owner" => cast::owner,
        "limit" => cast::limit,
        "bot" => cast::bot,
        "group" => cast::group,
        "server" => cast::server,
        "as" => cast::as_bot,
        "network" => world::network,
        "host" => world::host,
        "time" => world::time,
        "fault" => world::fault,
        _ => return about_someone(cursor),
    };
    cursor.word();
    let (step, cursor) = family(cursor)?;
    cursor.end()?;
    Ok(step)
}

/// A line that begins with a name.
fn about_someone(mut cursor: Cursor<'_>) -> Result<Step, Mistake> {
    let name = cursor.name(
        "the name of a phone, bot or group, or one of phone, owner, limit, bot, group, server, as, network, host, time, fault",
    )?;
    let family = match cursor.peek() {
        "->" => talk::send,
        "<-" => talk::expect,
        "replies" => talk::reply,
        "edits" => talk::edit,
        "deletes" => talk::delete,
        "votes" => talk::vote,
        "joins" | "leaves" => cast::goes,
        "has" => talk::picture,
        "+" | "-" | "admin" | "member" => cast::change,
        "scans" => world::scan,
        "enters" => world::enter,
        "confirms" => world::confirm,
        "unlinks" => world::unlink,
        "wants" => world::wants,
        "is" => world::state,
        _ => {
            return Err(cursor.expected(format!(
                "what {} does: `->`, `<-`, `replies`, `edits`, `deletes`, `votes`, `has`, `joins`, `leaves`, `scans`, `enters`, `confirms`, `unlinks`, `wants`, `is`, or for a group `+`, `-`, `admin`, `member`",
                name.as_str()
            )));
        }
    };
    let (step, cursor) = family(name, cursor)?;
    cursor.end()?;
    Ok(step)
}
