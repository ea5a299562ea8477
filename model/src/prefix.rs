//! What commands begin with.

/// The most prefixes of a bot.
pub const MOST_PREFIXES: usize = 8;
/// The most characters of a prefix.
pub const PREFIX_LENGTH: usize = 3;

/// Whether commands may begin with this: one to three signs that are neither letters, digits nor spaces.
pub fn is_prefix(text: &str) -> bool {
    (1..=PREFIX_LENGTH).contains(&text.chars().count())
        && text
            .chars()
            .all(|c| !c.is_alphanumeric() && !c.is_whitespace() && !c.is_control())
}
