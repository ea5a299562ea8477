//! Which limits hold together, and which of several counts.

use super::*;

fn manifest(more: &str) -> Manifest {
    let json = format!(r#"{{"name":"test","version":"1.0.0","languages":["en"]{more}}}"#);
    serde_json::from_str(&json).expect("a manifest")
}

fn overrides(values: &[(&str, u64)]) -> LimitOverrides {
    let values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    LimitOverrides::kept(values.collect())
}

#[test]
fn the_defaults_are_in_range() {
    assert_eq!(Limits::default().check(), Ok(()));
}

#[test]
fn each_key_reads_what_it_wrote_and_changes_nothing_else() {
    for key in Limits::KEYS {
        let mut limits = Limits::default();
        key.write(&mut limits, 7);
        assert_eq!(key.read(&limits), 7, "{}", key.name);
        let changed = Limits::KEYS
            .iter()
            .filter(|other| other.read(&limits) != other.read(&Limits::default()));
        assert_eq!(changed.count(), 1, "{}", key.name);
    }
}

#[test]
fn each_limit_of_an_event_has_its_ceiling() {
    let of = |group: &str| -> Vec<_> {
        let names = Limits::KEYS.iter().map(|key| key.name);
        names.filter_map(|name| name.strip_prefix(group)).collect()
    };
    assert_eq!(of("event."), of("most."));
}

#[test]
fn a_wrong_limit_is_named_and_so_is_the_one_that_bounds_it() {
    let mut limits = Limits::default();
    limits.event.memory_bytes = limits.pool.memory_bytes + 1;
    assert_eq!(
        limits
            .check()
            .expect_err("more than a slot holds")
            .to_string(),
        "event.memory_bytes is 16777217; it must be from 65536 to 16777216, which pool.memory_bytes sets"
    );

    limits = Limits::default();
    limits.event.cpu_ms = 5_001;
    assert_eq!(
        limits.check().expect_err("above the ceiling").to_string(),
        "event.cpu_ms is 5001; it must be from 1 to 5000, which most.cpu_ms sets"
    );

    limits = Limits::default();
    limits.pool.in_flight = 0;
    assert_eq!(
        limits.check().expect_err("no event could run").to_string(),
        "pool.in_flight is 0; it must be from 1 to 4096"
    );
}

#[test]
fn who_waits_for_others_or_computes_has_longer_and_an_interpreter_more_memory() {
    let limits = Limits::default();
    assert_eq!(limits.of(&manifest("")), limits.event);
    let http = limits.of(&manifest(r#","http_hosts":["example.org"]"#));
    assert_eq!((http.wall_ms, http.memory_bytes), (30_000, 16 * MIB));
    let heavy = limits.of(&manifest(r#","limits":"heavy""#));
    assert_eq!((heavy.cpu_ms, heavy.wall_ms), (2_000, 30_000));
    assert_eq!(heavy.memory_bytes, limits.event.memory_bytes);
    let script = limits.of(&manifest(r#","limits":"script""#));
    assert_eq!((script.wall_ms, script.memory_bytes), (5_000, 64 * MIB));
}

#[test]
fn overrides_narrow_and_widen_up_to_the_ceiling_and_the_bots_goes_last() {
    let limits = Limits::default();
    let (plugin, bot) = (
        overrides(&[
            ("cpu_ms", 100),
            ("actions", 2),
            ("host_calls", 9_999),
            ("breaker.failures", 7),
            ("breaker.rests", 1),
            ("records.receipts", 9),
            ("slice_ms", 9),
        ]),
        overrides(&[
            ("cpu_ms", 20),
            ("breaker.failures", 9),
            ("records.failures", 7),
        ]),
    );
    let Allowance {
        event: effective,
        breaker,
        records,
    } = limits.effective(&manifest(""), &[&plugin, &bot]);
    assert_eq!((breaker.failures, breaker.rests), (9, 1));
    assert_eq!((records.receipts, records.failures), (9, 7));
    assert_eq!((effective.cpu_ms, effective.slice_ms), (20, 9));
    assert_eq!(effective.actions, 2);
    assert_eq!(effective.host_calls, limits.most.host_calls);
    assert_eq!(effective.text_bytes, limits.event.text_bytes);
}

#[test]
fn no_override_reaches_past_a_slot_of_the_pool() {
    let limits = Limits::default();
    let more = overrides(&[("memory_bytes", 64 * MIB)]);
    let effective = limits.effective(&manifest(""), &[&more]).event;
    assert_eq!(effective.memory_bytes, limits.pool.memory_bytes);
    let script = manifest(r#","limits":"script""#);
    assert_eq!(
        limits.effective(&script, &[&more]).event.memory_bytes,
        64 * MIB
    );
}
