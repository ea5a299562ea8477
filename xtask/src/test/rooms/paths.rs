//! Which crates and which modules of its own crate a source file names.

/// A piece of source text that matters for paths, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Colons,
    Open,
    Close,
    Comma,
    Other,
}

/// The beginnings of all paths in `text` with their lines: `wasmtime` of `wasmtime::Engine` and of `use wasmtime;`, and
/// `crate::store` of `crate::store::Store`, of `use crate::store;` and of `use crate::{clock::Clock, store::Store};`. Comments,
/// strings and characters are left out.
pub fn heads(text: &str) -> Vec<(usize, String)> {
    let tokens = tokens(text);
    let at = |index: usize| tokens.get(index).map(|(_, token)| token);
    let before = |index: usize, back: usize| index.checked_sub(back).and_then(at);
    let mut heads = Vec::new();
    let mut read = 0;
    for (index, (line, token)) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        if index < read {
            continue;
        }
        let inside = matches!(before(index, 1), Some(Token::Colons))
            && matches!(before(index, 2), Some(Token::Word(word)) if word != "use");
        let imported = matches!(before(index, 1), Some(Token::Word(word)) if word == "use");
        let path = matches!(at(index + 1), Some(Token::Colons));
        if inside || word == "use" || !(path || imported) {
            continue;
        }
        if word == "crate" {
            let start = (index + 2).min(tokens.len());
            let (modules, length) = first_words(&tokens[start..]);
            for (line, module) in modules {
                heads.push((line, format!("crate::{module}")));
            }
            read = start + length;
        } else {
            heads.push((*line, word.clone()));
        }
    }
    heads
}

/// What follows `crate::`: one word, or the first word of each branch in braces. Also how many tokens that took.
fn first_words(tokens: &[(usize, Token)]) -> (Vec<(usize, String)>, usize) {
    let mut words = Vec::new();
    let mut depth = 0;
    let mut first = true;
    for (index, (line, token)) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) if first && depth <= 1 => {
                words.push((*line, word.clone()));
                first = false;
            }
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            Token::Comma => first = depth == 1,
            _ => {}
        }
        if depth <= 0 {
            return (words, index + 1);
        }
    }
    (words, tokens.len())
}

fn tokens(text: &str) -> Vec<(usize, Token)> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, token) = next(rest, first);
        if let Some(token) = token {
            tokens.push((line, token));
        }
        let (taken, left) = rest.split_at(length);
        line += taken.matches('\n').count();
        rest = left;
    }
    tokens
}

/// How many bytes the next token has, and what it is; nothing for space, comments and literals.
fn next(rest: &str, first: char) -> (usize, Option<Token>) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), None);
    }
    if let Some(length) = raw_string(rest) {
        return (length, None);
    }
    if first == '"' {
        return (string(rest), None);
    }
    if first == '\'' {
        return (character(rest), None);
    }
    if first.is_alphabetic() || first == '_' {
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
        let length = word.unwrap_or(rest.len());
        return (length, Some(Token::Word(rest[..length].to_owned())));
    }
    if rest.starts_with("::") {
        return (2, Some(Token::Colons));
    }
    let token = match first {
        '{' => Some(Token::Open),
        '}' => Some(Token::Close),
        ',' => Some(Token::Comma),
        c if c.is_whitespace() => None,
        _ => Some(Token::Other),
    };
    (first.len_utf8(), token)
}

fn raw_string(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inner = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inner.find(&end).map_or(inner.len(), |at| at + end.len());
    Some(rest.len() - inner.len() + length)
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character, or the tick of a lifetime.
fn character(rest: &str) -> usize {
    let inner = &rest[1..];
    if let Some(escape) = inner.strip_prefix('\\') {
        let skipped = escape.chars().next().map_or(0, char::len_utf8);
        return escape[skipped..]
            .find('\'')
            .map_or(rest.len(), |at| 2 + skipped + at + 1);
    }
    match inner.chars().next() {
        Some(c) if inner[c.len_utf8()..].starts_with('\'') => 2 + c.len_utf8(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        heads(text).into_iter().map(|(_, head)| head).collect()
    }

    #[test]
    fn a_crate_is_found_however_it_is_written() {
        for text in [
            "use wasmtime::Engine;",
            "let engine = wasmtime::Engine::default();",
            "pub use wasmtime as engine;",
            "fn f(e: &'a wasmtime::Engine) {}",
            "use ::wasmtime::Store;",
            "let quote = '\"'; wasmtime::Engine::default();",
            "let tick = '\\''; wasmtime::Engine::default();",
        ] {
            assert_eq!(found(text), ["wasmtime"], "{text}");
        }
    }

    #[test]
    fn a_module_is_found_however_it_is_written() {
        assert_eq!(found("use crate::store::Store;"), ["crate::store"]);
        assert_eq!(found("pub(crate) use crate::store;"), ["crate::store"]);
        assert_eq!(
            found("fn f(store: crate::store::Store) {}"),
            ["crate::store"]
        );
        let tree = "use crate::{\n    clock::{Clock, Millis},\n    store::Store,\n};\nuse crate::model::Jid;";
        let lines = [
            (2, "crate::clock"),
            (3, "crate::store"),
            (5, "crate::model"),
        ];
        assert_eq!(
            heads(tree),
            lines.map(|(line, head)| (line, head.to_owned()))
        );
    }

    #[test]
    fn prose_strings_and_longer_names_are_left_alone() {
        for text in [
            "//! The only place that knows wasmtime::Engine.",
            "/* wasmtime::Engine */",
            "let filter = \"wasmtime::engine=warn\";",
            "let filter = r#\"a \"wasmtime::engine\" b\"#;",
            "struct Engine { wasmtime: u8 }",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
        assert_eq!(found("use wasmtime_wasi::WasiCtx;"), ["wasmtime_wasi"]);
        assert_eq!(
            found("use crate::plugins::wasmtime::X;"),
            ["crate::plugins"]
        );
    }
}
