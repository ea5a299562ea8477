//! Each built plugin under two bots at once, in the same places of the pool: neither sees or leaves anything of the other's, and
//! each lives as if it were alone.

use std::path::Path;
use std::sync::Arc;

use jadi_plugin_checks::{Bot, Built, Typed, all, built_in, load, runtime};
use jadi_plugin_runtime::{Plugin, Runtime};

use crate::compiled;

const ROUNDS: usize = 3;

/// What a person could type after a command; `{}` is a canary.
const ARGUMENTS: [&str; 4] = ["", "{}", "add {} and more", "set {} {}"];

/// All events of one bot, one after the other; how many there were.
async fn live(bot: Arc<Bot>, runtime: &Runtime, plugin: &Arc<Plugin>) -> usize {
    let [canary, _] = bot.canaries();
    let manifest = plugin.manifest();
    bot.set_all(manifest);
    let mut events = 0;
    for round in 0..ROUNDS {
        for language in &manifest.languages {
            let mut inputs = Vec::new();
            for command in &manifest.commands {
                for args in ARGUMENTS {
                    let args = args.replace("{}", &format!("{canary}-{round}"));
                    let name = &command.name;
                    let typed = Typed { name, args: &args };
                    inputs.push(bot.command(typed, language).expect("a command"));
                }
            }
            for filter in &manifest.events {
                inputs.extend(bot.event(filter.event, language).expect("an event"));
            }
            for input in inputs {
                bot.run(runtime, plugin, input).await;
                events += 1;
                // The other one gets its turn in between.
                tokio::task::yield_now().await;
            }
            for kind in bot.due(plugin) {
                let input = bot.input(kind, language).expect("what is due");
                bot.run(runtime, plugin, input).await;
                events += 1;
            }
        }
    }
    events
}

/// What is wrong with two bots that lived side by side, if anything is.
fn told_apart(one: &Bot, other: &Bot) -> Result<(), String> {
    for (bot, stranger) in [(one, other), (other, one)] {
        for canary in bot.canaries() {
            if !bot.record().has(canary) {
                return Err(format!("{canary} is not even in its own bot's record"));
            }
            if stranger.record().has(canary) {
                return Err(format!("{canary} came to the other bot"));
            }
        }
    }
    Ok(())
}

async fn kept_apart(built: &Built) {
    // Two places for two bots, and then one: every instance gets memory that another bot's just had.
    for places in [2, 1] {
        let runtime = runtime(places, Some(compiled())).expect("a runtime");
        let plugin = load(&runtime, built).expect("it loads");
        let alpha = Bot::new('a', 7).expect("a bot");
        let beta = Bot::new('b', 3).expect("a bot");
        let (one, other) = futures::join!(
            live(Arc::clone(&alpha), &runtime, &plugin),
            live(Arc::clone(&beta), &runtime, &plugin)
        );
        let name = &built.name;
        assert!(one > 0 && one == other, "{name}: {one} and {other} events");
        assert_eq!(told_apart(&alpha, &beta), Ok(()), "{name}, {places} places");
        // Time and chance are the same for all, so a bot that is alone lives through exactly the same.
        let alone = Bot::new('a', 7).expect("a bot");
        live(Arc::clone(&alone), &runtime, &plugin).await;
        assert!(
            alone.record().all() == alpha.record().all(),
            "{name}: with {places} places it makes a difference who lives beside a bot"
        );
    }
}

#[tokio::test]
async fn every_plugin_keeps_bots_apart() {
    for built in all().expect("built plugins") {
        kept_apart(&built).await;
    }
}

/// Who adds a plugin gets it checked: all crates under `plugins` are among those above.
#[test]
fn every_plugin_of_the_project_is_checked() {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    let crates = |directory: &Path| {
        let entries = directory.read_dir().expect("a directory");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths
            .filter(|path| path.join("Cargo.toml").is_file())
            .count()
    };
    let expected = crates(&plugins) + crates(&plugins.join("examples"));
    assert_eq!(built_in().expect("built plugins").len(), expected);
}

#[tokio::test]
async fn bots_that_share_data_would_be_noticed() {
    let built = all().expect("built plugins").into_iter();
    let mut built = built.filter(|built| built.name == "tally");
    let tally = built.next().expect("it is built");
    let runtime = runtime(1, Some(compiled())).expect("a runtime");
    let plugin = load(&runtime, &tally).expect("it loads");
    let alpha = Bot::new('a', 7).expect("a bot");
    let beta = alpha.leaking('b', 3).expect("a bot");
    // One after the other, so that there is something to leak whoever is quicker.
    live(Arc::clone(&alpha), &runtime, &plugin).await;
    live(Arc::clone(&beta), &runtime, &plugin).await;
    let told = told_apart(&alpha, &beta).expect_err("they are not");
    assert_eq!(told, "canary-of-a came to the other bot");
}
