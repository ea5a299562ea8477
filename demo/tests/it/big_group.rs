//! A group as large as they are in the world: everybody reads the bot's answer, and who may do what is right.

use jadi_demo::MAIN_NUMBER;
use jadi_simulator::{ChatId, GroupChange, Phone};

use super::support::{answer, finish, main_chat, options, say, world};

/// How many people there are beside the bot.
const PEOPLE: usize = 300;

fn answers(phone: &Phone, chat: &ChatId) -> Vec<String> {
    let shown = phone.messages(chat).into_iter();
    shown
        .filter(|message| message.key.sender == MAIN_NUMBER)
        .map(|message| message.text)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_answers_three_hundred_people_and_knows_who_is_an_admin() {
    let world = world(options()).await;
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let number = format!("6280000000{}", 400 + n);
        let phone = world.phone(&format!("person {n}"), &number).await;
        people.push(phone.expect("a phone"));
    }
    let (maker, member) = (&people[0], &people[PEOPLE / 2]);
    let mut others: Vec<_> = people[1..]
        .iter()
        .map(|phone| phone.number().to_owned())
        .collect();
    others.push(MAIN_NUMBER.to_owned());
    let group = maker.create_group("Everybody", &others).await;
    let group = group.expect("a group").jid;
    let chat = ChatId::group(&group);

    // Anybody may ask, and the answer reaches all.
    let mut events = people[PEOPLE - 1].subscribe();
    say(member, &chat, "!echo Hello everybody").await;
    assert_eq!(answer(&mut events, &chat).await.text, "Hello everybody");
    world.idle().await.expect("all is told");
    for phone in &people {
        assert_eq!(
            answers(phone, &chat),
            ["Hello everybody"],
            "{}",
            phone.name()
        );
    }

    // A member is none of the admins; who made the group is one; and so is who was made one.
    say(member, &chat, "!say Good morning").await;
    let refusal = answer(&mut events, &chat).await.text;
    assert_eq!(refusal, "Only group admins can use this command.");
    say(maker, &chat, "!say Good morning").await;
    assert_eq!(answer(&mut events, &chat).await.text, "Good morning");
    let promote = GroupChange::Promote(vec![member.number().to_owned()]);
    maker.group_change(&group, promote).await.expect("promoted");
    world.idle().await.expect("all is told");
    say(member, &chat, "!say Good night").await;
    assert_eq!(answer(&mut events, &chat).await.text, "Good night");

    // Nothing of it went anywhere else, or anywhere twice.
    world.idle().await.expect("all is told");
    for phone in &people {
        assert!(answers(phone, &main_chat()).is_empty(), "{}", phone.name());
        assert!(phone.duplicates().is_empty(), "{}", phone.name());
    }
    finish(world).await;
}
