//! Lines that say what is written, and what must be seen.

use jadi_simulator::MediaKind;

use super::cast::Parsed;
use super::cursor::Cursor;
use super::pattern::unescape;
use super::{Content, Expectation, Expected, FileToSend, Mistake, Name, Pattern, Step};

pub(super) fn send(from: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("bob -> friends [image cat.jpg]: look");
    cursor.word();
    let to = cursor.name("the name of a bot, phone or group")?;
    let content = content(&mut cursor)?;
    Ok((Step::Send { from, to, content }, cursor))
}

pub(super) fn reply(from: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("bob replies \"look\": !sticker");
    cursor.word();
    let quoting = cursor
        .starts_with("\"")
        .then(|| cursor.quoted())
        .transpose()?;
    let content = content(&mut cursor)?;
    let step = Step::Reply {
        from,
        quoting,
        content,
    };
    Ok((step, cursor))
}

fn content(cursor: &mut Cursor<'_>) -> Result<Content, Mistake> {
    let before = cursor.clone();
    let file = match cursor.bracket()? {
        None => None,
        Some(inside) => Some(file(inside).ok_or_else(|| {
            before.expected("`[image FILE]`, or sticker, document, video, audio and a file's name")
        })?),
    };
    let text = if cursor.eat(":") {
        unescape(cursor.take_rest())
    } else {
        String::new()
    };
    if text.is_empty() && file.is_none() {
        return Err(cursor.expected("`:` and a text, or a file in brackets"));
    }
    Ok(Content { file, text })
}

fn file(inside: &str) -> Option<FileToSend> {
    let (kind, path) = inside.split_once(char::is_whitespace)?;
    let (path, once) = match path.trim().strip_suffix(" once") {
        Some(path) => (path.trim(), true),
        None => (path.trim(), false),
    };
    Some(FileToSend {
        kind: media_kind(kind)?,
        path: path.to_owned(),
        once,
    })
}

fn media_kind(word: &str) -> Option<MediaKind> {
    Some(match word {
        "image" => MediaKind::Image,
        "sticker" => MediaKind::Sticker,
        "document" => MediaKind::Document,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        _ => return None,
    })
}

pub(super) fn expect(receiver: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("alice <- shop: ...slot...");
    cursor.word();
    let chat = cursor.name("the name of a bot, phone or group")?;
    let author = cursor
        .eat("/")
        .then(|| cursor.name("who wrote it in the group"))
        .transpose()?;
    let at_bracket = cursor.clone();
    let bracket = cursor.bracket()?;
    let within = cursor.within()?;
    let text = match (cursor.eat(":"), bracket) {
        (true, _) => {
            let at_text = cursor.clone();
            let written = cursor.take_rest();
            if written.is_empty() && bracket.is_none() {
                return Err(at_text.expected("the text that must come, or `nothing`"));
            }
            if written == "nothing" && bracket.is_none() {
                None
            } else if written.is_empty() {
                Some(Pattern::anything())
            } else {
                let wrong = |why| at_text.expected(format!("a regular expression ({why})"));
                Some(Pattern::parse(written).map_err(wrong)?)
            }
        }
        (false, Some(_)) => Some(Pattern::anything()),
        (false, None) => {
            return Err(cursor.expected("`:` and the text that must come, or `nothing`"));
        }
    };
    let what = match (bracket, text) {
        (_, None) => Expected::Nothing,
        (None, Some(text)) => Expected::Text(text),
        (Some(inside), Some(text)) => happening(inside, text).ok_or_else(|| {
            at_bracket.expected(
                "one of [image], [sticker], [document], [video], [audio], [reaction 👍], [edit], [delete], [invitation], [poll]",
            )
        })?,
    };
    let expectation = Expectation {
        receiver,
        chat,
        author,
        what,
        within,
    };
    Ok((Step::Expect(expectation), cursor))
}

fn happening(inside: &str, text: Pattern) -> Option<Expected> {
    if let Some(kind) = media_kind(inside) {
        return Some(Expected::Media(kind, text));
    }
    match inside.split_once(char::is_whitespace) {
        Some(("reaction", emoji)) => Some(Expected::Reaction(emoji.trim().to_owned(), text)),
        None if inside == "edit" => Some(Expected::Edit(text)),
        None if inside == "invitation" => Some(Expected::Invitation(text)),
        None if inside == "poll" => Some(Expected::Poll(text)),
        None if inside == "delete" => Some(Expected::Delete(text)),
        _ => None,
    }
}

pub(super) fn vote(who: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("bob votes: tea | water");
    cursor.word();
    if !cursor.eat(":") {
        return Err(cursor.expected("`:` and what is chosen, ` | ` between several"));
    }
    let options = cursor.take_rest().split('|').map(str::trim);
    let options = options.filter(|option| !option.is_empty());
    let options = options.map(unescape).collect();
    Ok((Step::Vote { who, options }, cursor))
}

pub(super) fn picture(phone: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("bob has picture square.png");
    cursor.word();
    if !cursor.eat_word("picture") {
        return Err(cursor.expected("`picture` and a file's name"));
    }
    let path = cursor.take_rest().to_owned();
    if path.is_empty() {
        return Err(cursor.expected("the name of a file beside the transcript"));
    }
    Ok((Step::Picture { phone, path }, cursor))
}

pub(super) fn edit(who: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("bob edits \"hello\": goodbye");
    cursor.word();
    let text = cursor.quoted()?;
    let to = match cursor.eat(":") {
        true => unescape(cursor.take_rest()),
        false => String::new(),
    };
    if to.is_empty() {
        return Err(cursor.expected("`:` and the text that it has from then on"));
    }
    Ok((Step::Edit { who, text, to }, cursor))
}

pub(super) fn delete(who: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("alice deletes \"hello\" of bob");
    cursor.word();
    let text = cursor.quoted()?;
    let of = cursor
        .eat_word("of")
        .then(|| cursor.name("whose message it is"))
        .transpose()?;
    Ok((Step::Delete { who, text, of }, cursor))
}
