//! Archives of ours, and archives of those who mean harm.

use proptest::prelude::*;

use super::*;

fn about() -> About {
    About {
        number: "6280000000200".to_owned(),
        name: "Shop".to_owned(),
    }
}

fn pieces() -> Vec<Piece> {
    vec![
        Piece::Settings {
            language: Some("id".to_owned()),
            prefixes: None,
        },
        Piece::User {
            jid: "6280000000101@s.whatsapp.net".parse().expect("a jid"),
            lid: None,
            name: "Alice 🌸".to_owned(),
            first_seen: 1,
            last_seen: 2,
            messages: 3,
            banned_since: Some(4),
        },
        Piece::PluginData {
            plugin: "notes".to_owned(),
            key: "list".to_owned(),
            value: vec![0, 255, 7],
        },
        Piece::Day {
            day: 20_000,
            received: 5,
            sent: 4,
            client_us: 3_000,
            plugins_us: 2_000,
        },
    ]
}

fn archive() -> Vec<u8> {
    write(about(), &pieces(), 1_700_000_000_000).expect("written")
}

fn packed(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

/// The members of an archive of ours.
fn members() -> Vec<(String, Vec<u8>)> {
    let archive = archive();
    let mut unfolded = Vec::new();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(&*archive).expect("zstd");
    std::io::Read::read_to_end(&mut decoder, &mut unfolded).expect("zstd");
    let mut tar = tar::Archive::new(&*unfolded);
    let entries = tar.entries().expect("tar").map(|entry| {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a path").display().to_string();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).expect("content");
        (name, content)
    });
    entries.collect()
}

/// An archive of these members, each under a header of its own making.
fn forged(members: &[(String, Vec<u8>)], entry_type: tar::EntryType) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_old();
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_entry_type(if name == MANIFEST {
            tar::EntryType::Regular
        } else {
            entry_type
        });
        header.set_cksum();
        tar.append(&header, &**content).expect("appended");
    }
    packed(&tar.into_inner().expect("tar"))
}

/// An archive whose manifest was changed.
fn with_manifest(change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let mut members = members();
    let mut manifest = serde_json::from_slice(&members[0].1).expect("json");
    change(&mut manifest);
    members[0].1 = manifest.to_string().into_bytes();
    forged(&members, tar::EntryType::Regular)
}

/// An archive in which the users' member is this, with a manifest that says so.
fn with_users(content: &str, pieces: u64) -> Vec<u8> {
    use sha2::Digest as _;
    let mut members = members();
    let mut manifest: serde_json::Value = serde_json::from_slice(&members[0].1).expect("json");
    let users = &mut manifest["members"][1];
    users["bytes"] = content.len().into();
    users["pieces"] = pieces.into();
    users["sha256"] = hex::encode(sha2::Sha256::digest(content)).into();
    members[0].1 = manifest.to_string().into_bytes();
    members[2].1 = content.as_bytes().to_vec();
    forged(&members, tar::EntryType::Regular)
}

#[test]
fn what_is_written_is_read_again() {
    let contents = read(&archive()).expect("read");
    assert_eq!(contents.about, about());
    assert_eq!(contents.pieces, pieces());
    let names: Vec<String> = members().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[0], MANIFEST, "the manifest comes first");
    assert_eq!(names.len(), 8);
    let empty = write(about(), &[], 0).expect("written");
    assert_eq!(read(&empty).expect("read").pieces, []);
    let same = forged(&members(), tar::EntryType::Regular);
    assert_eq!(read(&same).expect("read").pieces, pieces());
}

