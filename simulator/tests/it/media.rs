//! Files in both directions: sealed by the sender, opened by the receiver, ciphertext in between.

use jadi_simulator::{Body, MediaFile, MediaKind, Outgoing};
use wacore::download::MediaType;
use waproto::whatsapp as wa;
use whatsapp_rust::upload::UploadOptions;

use crate::support::{SHOP, alice_and_shop, finish, phone_hears};
use jadi_simulator::ChatId;

fn file(kind: MediaKind, name: &str, mime: &str) -> MediaFile {
    // Not a multiple of the cipher's block, and longer than one upload chunk.
    let bytes = (0..70_001_u32).map(|byte| (byte % 251) as u8).collect();
    MediaFile {
        kind,
        name: name.to_owned(),
        mime: mime.to_owned(),
        bytes,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_opens_what_a_person_sends() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let chat = ChatId::direct(SHOP);
    let kinds = [
        file(MediaKind::Image, "", "image/jpeg"),
        file(MediaKind::Sticker, "", "image/webp"),
        file(MediaKind::Document, "price list.pdf", "application/pdf"),
        file(MediaKind::Video, "", "video/mp4"),
        file(MediaKind::Audio, "", "audio/ogg; codecs=opus"),
    ];
    for sent in kinds {
        alice
            .send(&chat, Outgoing::media(sent.clone(), ""))
            .await
            .unwrap();
        let message = bot.next_message().await.message;
        let client = bot.client();
        let opened = match sent.kind {
            MediaKind::Image => {
                client
                    .download(message.image_message.as_option().unwrap())
                    .await
            }
            MediaKind::Sticker => {
                client
                    .download(message.sticker_message.as_option().unwrap())
                    .await
            }
            MediaKind::Document => {
                client
                    .download(message.document_message.as_option().unwrap())
                    .await
            }
            MediaKind::Video => {
                client
                    .download(message.video_message.as_option().unwrap())
                    .await
            }
            MediaKind::Audio => {
                client
                    .download(message.audio_message.as_option().unwrap())
                    .await
            }
        };
        assert_eq!(opened.unwrap(), sent.bytes, "{:?}", sent.kind);
    }
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_opens_what_a_bot_sends() {
    let (sim, alice, _shop, bot) = alice_and_shop().await;
    let mut events = alice.subscribe();
    let clear = file(MediaKind::Document, "menu.txt", "text/plain");
    let uploaded = bot
        .client()
        .upload(
            clear.bytes.clone(),
            MediaType::Document,
            UploadOptions::default(),
        )
        .await
        .unwrap();
    let document = wa::message::DocumentMessage {
        url: Some(uploaded.url),
        direct_path: Some(uploaded.direct_path.clone()),
        media_key: Some(uploaded.media_key.to_vec()),
        file_sha256: Some(uploaded.file_sha256.to_vec()),
        file_enc_sha256: Some(uploaded.file_enc_sha256.to_vec()),
        file_length: Some(uploaded.file_length),
        mimetype: Some(clear.mime.clone()),
        file_name: Some(clear.name.clone()),
        caption: Some("today's menu".to_owned()),
        ..Default::default()
    };
    let message = wa::Message {
        document_message: buffa::MessageField::some(document),
        ..Default::default()
    };
    bot.send(&alice.jid(), message).await;
    let shown = phone_hears(&mut events).await;
    assert_eq!(shown.text, "today's menu");
    let Body::Media {
        kind,
        mime,
        name,
        bytes,
        failed,
        ..
    } = shown.body
    else {
        panic!("not a file")
    };
    assert_eq!(
        (kind, mime, name, failed),
        (clear.kind, clear.mime, clear.name, None)
    );
    assert_eq!(bytes.to_vec(), clear.bytes);
    let sealed = sim
        .blobs()
        .fetch(&uploaded.direct_path)
        .expect("the ciphertext");
    assert!(
        sealed
            .windows(64)
            .all(|window| window != &clear.bytes[..64]),
        "the store must not hold the file in clear"
    );
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_once_picture_is_marked() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let picture = Outgoing {
        view_once: true,
        ..Outgoing::media(file(MediaKind::Image, "", "image/jpeg"), "once")
    };
    alice.send(&ChatId::direct(SHOP), picture).await.unwrap();
    let message = bot.next_message().await.message;
    let inner = message
        .view_once_message_v2
        .as_option()
        .and_then(|wrapper| wrapper.message.as_option())
        .expect("wrapped");
    assert_eq!(
        inner
            .image_message
            .as_option()
            .and_then(|image| image.caption.clone())
            .as_deref(),
        Some("once")
    );
    finish(sim).await;
}
