//! What a webhook's address may be, by its text. Where its name leads is looked at when something is posted.

use url::{Host, Url};

/// The longest address, bytes.
const LONGEST: usize = 500;

/// An address can't be a webhook's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address is such as https://shop.example/hook: https, a name, no port, no password")]
pub struct AddressError;

/// An address as it is kept: `https`, a server's name and not its number, the usual port, no name and password.
///
/// # Errors
///
/// When it is anything else.
pub fn address(typed: &str) -> Result<String, AddressError> {
    let mut url = Url::parse(typed.trim()).map_err(|_| AddressError)?;
    let plain = url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let named = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.'));
    url.set_fragment(None);
    let address = String::from(url);
    if !plain || !named || address.len() > LONGEST {
        return Err(AddressError);
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_at_a_name_on_https() {
        let kept = [
            ("https://shop.example/hook", "https://shop.example/hook"),
            (" https://Shop.Example ", "https://shop.example/"),
            (
                "https://shop.example:443/a?b=c#d",
                "https://shop.example/a?b=c",
            ),
            ("https://café.example/", "https://xn--caf-dma.example/"),
        ];
        for (typed, expected) in kept {
            assert_eq!(address(typed).as_deref(), Ok(expected), "{typed}");
        }
        let long = format!("https://shop.example/{}", "x".repeat(LONGEST));
        for typed in [
            "",
            "shop.example/hook",
            "http://shop.example/hook",
            "ftp://shop.example/hook",
            "https://shop.example:8443/hook",
            "https://me@shop.example/hook",
            "https://me:secret@shop.example/hook",
            "https://93.184.216.34/hook",
            "https://2130706433/hook",
            "https://[2606:4700::1111]/hook",
            "https://localhost/hook",
            &long,
        ] {
            assert_eq!(address(typed), Err(AddressError), "{typed}");
        }
    }
}