#[test]
fn a_member_that_leads_elsewhere_is_refused() {
    for name in [
        "../../etc/passwd",
        "/etc/passwd",
        "users.jsonl/../x",
        "./users.jsonl",
        "users.jsonl\u{200b}",
        "",
    ] {
        let mut members = members();
        members[2].0 = name.to_owned();
        let refused = read(&forged(&members, tar::EntryType::Regular));
        assert!(
            matches!(refused, Err(ArchiveError::Stranger { .. })),
            "{name:?}: {refused:?}"
        );
    }
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Directory,
        tar::EntryType::Char,
        tar::EntryType::Fifo,
    ] {
        let refused = read(&forged(&members(), kind));
        assert!(
            matches!(refused, Err(ArchiveError::Stranger { .. })),
            "{kind:?}: {refused:?}"
        );
    }
    let mut more = members();
    more.push(("users.jsonl".to_owned(), Vec::new()));
    let refused = read(&forged(&more, tar::EntryType::Regular));
    assert!(
        matches!(refused, Err(ArchiveError::Stranger { .. })),
        "{refused:?}"
    );
}

#[test]
fn another_version_and_another_file_are_told_apart() {
    let newer = read(&with_manifest(|manifest| {
        manifest["version"] = 3.into();
        manifest["members"] = "in another form".into();
    }));
    assert!(
        matches!(
            newer,
            Err(ArchiveError::Newer {
                version: 3,
                known: 2
            })
        ),
        "{newer:?}"
    );
    let others = [
        with_manifest(|manifest| manifest["format"] = "a-backup".into()),
        with_manifest(|manifest| manifest["version"] = 0.into()),
        with_manifest(|manifest| manifest["members"] = serde_json::json!([])),
        packed(b"no tar at all, but long enough to be taken for one"),
        forged(&members()[1..], tar::EntryType::Regular),
    ];
    for other in others {
        let refused = read(&other);
        assert!(
            matches!(refused, Err(ArchiveError::NotOne { .. })),
            "{refused:?}"
        );
    }
    for other in [&b""[..], b"PK\x03\x04", b"{}", &[0; 4096]] {
        assert!(read(other).is_err(), "{other:?}");
    }
}

/// The archive as version 1 had it: the same without the days.
fn of_version_one(more: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut members = members();
    members.truncate(7);
    let mut manifest: serde_json::Value = serde_json::from_slice(&members[0].1).expect("json");
    manifest["version"] = 1.into();
    manifest["members"].as_array_mut().expect("members").pop();
    members[0].1 = manifest.to_string().into_bytes();
    members.extend_from_slice(more);
    forged(&members, tar::EntryType::Regular)
}

#[test]
fn an_archive_of_version_one_is_taken_in_still() {
    let contents = read(&of_version_one(&[])).expect("read");
    let mut without_days = pieces();
    without_days.pop();
    assert_eq!(contents.pieces, without_days);
    let days = members().swap_remove(7);
    let refused = read(&of_version_one(&[days]));
    assert!(
        matches!(&refused, Err(ArchiveError::Stranger { name }) if name == "days.jsonl"),
        "{refused:?}"
    );
    let refused = read(&with_manifest(|manifest| manifest["version"] = 1.into()));
    assert!(
        matches!(refused, Err(ArchiveError::NotOne { .. })),
        "{refused:?}"
    );
}

