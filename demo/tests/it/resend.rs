//! Members of a group who could not read the bot's answer, and ask for it again all at once.

use jadi_demo::MAIN_NUMBER;
use jadi_simulator::{ChatId, PhoneEvent};

use super::support::{event, finish, options, say, world};

/// How many people there are beside the bot.
const PEOPLE: usize = 7;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_asks_for_an_answer_again_gets_it() {
    let world = world(options()).await;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let number = format!("6280000000{}", 800 + n);
        let phone = world.phone(&format!("person {n}"), &number).await;
        people.push(phone.expect("a phone"));
    }
    let mut others: Vec<_> = people[1..]
        .iter()
        .map(|phone| phone.number().to_owned())
        .collect();
    others.push(MAIN_NUMBER.to_owned());
    let group = people[0].create_group("Everybody", &others).await;
    let chat = ChatId::group(group.expect("a group").jid);

    // Once while nobody has the bot's key for the group, once when all have it.
    for text in ["first", "second"] {
        let mut listening: Vec<_> = people.iter().map(|phone| phone.subscribe()).collect();
        world.simulator().faults().corrupt_next_sent(MAIN_NUMBER, 1);
        say(&people[0], &chat, &format!("!echo {text}")).await;
        for events in &mut listening {
            event(events, &format!("“{text}”"), |event| match event {
                PhoneEvent::Message(message)
                    if message.key.sender == MAIN_NUMBER && message.text == text =>
                {
                    Some(())
                }
                _ => None,
            })
            .await;
        }
    }
    finish(world).await;
}
