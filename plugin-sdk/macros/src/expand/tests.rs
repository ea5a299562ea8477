//! What a plugin's module becomes, and what is refused at its place.

use super::*;

fn expanded(arguments: TokenStream, module: TokenStream) -> Result<String, String> {
    let crate_facts = CrateFacts {
        version: "1.2.3".to_owned(),
        authors: Vec::new(),
    };
    expand(arguments, module, crate_facts)
        .map(|code| code.to_string())
        .map_err(|error| error.to_string())
}

#[test]
fn a_good_plugin_calls_its_functions() {
    let code = expanded(
        quote!(
            name = "pets",
            languages("en"),
            priority = -5,
            setting(name = "loud", scope = "group", kind = "toggle", default = true, summary = "Louder"),
            setting(name = "times", kind = "number", default = 2, least = 1, most = 3, summary = "How often")
        ),
        quote! {
            mod pets {
                #[command(name = "cat", summary = "A cat", role = "group-admin", cooldown_seconds = 3)]
                fn cat(message: &Message) -> Reply { Reply::text("cat") }
                #[on_message(link, chats("group"))]
                #[on_message(media("image"))]
                fn looks(message: &Message) {}
                #[on_group_add]
                fn welcome(membership: &Membership) {}
                #[on_message_delete(chats("group"))]
                fn restore(deletion: &Deletion) {}
                fn helper() {}
            }
        },
    )
    .expect("it is a good plugin");
    assert!(code.contains("(cat (& message))"), "{code}");
    assert!(code.contains("(looks (& message))"), "{code}");
    assert!(code.contains("(welcome (& about))"), "{code}");
    assert!(code.contains("export_message_delete_handler !"), "{code}");
    assert!(!code.contains("OnReaction"), "{code}");
    for part in [
        "toggle",
        "least",
        "message-delete",
        "1.2.3",
        "group-admin",
        "cooldown_seconds",
        "image",
        "-5",
    ] {
        assert!(code.contains(part), "the manifest lacks {part}: {code}");
    }
}

#[test]
fn a_wrong_one_is_told_what_to_change() {
    let good = || quote!(name = "pets", languages("en"));
    let with = |attribute: TokenStream| quote!(mod pets { #attribute fn f(message: &Message) {} });
    let cat = || with(quote!(#[command(name = "cat", summary = "A cat")]));
    let cases = [
        (quote!(languages("en")), cat(), "`name = \"…\"` is missing"),
        (quote!(name = "pets"), cat(), "at least one language"),
        (
            quote!(name = "My Pets", languages("en")),
            cat(),
            "\"My Pets\" is not a name",
        ),
        (
            quote!(name = "pets", languages("en"), colour = "red"),
            cat(),
            "no such argument",
        ),
        (
            quote!(name = "pets", name = "cats", languages("en")),
            cat(),
            "`name` is there twice",
        ),
        (
            quote!(name = "pets", languages("en", "id")),
            with(quote!(#[command(name = "cat", summary(en = "A cat"))])),
            "\"id\" is missing",
        ),
        (
            good(),
            with(quote!(#[command(name = "cat")])),
            "`summary(en = \"…\")` is missing",
        ),
        (
            good(),
            with(quote!(#[command(summary = "A cat")])),
            "`name = \"…\"` is missing",
        ),
        (
            good(),
            with(quote!(#[command(name = "cat", summary = "A cat", role = "king")])),
            "unknown variant `king`",
        ),
        (
            good(),
            with(quote!(#[command(name = "cat", summary = "A cat", aliases("cat"))])),
            "\"cat\" is there twice",
        ),
        (
            good(),
            with(quote!(#[command(name = "cat", summary = "A cat", needs_bot_admin = true)])),
            "write only `needs_bot_admin`",
        ),
        (
            good(),
            with(quote!(#[command(name = "cat", summary = "A cat", cooldown_seconds = "5")])),
            "a number",
        ),
        (
            quote!(
                name = "pets",
                languages("en"),
                setting(name = "a", kind = "colour", summary = "x")
            ),
            cat(),
            "not one of text, number, toggle, choice",
        ),
        (
            quote!(
                name = "pets",
                languages("en"),
                setting(name = "a", kind = "number", least = 1, summary = "x")
            ),
            cat(),
            "must be a number from 1",
        ),
        (
            good(),
            with(quote!(#[on_message(media("smell"))])),
            "unknown variant `smell`",
        ),
        (
            good(),
            with(quote!(#[on_reaction(link)])),
            "no text or file to look at",
        ),
        (
            good(),
            quote!(
                mod pets {}
            ),
            "handles nothing",
        ),
        (
            good(),
            quote!(
                mod pets;
            ),
            "content in this place",
        ),
        (
            good(),
            quote!(
                fn pets() {}
            ),
            "expected `mod`",
        ),
        (
            good(),
            quote!(
                mod pets {
                    #[on_message]
                    fn a() {}
                    #[on_message]
                    fn b() {}
                }
            ),
            "`a` handles these already",
        ),
    ];
    for (arguments, module, expected) in cases {
        let error = expanded(arguments, module).expect_err(expected);
        assert!(error.contains(expected), "{error:?} lacks {expected:?}");
    }
}
