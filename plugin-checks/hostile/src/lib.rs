//! A plugin that takes all that it can get, each command in another way. `cargo xtask bench` measures what its neighbours feel.

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "hostile",
    languages("en"),
    http_hosts(
        "dribbling.example.org",
        "flooding.example.org",
        "hanging.example.org",
        "large.example.org",
        "leading.example.org"
    )
)]
mod plugin {
    use std::hint::black_box;

    use jadi_plugin_sdk::http::{Request, Response};
    use jadi_plugin_sdk::{Message, Reply, Result, kv, log, random};

    /// A piece of memory, of a text or of a value.
    const PIECE: usize = 60 * 1024;

    #[command(name = "spin", summary = "Loops without an end")]
    fn spin(_message: &Message) -> Reply {
        let mut turns = 0_u64;
        loop {
            turns = black_box(turns.wrapping_add(1));
        }
    }

    #[command(name = "memory", summary = "Takes memory until there is none")]
    fn memory(_message: &Message) -> Reply {
        let mut pieces = Vec::new();
        loop {
            pieces.push(black_box(vec![1_u8; PIECE]));
        }
    }

    #[command(name = "stack", summary = "Calls itself without an end")]
    fn stack(_message: &Message) -> Reply {
        fn deeper(depth: u64) -> u64 {
            match black_box(depth) {
                u64::MAX => depth,
                depth => black_box(deeper(depth + 1)) + 1,
            }
        }
        Reply::text(deeper(0).to_string())
    }

    #[command(name = "chance", summary = "Asks for random numbers without an end")]
    fn chance(_message: &Message) -> Reply {
        loop {
            black_box(random::number());
        }
    }

    #[command(name = "calls", summary = "Reads what is kept without an end")]
    fn calls(_message: &Message) -> Result<()> {
        loop {
            black_box(kv::get::<String>("nothing")?);
        }
    }

    #[command(name = "log", summary = "Logs without an end")]
    fn log(_message: &Message) -> Reply {
        let line = "x".repeat(PIECE);
        loop {
            log::info(&line);
        }
    }

    #[command(name = "keep", summary = "Keeps as much as it may")]
    fn keep(_message: &Message) -> Result<()> {
        let value = "x".repeat(PIECE - 16);
        for key in 0_u64.. {
            kv::set(&key.to_string(), &value)?;
        }
        Ok(())
    }

    #[command(name = "talk", summary = "Answers as much as it may")]
    fn talk(_message: &Message) -> Vec<Reply> {
        let text = "x".repeat(PIECE / 8);
        (0..8).map(|_| Reply::text(text.clone())).collect()
    }

    #[command(name = "giant-in", summary = "Hands the host a text that is too large")]
    fn giant_in(_message: &Message) -> Result<()> {
        kv::set("giant", &"x".repeat(4 * 1024 * 1024))
    }

    #[command(name = "giant-out", summary = "Answers with a text that is too large")]
    fn giant_out(_message: &Message) -> Result<()> {
        Err("x".repeat(4 * 1024 * 1024).into())
    }

    #[command(name = "panic", summary = "Panics")]
    fn panic(message: &Message) -> Reply {
        assert!(!message.args().is_empty(), "as it was told to");
        Reply::text("never")
    }

    /// Asks one of the servers.
    fn ask(server: &str) -> Result<Response> {
        Request::get(&format!("https://{server}.example.org/")).send()
    }

    #[command(name = "ask-dribbling", summary = "Asks a server that takes for ever")]
    fn ask_dribbling(_message: &Message) -> Result<String> {
        Ok(ask("dribbling")?.text())
    }

    #[command(name = "ask-hanging", summary = "Asks a server that says nothing")]
    fn ask_hanging(_message: &Message) -> Result<String> {
        Ok(ask("hanging")?.text())
    }

    #[command(name = "ask-again", summary = "Asks it without an end")]
    fn ask_again(_message: &Message) -> Reply {
        loop {
            black_box(ask("hanging").is_err());
        }
    }

    #[command(name = "ask-flooding", summary = "Asks for more than it may have")]
    fn ask_flooding(_message: &Message) -> Result<String> {
        Ok(ask("flooding")?.text())
    }

    #[command(name = "ask-large", summary = "Keeps as many answers as it may")]
    fn ask_large(_message: &Message) -> Result<String> {
        let mut answers = Vec::new();
        loop {
            answers.push(ask("large")?);
        }
    }

    #[command(name = "ask-leading", summary = "Goes where a server sends it")]
    fn ask_leading(_message: &Message) -> Result<String> {
        let answer = ask("leading")?;
        let address = answer.header("location").unwrap_or_default();
        Ok(Request::get(&address).send()?.text())
    }

    #[command(name = "ask-stranger", summary = "Asks a server that it did not name")]
    fn ask_stranger(_message: &Message) -> Result<String> {
        Ok(ask("stranger")?.text())
    }
}
