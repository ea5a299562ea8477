//! The layers and their order, and every sentence that a person with a wrong value reads.

use secrecy::ExposeSecret;

use super::*;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn sources() -> Sources {
    let flags = if cfg!(feature = "simulator") {
        pairs(&[
            ("simulator_url", "ws://127.0.0.1:1/ws/chat"),
            ("simulator_media", "http://127.0.0.1:2"),
        ])
    } else {
        Vec::new()
    };
    Sources {
        program: PathBuf::from("/opt/jadi/jadi"),
        file: None,
        environment: Vec::new(),
        flags,
    }
}

fn with_file(dir: &tempfile::TempDir, text: &str) -> Sources {
    let path = dir.path().join("jadi.toml");
    std::fs::write(&path, text).expect("a config file");
    Sources {
        file: Some(path),
        ..sources()
    }
}

fn problems(sources: &Sources) -> Vec<Problem> {
    match Config::load(sources) {
        Err(ConfigError::Values(problems)) => problems,
        Err(other) => panic!("wrong values: {other}"),
        Ok(_) => panic!("there is something wrong"),
    }
}

#[test]
fn without_anything_there_are_sensible_defaults() {
    let (config, settings) = Config::load(&sources()).expect("defaults");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.plugins_dir, PathBuf::from("/opt/jadi/plugins"));
    assert_eq!(config.prefixes, ["!", ".", "#", "/"]);
    assert!(config.server);
    assert!(config.owners.is_empty());
    let listen = settings.iter().find(|setting| setting.key == "listen");
    let listen = listen.expect("a setting");
    assert_eq!(listen.value, "\"127.0.0.1:8080\"");
    assert_eq!(listen.origin, "default");
}

#[test]
fn a_flag_is_over_the_environment_which_is_over_the_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut all = with_file(&dir, "language = \"id\"\nslot = 7\ndelay = \"2s\"\n");
    all.environment = pairs(&[
        ("JADI_LANGUAGE", "es"),
        ("JADI_SLOT", "8"),
        ("PATH", "/bin"),
    ]);
    all.flags.extend(pairs(&[("slot", "9")]));
    let (config, settings) = Config::load(&all).expect("a config");
    assert_eq!(config.slot, 9);
    assert_eq!(config.language, "es");
    assert_eq!(config.delay, Duration::from_secs(2));
    let origin = |key| {
        let setting = settings.iter().find(|setting| setting.key == key);
        setting.expect("a setting").origin.clone()
    };
    assert_eq!(origin("slot"), "flag --slot");
    assert_eq!(origin("language"), "environment variable JADI_LANGUAGE");
    assert!(origin("delay").starts_with("file ") && origin("delay").ends_with("jadi.toml"));
}

#[test]
fn every_wrong_value_is_told_with_its_key_its_place_and_what_is_right() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = r#"
        listen = "8080"
        public_url = "https://bots.example/jadi"
        slot = -1
        delay = "soon"
        interval = "1s"
        owners = ["62x"]
        language = "de"
        prefixes = ["a"]
        log = "loud"
        server = "perhaps"
        data_dir = ""
        whatsapp_version = "2"
        trusted_proxies = ["127.0.0.1", "10.0.0.0/8", "proxy"]
        operator_password = "correct horse"
    "#;
    let problems = problems(&with_file(&dir, file));
    let wanted = [
        ("listen", "127.0.0.1:8080"),
        ("public_url", "without a path"),
        ("slot", "whole number"),
        ("delay", "5s or 10m, from 0ms to 1m"),
        ("interval", "from 10s to 168h"),
        ("owners", "digits only"),
        ("language", "one of en, id, es"),
        ("prefixes", "one to three signs"),
        ("log", "info,whatsapp_rust=debug"),
        ("server", "true or false"),
        ("data_dir", "path of a directory"),
        ("whatsapp_version", "three numbers"),
        ("trusted_proxies", "such as 127.0.0.1 or 10.0.0.0/8"),
        ("operator_password", "jadi operator password"),
    ];
    assert_eq!(problems.len(), wanted.len());
    for (key, says) in wanted {
        let problem = problems.iter().find(|problem| problem.key == key);
        let problem = problem.unwrap_or_else(|| panic!("{key} is a problem"));
        assert!(problem.what.contains(says), "{problem}");
        assert!(problem.origin.ends_with("jadi.toml"), "{problem}");
    }
}

#[test]
fn a_mistyped_key_is_met_with_the_one_that_was_meant() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut all = with_file(&dir, "data_dri = \"x\"\n[nonsense]\na = 1\n");
    all.environment = pairs(&[("JADI_LISTN", "x")]);
    let problems = problems(&all);
    let what = |key: &str| {
        let problem = problems.iter().find(|problem| problem.key == key);
        problem.expect("a problem").to_string()
    };
    assert!(what("data_dri").contains("did you mean data_dir?"));
    assert!(what("listn").contains("JADI_LISTN") && what("listn").contains("listen?"));
    assert!(what("nonsense").contains("the keys are data_dir,"));
}

