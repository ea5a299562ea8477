//! Steps in which a phone becomes a bot, or ceases to be one.

use std::io::Cursor;
use std::time::Duration;

use jadi_simulator::{Body, DeviceIndex, PairError, Phone};
use tokio::time::Instant;

use super::failure::Mismatch;
use super::inbox::What;
use super::player::{Player, USUAL};
use crate::script::{Account, Content, Name};

/// How long to wait for a QR code or pairing code to be sent.
const SHOWN: Duration = USUAL;

impl Player<'_> {
    /// A sub-bot with a phone of its own, paired and open from here on.
    pub(super) async fn add_bot(
        &mut self,
        account: &Account,
        owner: &Name,
    ) -> Result<(), Mismatch> {
        let owner = self.number(owner)?;
        let (name, number) = (account.name.as_str(), &account.number);
        let added = Box::pin(self.world.add_bot(name, number, &owner)).await;
        added.map_err(Mismatch::refused)?;
        self.name_bot(account);
        Ok(())
    }

    /// The phone scans the QR code that the bot sent last: to its own number or, when it got none, to anybody.
    pub(super) async fn scan(&mut self, phone: &Name, bot: &Name) -> Result<(), Mismatch> {
        let from = self.number(bot)?;
        let expected = format!(
            "a QR code that {bot} has sent, within {} s",
            SHOWN.as_secs()
        );
        let text = self.shown(phone, &from, &expected, read_qr).await?;
        linked(self.phone_of(phone)?.scan_qr(&text).await)
    }

    /// The phone types the pairing code that the bot sent last, to it or to anybody.
    pub(super) async fn enter(&mut self, phone: &Name, bot: &Name) -> Result<(), Mismatch> {
        let from = self.number(bot)?;
        let expected = format!(
            "a pairing code that {bot} has sent, within {} s",
            SHOWN.as_secs()
        );
        let code = self.shown(phone, &from, &expected, read_code).await?;
        linked(self.phone_of(phone)?.enter_pairing_code(&code).await)
    }

    /// The phone writes the command that the bot asked it for last, so that it is sure.
    pub(super) async fn confirm(&mut self, phone: &Name, bot: &Name) -> Result<(), Mismatch> {
        let from = self.number(bot)?;
        let expected = format!(
            "a command with a code that {bot} asks for, within {} s",
            SHOWN.as_secs()
        );
        let text = self.shown(phone, &from, &expected, read_command).await?;
        let content = Content { file: None, text };
        self.send(phone, bot, &content).await
    }

    /// On the phone with the bot's number all linked devices are removed.
    pub(super) async fn unlink(&mut self, bot: &Name) -> Result<(), Mismatch> {
        let number = self.number(bot)?;
        let phone = self.phone_with(&number)?;
        let devices = phone.linked_devices();
        if devices.is_empty() {
            return Err(Mismatch::refused(format!("{bot} has no linked device")));
        }
        for device in devices {
            let removed = phone.unlink(device.index).await;
            removed.map_err(Mismatch::refused)?;
        }
        Ok(())
    }

    /// What was shown last by this number, as `read` finds it: on the phone itself first, then on any.
    pub(super) async fn shown(
        &mut self,
        phone: &Name,
        from: &str,
        expected: &str,
        read: fn(&What) -> Option<String>,
    ) -> Result<String, Mismatch> {
        let deadline = Instant::now() + SHOWN;
        loop {
            let own = self
                .inboxes
                .get(phone)
                .and_then(|inbox| inbox.last(from, read));
            let anybodys = || {
                self.inboxes
                    .values()
                    .find_map(|inbox| inbox.last(from, read))
            };
            if let Some(found) = own.or_else(anybodys) {
                return Ok(found);
            }
            if let Err(why) = self.world.check() {
                return Err(Mismatch::new(expected, why));
            }
            if Instant::now() >= deadline {
                return Err(Mismatch::new(expected, "none"));
            }
            // It may come on any of several phones.
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    pub(super) fn phone_of(&self, name: &Name) -> Result<Phone, Mismatch> {
        match self.inboxes.get(name) {
            Some(inbox) => Ok(inbox.phone().clone()),
            None => self.phone_with(&self.number(name)?),
        }
    }

    fn phone_with(&self, number: &str) -> Result<Phone, Mismatch> {
        let phones = self.world.simulator().phones();
        let phone = phones.into_iter().find(|phone| phone.number() == number);
        phone.ok_or_else(|| Mismatch::refused(format!("nobody has a phone with {number}")))
    }
}

/// What comes of scanning or typing. That WhatsApp asks for a passkey then is nothing that went wrong: the bot tells it.
fn linked(outcome: Result<DeviceIndex, PairError>) -> Result<(), Mismatch> {
    match outcome {
        Ok(_) | Err(PairError::PasskeyAsked) => Ok(()),
        Err(error) => Err(Mismatch::refused(error)),
    }
}

/// What the QR code of a picture says.
fn read_qr(what: &What) -> Option<String> {
    let What::Message {
        body: Body::Media { bytes, .. },
        ..
    } = what
    else {
        return None;
    };
    let mut decoder = png::Decoder::new(Cursor::new(bytes.as_ref()));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut pixels).ok()?;
    let samples = frame.color_type.samples();
    let (width, height) = (frame.width as usize, frame.height as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        pixels
            .get((y * width + x) * samples)
            .copied()
            .unwrap_or(255)
    });
    let grids = prepared.detect_grids();
    let (_, text) = grids.first()?.decode().ok()?;
    Some(text)
}

/// The first word of a text that is a pairing code, without the dash.
fn read_code(what: &What) -> Option<String> {
    let What::Message { text, .. } = what else {
        return None;
    };
    let words = text.split(|c: char| c.is_whitespace() || c == '*');
    let mut halves = words.filter_map(|word| word.split_once('-'));
    let half = |half: &str| {
        half.len() == 4
            && half
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let (first, last) = halves.find(|(first, last)| half(first) && half(last))?;
    Some(format!("{first}{last}"))
}

/// The command with a code of four digits at the end of a text.
fn read_command(what: &What) -> Option<String> {
    let What::Message { text, .. } = what else {
        return None;
    };
    let (_, command) = text.lines().last()?.rsplit_once(": ")?;
    let (_, code) = command.split_once(' ')?;
    let is_code = code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| command.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_among_words() {
        let told = |text: &str| {
            read_code(&What::Message {
                body: Body::Text,
                text: text.to_owned(),
            })
        };
        assert_eq!(told("*ABCD-2345*\nType this"), Some("ABCD2345".to_owned()));
        assert_eq!(told("a log-out-time of well-kept words"), None);
    }

    #[test]
    fn a_command_to_confirm_is_what_ends_a_text() {
        let told = |text: &str| {
            read_command(&What::Message {
                body: Body::Text,
                text: text.to_owned(),
            })
        };
        let asked = "*This deletes it.*\nTo confirm, write within 2 min: !logoutbot 0123";
        assert_eq!(told(asked), Some("!logoutbot 0123".to_owned()));
        for other in ["Write this: now", "12: 30 0123\nand more", "Price: tea 99"] {
            assert_eq!(told(other), None, "{other}");
        }
    }
}
