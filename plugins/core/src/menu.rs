//! Commands under the titles of their categories, in pages.

use jadi_plugin_sdk::commands::Command;

/// The most commands on a page: about a phone's screen.
const PAGE: usize = 24;

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    MENU { en: "Menu", id: "Menu", es: "Menú" }
    HINT {
        en: "How to use one:",
        id: "Cara memakainya:",
        es: "Cómo usar uno:",
    }
    NEXT { en: "More:", id: "Selanjutnya:", es: "Más:" }
    NO_PAGE {
        en: "There is no such page. Pages:",
        id: "Halaman itu tidak ada. Jumlah halaman:",
        es: "Esa página no existe. Páginas:",
    }
    NOTHING {
        en: "There is nothing that you can use here.",
        id: "Tidak ada yang bisa kamu pakai di sini.",
        es: "Aquí no hay nada que puedas usar.",
    }
}

/// The page of the menu that `asked` names, the first one when it is empty; or all of the category of that name, by its key or
/// its title.
pub fn text(commands: &[Command], asked: &str, prefix: &str, language: &str) -> String {
    let category = asked.to_lowercase();
    let of_category: Vec<Command> = commands
        .iter()
        .filter(|one| one.category == category || one.category_title.to_lowercase() == category)
        .cloned()
        .collect();
    match of_category.is_empty() {
        true => page(commands, asked, prefix, language),
        false => listed(&of_category, (1, 1), prefix, language),
    }
}

/// One of the pages that the menu has.
fn page(commands: &[Command], page: &str, prefix: &str, language: &str) -> String {
    let pages: Vec<&[Command]> = commands.chunks(PAGE).collect();
    if pages.is_empty() {
        return NOTHING.in_language(language).to_owned();
    }
    let number = match page {
        "" => Some(1),
        page => page.parse::<usize>().ok(),
    };
    let shown = number
        .and_then(|number| number.checked_sub(1))
        .and_then(|index| pages.get(index));
    let (Some(number), Some(shown)) = (number, shown) else {
        return format!("{} 1–{}", NO_PAGE.in_language(language), pages.len());
    };
    listed(shown, (number, pages.len()), prefix, language)
}

/// Commands under their titles, as one page of so many.
fn listed(
    shown: &[Command],
    (number, pages): (usize, usize),
    prefix: &str,
    language: &str,
) -> String {
    let mut text = format!("*{}*", MENU.in_language(language));
    if pages > 1 {
        text.push_str(&format!(" {number}/{pages}"));
    }
    let mut category = None;
    for command in shown {
        if category != Some(&command.category) {
            category = Some(&command.category);
            text.push_str(&format!("\n\n*{}*", command.category_title));
        }
        text.push_str(&format!("\n{prefix}{} – {}", command.name, command.summary));
    }
    text.push_str(&format!(
        "\n\n{} {prefix}help ping",
        HINT.in_language(language)
    ));
    if number < pages {
        text.push_str(&format!(
            "\n{} {prefix}menu {}",
            NEXT.in_language(language),
            number + 1
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::commands;

    #[test]
    fn commands_stand_under_their_categories() {
        assert_eq!(
            text(&commands(), "", "!", "en"),
            "*Menu*\n\n*General*\n!ping – What ping does\n!menu – What menu does\n\n*Group*\n!kick – What kick does\n\nHow to use one: !help ping"
        );
    }

    #[test]
    fn a_category_comes_by_itself() {
        for asked in ["group", "Group"] {
            assert_eq!(
                text(&commands(), asked, "!", "en"),
                "*Menu*\n\n*Group*\n!kick – What kick does\n\nHow to use one: !help ping"
            );
        }
    }

    #[test]
    fn many_commands_come_in_pages() {
        let many: Vec<Command> = (0..50)
            .map(|n| Command {
                name: format!("c{n}"),
                ..commands()[0].clone()
            })
            .collect();
        let first = text(&many, "", ".", "es");
        assert!(first.starts_with("*Menú* 1/3\n"), "{first}");
        assert!(first.ends_with("\nMás: .menu 2"), "{first}");
        let last = text(&many, "3", ".", "es");
        assert!(
            last.contains("\n.c49 – ") && last.contains("\n.c48 – ") && !last.contains(".c47"),
            "{last}"
        );
        assert!(!last.contains("Más:"), "{last}");
        for wrong in ["0", "4", "-1", "x", "99999999999999999999999"] {
            assert_eq!(
                text(&many, wrong, ".", "en"),
                "There is no such page. Pages: 1–3"
            );
        }
    }

    #[test]
    fn an_empty_menu_says_so() {
        assert_eq!(
            text(&[], "", "!", "id"),
            "Tidak ada yang bisa kamu pakai di sini."
        );
    }
}