#[test]
fn limits_come_from_their_table_the_environment_and_flags() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = "[limits.event]\ncpu_ms = 20\nmemory_bytes = \"8MiB\"\n[limits.bot]\nin_flight = 2\n\
         messages_per_day = 500\nstorage_bytes = \"64MiB\"\nhttp_at_once = 1\nhttp_request_ms = \"5s\"\n";
    let mut all = with_file(&dir, file);
    all.environment = pairs(&[
        ("JADI_LIMITS_EVENT_CPU_MS", "30"),
        ("JADI_LIMITS_EVENT_WALL_MS", "2s"),
        ("JADI_LIMITS_POOL_IN_FLIGHT", "8"),
    ]);
    all.flags.extend(pairs(&[
        ("limits.event.wall_ms", "3s"),
        ("limits.event.actions", "2"),
    ]));
    let (config, settings) = Config::load(&all).expect("a config");
    let event = config.limits.event;
    assert_eq!((event.cpu_ms, event.wall_ms), (30, 3_000));
    assert_eq!((event.memory_bytes, event.actions), (8 << 20, 2));
    assert_eq!((config.limits.pool.in_flight, config.bot.in_flight), (8, 2));
    let usual = BotLimits::default();
    let expected = BotLimits {
        in_flight: 2,
        messages_per_day: 500,
        storage_bytes: 64 << 20,
        http_at_once: 1,
        http_request_ms: 5_000,
        ..usual
    };
    assert_eq!(config.bot, expected);
    assert_eq!(config.limits.http.wall_ms, 30_000);
    let origin = |key: &str| {
        let setting = settings.iter().find(|setting| setting.key == key);
        setting.expect("a setting").origin.clone()
    };
    assert_eq!(origin("limits.event.wall_ms"), "flag --limit event.wall_ms");
    assert_eq!(
        origin("limits.event.cpu_ms"),
        "environment variable JADI_LIMITS_EVENT_CPU_MS"
    );
    assert!(origin("limits.bot.in_flight").starts_with("file "));
    assert_eq!(origin("limits.http.wall_ms"), "default");
}

#[test]
fn a_wrong_limit_is_told_with_its_key_and_what_bounds_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = "[limits.event]\ncpu_ms = 9000\nhost_calls = -1\nactoins = 1\n\
        memory_bytes = \"1GB\"\n[limits.pool]\nin_flight = 0\n[limits.bot]\nin_flight = 0\ncpu_percent = 0\nstorage_bytes = \"1KiB\"\n\
        http_at_once = 33\nhttp_request_ms = 50\n[limits]\nevnt = 1\n";
    let mut all = with_file(&dir, file);
    all.environment = pairs(&[("JADI_LIMITS_EVENT_CPU", "5")]);
    let problems = problems(&all);
    let what = |key: &str| {
        let problem = problems.iter().find(|problem| problem.key == key);
        problem
            .unwrap_or_else(|| panic!("{key} in {problems:?}"))
            .to_string()
    };
    assert!(
        what("limits.event.cpu_ms")
            .contains("from 1 to 5000, which limits.most.cpu_ms sets, not 9000"),
        "{}",
        what("limits.event.cpu_ms")
    );
    assert!(what("limits.event.host_calls").contains("whole number"));
    assert!(what("limits.event.actoins").contains("did you mean limits.event.actions?"));
    assert!(what("limits.event.memory_bytes").contains("64KiB or 16MiB"));
    assert!(what("limits.pool.in_flight").contains("from 1 to 4096, not 0"));
    assert!(what("limits.bot.in_flight").contains("from 1 to 256"));
    assert!(what("limits.bot.cpu_percent").contains("from 1 to 10000, not"));
    assert!(what("limits.bot.storage_bytes").contains("at least 4MiB"));
    assert!(what("limits.bot.http_at_once").contains("from 1 to 32, not"));
    assert!(what("limits.bot.http_request_ms").contains("100ms"));
    assert!(what("limits.evnt").contains("no such key"));
    assert!(what("limits_event_cpu").contains("did you mean limits.event.cpu_ms?"));
    assert_eq!(problems.len(), 12);
}

