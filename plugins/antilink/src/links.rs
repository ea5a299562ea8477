//! Links in a text: the host of each, and whether it is allowed.

/// The hosts of the links in a text, in lower case. For an invitation to a group its code too.
pub fn links(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>' | '"' | ','))
        .filter_map(link)
        .collect()
}

/// `example.org`, or `chat.whatsapp.com/CODE`.
fn link(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let after = |scheme: &str| lower.find(scheme).map(|place| place + scheme.len());
    let (start, sure) = match after("https://").or_else(|| after("http://")) {
        Some(start) => (start, true),
        None => (0, lower.starts_with("www.")),
    };
    let rest = word.get(start..)?;
    let (host, path) = rest.split_once(['/', '?', '#']).unwrap_or((rest, ""));
    let host = host.trim_end_matches('.').to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let is_link = is_host(host) && (sure || !path.is_empty());
    is_link.then(|| match host {
        INVITATIONS => invitation(code(path)),
        _ => host.to_owned(),
    })
}

/// The code in an invitation's path: `CODE`, `invite/CODE`, `CODE?mode=…`. What stands behind it does not count, so that nobody hides
/// another group's code before the group's own.
fn code(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let code = match parts.next() {
        Some("invite") => parts.next(),
        first => first,
    };
    // A link often ends a sentence.
    let ends = |c: char| !c.is_alphanumeric();
    code.unwrap_or_default().trim_end_matches(ends)
}

/// Where invitations to groups lead.
const INVITATIONS: &str = "chat.whatsapp.com";

/// The invitation with this code, as [`links`] gives it.
pub fn invitation(code: &str) -> String {
    format!("{INVITATIONS}/{code}")
}

/// Whether a link is an invitation to a group.
pub fn is_invitation(link: &str) -> bool {
    link.starts_with(INVITATIONS)
}

/// Whether this can be a host's name.
pub fn is_host(text: &str) -> bool {
    let label =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 100
        && text.contains('.')
        && text.split('.').all(label)
        && last.chars().count() >= 2
        && last.chars().all(char::is_alphabetic)
}

/// What can be allowed: a host, or the invitation to one group, such as the group's own; as [`links`] gives them.
pub fn allowable(typed: &str) -> Option<String> {
    let found = links(typed).pop();
    found.or_else(|| is_host(typed).then(|| typed.to_lowercase()))
}

/// Whether a link is to one of these hosts, or to one below it.
pub fn is_allowed(link: &str, hosts: &[&str]) -> bool {
    let host = link.split('/').next().unwrap_or(link);
    hosts.iter().any(|allowed| {
        link == *allowed
            || host == *allowed
            || host
                .strip_suffix(allowed)
                .is_some_and(|below| below.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_where_people_put_them() {
        let cases: [(&str, &[&str]); 12] = [
            (
                "https://chat.whatsapp.com/invite/AbC123?mode=r_t",
                &["chat.whatsapp.com/AbC123"],
            ),
            ("chat.whatsapp.com/AbC123/.", &["chat.whatsapp.com/AbC123"]),
            ("chat.whatsapp.com/AbC123.", &["chat.whatsapp.com/AbC123"]),
            (
                "chat.whatsapp.com/Other/AbC123",
                &["chat.whatsapp.com/Other"],
            ),
            ("see https://Example.org/x and more", &["example.org"]),
            ("(www.example.org)", &["example.org"]),
            ("example.org/deal", &["example.org"]),
            (
                "join https://chat.whatsapp.com/AbC123",
                &["chat.whatsapp.com/AbC123"],
            ),
            ("nohttps://evil.example", &["evil.example"]),
            ("and/or, e.g. this. v1.2/3", &[]),
            ("hello.world", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(links(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_host_allows_those_below_it_and_no_others() {
        let hosts = ["example.org"];
        assert!(is_allowed("example.org", &hosts) && is_allowed("a.example.org", &hosts));
        assert!(
            !is_allowed("badexample.org", &hosts) && !is_allowed("example.org.evil.net", &hosts)
        );
        let own = allowable("https://chat.whatsapp.com/AbC").expect("an invitation");
        assert!(is_allowed("chat.whatsapp.com/AbC", &[&own]));
        assert!(!is_allowed("chat.whatsapp.com/Other", &[&own]));
        assert_eq!(allowable("Example.org").as_deref(), Some("example.org"));
        assert_eq!(allowable("nothing"), None);
        assert!(is_host("example.org") && !is_host("example") && !is_host("a b.org"));
    }
}
