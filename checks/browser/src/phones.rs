//! The phones page, as those who use it do: be somebody, pick a chat, write.

use fantoccini::key::Key;

use crate::Browser;

/// Opens the page at `url` in the current tab as this person, and waits until it is live. A `/` and a chat may stand behind
/// the name.
pub async fn be(browser: &Browser, url: &str, name: &str) {
    let url = url.trim_end_matches('/');
    browser.open(&format!("{url}/#{name}")).await;
    browser.see("#link[data-state=live]").await;
    let person = name.split('/').next().unwrap_or_default();
    browser
        .until(&format!(
            "document.querySelector('.person[aria-current]')?.dataset.key === '{person}'"
        ))
        .await;
}

/// Picks the person with this number and name for a chat between the two.
pub async fn begin_chat(browser: &Browser, number: &str, name: &str) {
    browser.click("#new-chat").await;
    let row = format!("#dialog-body .row[data-number='{number}']");
    browser.click(&row).await;
    browser.see_text("head-text", name).await;
}

/// Makes a group with the people who have these numbers, and opens it.
pub async fn make_group(browser: &Browser, subject: &str, numbers: &[&str]) {
    browser.click("#new-group").await;
    browser
        .type_into("#dialog-body [name=subject]", subject)
        .await;
    for number in numbers {
        let row = format!("#dialog-body input[value='{number}']");
        browser.click(&row).await;
    }
    browser.click("#dialog-body .primary").await;
    browser.see_text("head-text", subject).await;
}

/// Opens the chat with this title from the list.
pub async fn open_chat(browser: &Browser, title: &str) {
    browser.click_text("chat", title).await;
    browser.see_text("head-text", title).await;
}

/// Types `text` into the open chat and sends it.
pub async fn say(browser: &Browser, text: &str) {
    let keys = format!("{text}{}", Key::Enter);
    browser.type_into("#text", &keys).await;
}