#[test]
fn what_is_kept_is_bounded_as_the_operator_says() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = "[limits.kept]\nhandled_days = 2\nmessages_bytes = \"2MiB\"\nreceipts = 7\n";
    let mut all = with_file(&dir, file);
    all.environment = pairs(&[("JADI_LIMITS_KEPT_INBOX_EVENTS", "50")]);
    all.flags.extend(pairs(&[
        ("limits.kept.receipts", "9"),
        ("limits.kept.deeds", "100"),
    ]));
    let (config, settings) = Config::load(&all).expect("a config");
    let mut expected = KeptBounds {
        inbox_events: 50,
        handled_days: 2,
        deeds: 100,
        ..KeptBounds::default()
    };
    expected.messages.bytes = 2 << 20;
    expected.receipts.rows = 9;
    assert_eq!(config.kept, expected);
    let polls = settings
        .iter()
        .find(|setting| setting.key == "limits.kept.polls")
        .expect("a setting");
    assert_eq!((&*polls.value, &*polls.origin), ("200", "default"));

    let file = "[limits.kept]\nhandled_days = 0\nmessages_bytes = \"1KiB\"\nfailures = \"many\"\nmesages = 5\n";
    let problems = problems(&with_file(&dir, file));
    let what = |key: &str| {
        let problem = problems.iter().find(|problem| problem.key == key);
        problem
            .unwrap_or_else(|| panic!("{key} in {problems:?}"))
            .to_string()
    };
    assert!(what("limits.kept.handled_days").contains("write a value from 1 to 400, not 0"));
    assert!(what("limits.kept.messages_bytes").contains("from 65536 to 1073741824, not 1024"));
    assert!(what("limits.kept.failures").contains("write a whole number"));
    assert!(what("limits.kept.mesages").contains("did you mean limits.kept.messages?"));
    assert_eq!(problems.len(), 4);
}

#[test]
fn a_named_file_must_be_there_and_be_toml() {
    let mut missing = sources();
    missing.environment = pairs(&[("JADI_CONFIG", "/nonexistent/jadi.toml")]);
    let error = Config::load(&missing).expect_err("no file");
    assert!(error.to_string().contains("/nonexistent/jadi.toml"));
    let dir = tempfile::tempdir().expect("a directory");
    let error = Config::load(&with_file(&dir, "a = = 1")).expect_err("no TOML");
    assert!(error.to_string().contains("not valid TOML"), "{error}");
}

#[test]
fn lists_may_be_written_in_the_environment() {
    let mut all = sources();
    all.environment = pairs(&[
        ("JADI_OWNERS", "6280000000101, +62 800-0000-0102"),
        ("JADI_PREFIXES", "! ."),
        ("JADI_LOG", "debug,wacore=info"),
    ]);
    let (config, _) = Config::load(&all).expect("a config");
    let owners: Vec<&str> = config.owners.iter().map(PhoneNumber::digits).collect();
    assert_eq!(owners, ["6280000000101", "6280000000102"]);
    assert_eq!(config.prefixes, ["!", "."]);
    let allowed = config.log.targets();
    assert!(allowed.would_enable("jadi::bots", &tracing::Level::DEBUG));
    assert!(allowed.would_enable("wacore::x", &tracing::Level::INFO));
    assert!(!allowed.would_enable("actix_server", &tracing::Level::INFO));
}

#[test]
fn secrets_and_numbers_are_not_shown() {
    let mut all = sources();
    let key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    all.environment = pairs(&[("JADI_MASTER_KEY", key), ("JADI_OWNERS", "6280000000101")]);
    let (config, settings) = Config::load(&all).expect("a config");
    assert_eq!(config.master_key.expect("a key").expose_secret(), key);
    let shown: String = settings
        .iter()
        .map(|setting| setting.value.clone())
        .collect();
    assert!(!shown.contains(&key[..8]), "{shown}");
    assert!(!shown.contains("6280000000101"), "{shown}");
}

#[cfg(feature = "simulator")]
#[test]
fn servers_of_a_test_are_on_this_machine() {
    let given = |servers: &str| {
        let mut given = sources();
        given
            .flags
            .push(("simulator_servers".to_owned(), servers.to_owned()));
        given
    };
    for away in [
        "api.example.org=192.0.2.1:80",
        "api.example.org=127.0.0.1:80,b.example.org=10.0.0.1:80",
        "api.example.org",
        "=127.0.0.1:80",
        "api.example.org=localhost:80",
    ] {
        let problems = problems(&given(away));
        assert_eq!(problems.len(), 1, "{away}");
        assert!(problems[0].what.contains("this machine only"), "{away}");
    }
    let (config, _) = Config::load(&given("a.example.org=127.0.0.1:80,b.example.org=[::1]:81"))
        .expect("both are here");
    assert_eq!(config.simulator_servers.len(), 2);
}

#[cfg(feature = "simulator")]
#[test]
fn a_simulator_must_be_named_and_on_this_machine() {
    let mut none = sources();
    none.flags.clear();
    assert_eq!(problems(&none).len(), 2);
    for url in [
        "ws://example.net/ws/chat",
        "ws://192.0.2.1:80/ws/chat",
        "wss://127.0.0.1:1/",
        "ws://127.0.0.1.example.net:80/",
        "ws://127.0.0.1:80@192.0.2.1/",
    ] {
        let mut away = sources();
        away.flags = pairs(&[
            ("simulator_url", url),
            ("simulator_media", "http://127.0.0.1:2"),
        ]);
        let problems = problems(&away);
        assert_eq!(problems.len(), 1, "{url}");
        assert!(problems[0].what.contains("this machine only"), "{url}");
    }
}
