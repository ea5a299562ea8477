//! What a form that is sent must prove: that a page of ours sent it, and for whom.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use sha2::{Digest, Sha256};

use super::connect::Problem;

/// The field that carries what a page of the same visitor was given.
const PROOF: &str = "form";

/// The fields of a form.
#[derive(Default, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// These fields.
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// What was typed into a field; empty when there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        let named = self.0.iter().find(|(field, _)| field == name);
        named.map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// Whether the form carries what the visitor's pages were given. Digests are compared, so that the time it takes tells
    /// nothing.
    pub(super) fn prove(&self, given: &str) -> bool {
        !given.is_empty() && Sha256::digest(self.text(PROOF)) == Sha256::digest(given)
    }
}

/// The most characters of what something is called.
const NAME: usize = 40;

/// What something can be called, of what was typed: 1 to 40 characters of text; none when it can't be called that.
pub(super) fn label(typed: &str) -> Option<&str> {
    let name = typed.trim();
    let plain = name.chars().all(|c| !c.is_control());
    (plain && (1..=NAME).contains(&name.chars().count())).then_some(name)
}

/// Refuses a form that another site sent. Browsers say so themselves; older ones name the site that a form comes from.
pub(super) fn from_here(request: &HttpRequest) -> Result<(), Problem> {
    let text = |name: &str| request.headers().get(name)?.to_str().ok();
    let strange = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text("host");
            let site = origin.split_once("://").map(|(_, site)| site);
            !site
                .zip(host)
                .is_some_and(|(site, host)| site.eq_ignore_ascii_case(host))
        }
        (None, None) => false,
    };
    if strange {
        let message = "This form was sent by another site. Open this page and send it from here.";
        return Err(
            Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", message).also(
                "Formulir ini dikirim oleh situs lain. Buka halaman ini dan kirim dari sini.",
                "Este formulario lo envió otro sitio. Abre esta página y envíalo desde aquí.",
            ),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn sent(headers: &[(&'static str, &'static str)]) -> Result<(), Problem> {
        let mut request = TestRequest::post().insert_header(("host", "bots.example"));
        for header in headers {
            request = request.insert_header(*header);
        }
        from_here(&request.to_http_request())
    }

    #[test]
    fn a_form_proves_itself_with_what_its_page_was_given() {
        let field = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let fields = Fields(vec![field("name", "Shop"), field("form", "abc")]);
        assert_eq!((fields.text("name"), fields.text("none")), ("Shop", ""));
        assert!(fields.prove("abc"));
        assert!(!fields.prove("abd") && !fields.prove("") && !fields.prove("ab"));
        assert!(!Fields::default().prove("abc") && !Fields::default().prove(""));
    }

    #[test]
    fn a_form_of_this_page_is_taken_and_one_of_another_site_is_not() {
        let ours: [&[(&str, &str)]; 4] = [
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://bots.example")],
            &[],
        ];
        for headers in ours {
            assert_eq!(sent(headers), Ok(()), "{headers:?}");
        }
        let theirs: [&[(&str, &str)]; 5] = [
            &[("sec-fetch-site", "cross-site")],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://bots.example"),
            ],
            &[("origin", "https://evil.example")],
            &[("origin", "https://bots.example.evil.example")],
            &[("origin", "null")],
        ];
        for headers in theirs {
            let problem = sent(headers).expect_err("strange");
            assert_eq!(problem.status(), StatusCode::FORBIDDEN, "{headers:?}");
        }
    }
}
