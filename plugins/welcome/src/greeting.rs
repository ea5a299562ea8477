//! A greeting made of its template: who came or went, and what the group is.

use jadi_plugin_sdk::{Person, fill};

use crate::texts::AND;

/// What a template may have in it.
pub const PLACEHOLDERS: &str = "{user} {group} {desc} {count}";

/// What is put in their place.
pub struct Group {
    /// The group's name.
    pub subject: String,
    /// Its description; may be empty.
    pub description: String,
    /// How many people are in it.
    pub size: u32,
}

/// The greeting of these people, mentioned. A line that an empty description leaves empty at the end is left out.
pub fn text(template: &str, people: &[Person], group: &Group, language: &str) -> String {
    let people: Vec<String> = people.iter().map(|person| at(&person.jid)).collect();
    let (people, size) = (listed(&people, language), group.size.to_string());
    let values = [
        ("user", people.as_str()),
        ("group", &group.subject),
        ("desc", &group.description),
        ("count", &size),
    ];
    fill(template, &values).trim_end().to_owned()
}

/// How a text mentions somebody.
pub fn at(jid: &str) -> String {
    format!("@{}", jid.split('@').next().unwrap_or(jid))
}

/// "a", "a and b", "a, b and c".
fn listed(people: &[String], language: &str) -> String {
    match people {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => {
            let and = AND.in_language(language);
            format!("{} {and} {last}", most.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(count: usize) -> Vec<Person> {
        let people = 1..=count;
        people
            .map(|n| Person {
                jid: format!("62800000001{n:02}@s.whatsapp.net"),
                lid: None,
                name: "{group}".to_owned(),
            })
            .collect()
    }

    fn group(description: &str) -> Group {
        Group {
            subject: "The {count} friends".to_owned(),
            description: description.to_owned(),
            size: 7,
        }
    }

    #[test]
    fn each_placeholder_has_its_value_and_none_is_read_twice() {
        let said = |template: &str, count| text(template, &people(count), &group("d"), "en");
        assert_eq!(
            said("{user} in {group} ({desc}, {count}) {date}", 1),
            "@6280000000101 in The {count} friends (d, 7) {date}"
        );
        assert_eq!(said("{user}", 2), "@6280000000101 and @6280000000102");
        assert_eq!(
            said("{user}", 3),
            "@6280000000101, @6280000000102 and @6280000000103"
        );
    }

    #[test]
    fn an_empty_description_leaves_no_empty_line() {
        let said = text("Hi\n{desc}", &people(1), &group(""), "es");
        assert_eq!(said, "Hi");
    }
}