#[test]
fn what_was_changed_or_cut_off_is_noticed() {
    let mut changed = members();
    changed[2].1[20] ^= 1;
    let mut longer = members();
    longer[2].1.push(b'\n');
    let mut swapped = members();
    swapped.swap(1, 2);
    let mut missing = members();
    missing.pop();
    for members in [changed, longer, swapped, missing] {
        let refused = read(&forged(&members, tar::EntryType::Regular));
        assert!(
            matches!(
                refused,
                Err(ArchiveError::Damaged { .. } | ArchiveError::Bomb { .. })
            ),
            "{refused:?}"
        );
    }
    let whole = archive();
    for length in 0..whole.len() {
        // Without the end's padding nothing is missing.
        if let Ok(contents) = read(&whole[..length]) {
            assert_eq!(contents.pieces, pieces(), "cut off at {length}");
        }
    }
    assert!(read(&whole[..whole.len() / 2]).is_err());
    let user = serde_json::to_string(&pieces()[1]).expect("json");
    let setting = serde_json::to_string(&pieces()[0]).expect("json");
    for (content, pieces) in [
        (format!("{user}\n"), 2),
        (format!("{setting}\n"), 1),
        (format!("{user}{}\n", " ".repeat(MOST_PIECE)), 1),
    ] {
        let refused = read(&with_users(&content, pieces));
        assert!(
            matches!(refused, Err(ArchiveError::Damaged { .. })),
            "{refused:?}"
        );
    }
    for line in [
        "{}",
        "nonsense",
        r#"{"piece":"user","jid":"../x"}"#,
        r#"{"piece":"wish"}"#,
    ] {
        let refused = read(&with_users(&format!("{user}\n{line}\n"), 2));
        let Err(ArchiveError::Piece { member, line, .. }) = refused else {
            panic!("{line}: {refused:?}");
        };
        assert_eq!((member, line), ("users.jsonl", 2));
    }
    let again = read(&with_users(&format!("{user}\n"), 1)).expect("it is ours");
    assert_eq!(again.pieces, pieces());
}

#[test]
fn bombs_do_not_go_off() {
    // More than archives unfold to, in some kilobytes.
    let zeros = std::io::Read::take(std::io::repeat(0), 300 << 20);
    let mut tar = tar::Builder::new(Vec::new());
    let manifest = members().swap_remove(0).1;
    let mut header = tar::Header::new_ustar();
    header.set_size(manifest.len() as u64);
    tar.append_data(&mut header, MANIFEST, &*manifest)
        .expect("appended");
    let mut header = tar::Header::new_ustar();
    header.set_size(300 << 20);
    tar.append_data(&mut header, "settings.jsonl", zeros)
        .expect("appended");
    let bomb = packed(&tar.into_inner().expect("tar"));
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let refused = read(&bomb);
    assert!(
        matches!(refused, Err(ArchiveError::Bomb { .. })),
        "{refused:?}"
    );

    // A manifest without an end.
    let zeros = std::io::Read::take(std::io::repeat(b' '), 300 << 20);
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(300 << 20);
    tar.append_data(&mut header, MANIFEST, zeros)
        .expect("appended");
    let refused = read(&packed(&tar.into_inner().expect("tar")));
    assert!(
        matches!(refused, Err(ArchiveError::Bomb { .. })),
        "{refused:?}"
    );

    // Headers that promise what is not there, and a long name that is one.
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(300 << 20);
    header.set_cksum();
    let mut tar = header.as_bytes().to_vec();
    tar.resize(MOST_UNFOLDED as usize + 4096, b'x');
    let refused = read(&packed(&tar));
    assert!(
        matches!(refused, Err(ArchiveError::Bomb { .. })),
        "{refused:?}"
    );
    assert!(matches!(
        read(&vec![0; MOST as usize + 1]),
        Err(ArchiveError::TooLarge { .. })
    ));
}

#[test]
fn what_no_host_would_read_is_not_written() {
    let value = vec![7; 64 * 1024];
    let data = |n: usize| Piece::PluginData {
        plugin: "notes".to_owned(),
        key: n.to_string(),
        value: value.clone(),
    };
    let pieces: Vec<Piece> = (0..4_000).map(data).collect();
    let refused = write(about(), &pieces, 0);
    assert!(
        matches!(refused, Err(ArchiveError::Bomb { .. })),
        "{refused:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_byte_changed_anywhere_is_an_error_or_no_matter(place in 0_usize..4096, with: u8) {
        let mut spoilt = archive();
        let place = place % spoilt.len();
        spoilt[place] = with;
        if let Ok(contents) = read(&spoilt) {
            prop_assert_eq!(contents.pieces, pieces());
        }
    }

    #[test]
    fn noise_is_refused(noise in proptest::collection::vec(any::<u8>(), 0..2048)) {
        prop_assert!(read(&noise).is_err());
        let packed = packed(&noise);
        prop_assert!(read(&packed).is_err());
    }
}
