//! Who may change what of a group.

use super::*;

const ADMIN: &str = "6280000000101";
const MEMBER: &str = "6280000000102";
const STRANGER: &str = "6280000000103";

fn group(locked: bool) -> Group {
    let member = |number: &str, role| Member {
        number: number.to_owned(),
        role,
    };
    Group {
        id: "120363000000000001".to_owned(),
        subject: "friends".to_owned(),
        subject_by: ADMIN.to_owned(),
        subject_secs: 0,
        description: String::new(),
        description_id: String::new(),
        creator: ADMIN.to_owned(),
        created_ms: 0,
        members: vec![
            member(ADMIN, Role::SuperAdmin),
            member(MEMBER, Role::Member),
        ],
        announce: false,
        locked,
        code: String::new(),
        picture: None,
    }
}

#[test]
fn only_admins_change_who_is_in_the_group() {
    let add = GroupChange::Add(vec![STRANGER.to_owned()]);
    assert_eq!(authorize(&group(false), ADMIN, &add), Ok(()));
    assert!(matches!(
        authorize(&group(false), MEMBER, &add),
        Err(GroupError::NotAnAdmin(_))
    ));
    assert!(matches!(
        authorize(&group(false), STRANGER, &add),
        Err(GroupError::NotAMember(_))
    ));
}

#[test]
fn a_lock_keeps_the_name_for_admins_and_nobody_in_the_group() {
    let rename = GroupChange::Subject("enemies".to_owned());
    assert_eq!(authorize(&group(false), MEMBER, &rename), Ok(()));
    assert!(authorize(&group(true), MEMBER, &rename).is_err());
    assert_eq!(authorize(&group(true), ADMIN, &rename), Ok(()));
    assert_eq!(authorize(&group(true), MEMBER, &GroupChange::Leave), Ok(()));
}

#[test]
fn the_creator_cannot_be_demoted_or_removed() {
    let mut group = group(false);
    let (results, notice) = set_role(
        &World::default(),
        &mut group,
        &[ADMIN.to_owned()],
        Role::Member,
    );
    assert_eq!(results, [(ADMIN.to_owned(), PROTECTED)]);
    assert!(notice.is_none() && group.is_admin(ADMIN));
    let mut gone = Vec::new();
    let admin = [ADMIN.to_owned()];
    let (results, _) = remove_members(&World::default(), &mut group, &admin, false, &mut gone);
    assert_eq!(results, [(ADMIN.to_owned(), PROTECTED)]);
    assert!(gone.is_empty() && group.is_admin(ADMIN));
}
