//! Chats with the built-in plugins, one module for each, in the real runtime. They are one program, since each of its own would
//! link the runtime once more; a plugin outside this repository has its tests beside it, as `plugins/examples/scores` has.

mod antidelete;
mod antilink;
mod everyday;
mod group;
mod guards;
mod long;
mod manage;
mod readme;
mod roles;
mod sticker;
mod welcome;

use std::path::Path;

use jadi_plugin_test::TestBot;

const ALICE: &str = "6280000000101";
const BOB: &str = "6280000000102";
const CAROL: &str = "6280000000103";

/// A bot with one of the built-in plugins.
#[track_caller]
fn bot(plugin: &str) -> TestBot {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
    TestBot::of_crate(plugins.join(plugin))
}
