//! What a request's address names: a phone, a chat of it, a message there. Handlers take these as arguments; an address that
//! names nothing is answered before they run.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::Deserialize;

use super::problem::Problem;
use crate::chat::NotAChat;
use crate::{ChatId, MessageKey, Phone, Simulator};

/// `/phones/{phone}…`
pub(super) struct AtPhone(pub(super) Phone);

/// `/phones/{phone}/chats/{chat}…`
pub(super) struct AtChat {
    pub(super) phone: Phone,
    pub(super) chat: ChatId,
}

/// `/phones/{phone}/chats/{chat}/messages/{sender}/{id}…`
pub(super) struct AtMessage {
    pub(super) phone: Phone,
    pub(super) key: MessageKey,
}

#[derive(Deserialize)]
struct PhonePart {
    phone: String,
}

#[derive(Deserialize)]
struct ChatPart {
    chat: String,
}

#[derive(Deserialize)]
struct MessagePart {
    sender: String,
    id: String,
}

fn part<T: serde::de::DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    let path = web::Path::<T>::extract(request).into_inner();
    path.map(web::Path::into_inner)
        .map_err(|error| Problem::bad_request(error.to_string()))
}

impl AtPhone {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let name = part::<PhonePart>(request)?.phone;
        request
            .app_data::<web::Data<Simulator>>()
            .and_then(|sim| sim.phone(&name))
            .map(Self)
            .ok_or_else(|| Problem::not_found(format!("there is no phone with the name `{name}`")))
    }
}

impl AtChat {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let AtPhone(phone) = AtPhone::of(request)?;
        let chat = part::<ChatPart>(request)?.chat.parse();
        let chat = chat.map_err(|error: NotAChat| Problem::bad_request(error.to_string()))?;
        Ok(Self { phone, chat })
    }
}

impl AtMessage {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let AtChat { phone, chat } = AtChat::of(request)?;
        let MessagePart { sender, id } = part(request)?;
        let key = MessageKey { chat, sender, id };
        Ok(Self { phone, key })
    }
}

macro_rules! from_request {
    ($($place:ident)*) => {$(
        impl FromRequest for $place {
            type Error = Problem;
            type Future = Ready<Result<Self, Problem>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(Self::of(request))
            }
        }
    )*};
}

from_request!(AtPhone AtChat AtMessage);
