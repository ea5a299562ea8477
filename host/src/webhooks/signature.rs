//! How a receiver knows that it was this host that posted, and that nobody has changed what was posted.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::clock::Millis;
use crate::random::Random;
use crate::store::WebhookSecret;

/// What a webhook's secret begins with, so that whoever finds one knows what it is.
const PREFIX: &str = "jadi_hook_";

/// A new webhook's secret.
pub fn new_secret(random: &dyn Random) -> WebhookSecret {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    WebhookSecret(format!("{PREFIX}{}", hex::encode(bytes)))
}

/// `sha256=` and the HMAC-SHA-256, in hexadecimal, of the time, a point, and what is posted. The key is the secret's text.
pub(super) fn of(secret: &WebhookSecret, at: Millis, body: &[u8]) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.0.as_bytes()) else {
        return String::new();
    };
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    /// By `printf '1790000000000.{"event":"x"}' | openssl dgst -sha256 -hmac jadi_hook_00`.
    #[test]
    fn a_signature_is_what_other_programs_make_of_it() {
        let secret = WebhookSecret("jadi_hook_00".to_owned());
        let signature = of(&secret, 1_790_000_000_000, br#"{"event":"x"}"#);
        assert_eq!(
            signature,
            "sha256=a0d5708e8d31aa89e299669d195ab223e0bce7f270fd34572d95d57b02fc5c17"
        );
        assert_ne!(
            of(&secret, 1_790_000_000_001, br#"{"event":"x"}"#),
            signature
        );
    }

    #[test]
    fn no_two_webhooks_have_one_secret() {
        let (one, other) = (new_secret(&SystemRandom), new_secret(&SystemRandom));
        assert_ne!(one, other);
        assert_eq!(one.0.len(), PREFIX.len() + 64);
        assert_eq!(format!("{one:?}"), "WebhookSecret(…)");
    }
}
