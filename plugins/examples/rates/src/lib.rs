//! An example: money in other currencies, by the rates of a server on the internet. It shows asking a server, what to say when it
//! does not answer, and JSON; `README.md` walks through it.

use std::collections::BTreeMap;

use jadi_plugin_sdk as jadi;
use serde::Deserialize;

/// What the server answers, as far as it matters here.
#[derive(Deserialize)]
struct Latest {
    date: String,
    rates: BTreeMap<String, f64>,
}

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "rates",
    languages("en", "id", "es"),
    http_hosts("api.frankfurter.dev"),
    summary(
        en = "Money in other currencies",
        id = "Uang dalam mata uang lain",
        es = "Dinero en otras monedas"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    ),
    reason(
        capability = "http",
        en = "To ask for the rates of the day",
        id = "Untuk menanyakan kurs hari ini",
        es = "Para pedir los cambios del día"
    )
)]
mod plugin {
    use jadi_plugin_sdk::arguments::Word;
    use jadi_plugin_sdk::http::Request;
    use jadi_plugin_sdk::{Error, Message, Refused, Result, Words, chat, words};

    use super::{Latest, amount_in, currency};

    const NO_CURRENCY: Words = words! {
        en: "A currency has three letters, such as EUR or IDR.",
        id: "Mata uang terdiri dari tiga huruf, misalnya EUR atau IDR.",
        es: "Una moneda tiene tres letras, como EUR o IDR.",
    };
    const UNKNOWN: Words = words! {
        en: "There is no rate for these two.",
        id: "Tidak ada kurs untuk keduanya.",
        es: "No hay cambio entre esas dos.",
    };
    const AWAY: Words = words! {
        en: "The server with the rates does not answer. Try again later.",
        id: "Server kurs tidak menjawab. Coba lagi nanti.",
        es: "El servidor de cambios no responde. Inténtalo más tarde.",
    };

    #[command(
        name = "convert",
        category = "tools",
        cooldown_seconds = 3,
        usage(
            en = "<amount> <from> <to>",
            id = "<jumlah> <dari> <ke>",
            es = "<cantidad> <de> <a>"
        ),
        summary(
            en = "What an amount is in another currency",
            id = "Nilai suatu jumlah dalam mata uang lain",
            es = "Cuánto es una cantidad en otra moneda"
        )
    )]
    fn convert(message: &Message, amount: f64, from: Word, to: Word) -> Result<String> {
        let language = message.language();
        let (Some(from), Some(to)) = (currency(&from), currency(&to)) else {
            return Ok(NO_CURRENCY.in_language(&language).to_owned());
        };
        // A server takes longer than anything else here: who asked sees that something is being done.
        chat::typing()?;
        let url = format!("https://api.frankfurter.dev/v1/latest?base={from}&symbols={to}");
        let response = match Request::get(&url).send() {
            Err(Error::Refused(Refused::Unavailable)) => {
                return Ok(AWAY.in_language(&language).to_owned());
            }
            answered => answered?,
        };
        match response.status() {
            200 => {}
            404 | 422 => return Ok(UNKNOWN.in_language(&language).to_owned()),
            _ => return Ok(AWAY.in_language(&language).to_owned()),
        }
        let latest: Latest = response.json()?;
        Ok(match latest.rates.get(&to) {
            Some(rate) => format!(
                "{} = *{}*\n{}",
                amount_in(amount, &from),
                amount_in(amount * rate, &to),
                latest.date
            ),
            None => UNKNOWN.in_language(&language).to_owned(),
        })
    }
}

/// A currency's code, as the server wants it.
fn currency(typed: &str) -> Option<String> {
    let is_code = typed.len() == 3 && typed.bytes().all(|letter| letter.is_ascii_alphabetic());
    is_code.then(|| typed.to_ascii_uppercase())
}

/// An amount with two places.
fn amount_in(amount: f64, currency: &str) -> String {
    format!("{amount:.2} {currency}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_change_the_address_is_no_currency() {
        assert_eq!(currency("eur").as_deref(), Some("EUR"));
        for typed in ["", "EU", "EURO", "E&x", "€", "é1", "a b"] {
            assert_eq!(currency(typed), None, "{typed}");
        }
    }
}
