//! The module with its handlers called and its manifest embedded.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Ident, Item, ItemMod};

use crate::arguments::Arguments;
use crate::declare::{self, CrateFacts};
use crate::parameters::Parameters;

/// Which functions handle what.
#[derive(Default)]
struct Handlers {
    /// Name of each command, and the call of its function.
    commands: Vec<(String, TokenStream)>,
    on_message: Option<Ident>,
    unknown_command: Option<Ident>,
}

/// `#[plugin(…)] mod … { … }`.
pub fn plugin(arguments: TokenStream, module: TokenStream) -> syn::Result<TokenStream> {
    expand(arguments, module, CrateFacts::from_cargo()?)
}

fn expand(
    arguments: TokenStream,
    module: TokenStream,
    crate_facts: CrateFacts,
) -> syn::Result<TokenStream> {
    let mut module: ItemMod = syn::parse2(module)?;
    let at = module.ident.span();
    let Some((_, items)) = &mut module.content else {
        let hint = "a plugin is a module with its content in this place; its other files are modules beside it";
        return Err(syn::Error::new(at, hint));
    };
    let arguments = Arguments::parse(arguments, Span::call_site())?;
    let mut manifest = declare::plugin(arguments, crate_facts)?;
    let mut handlers = Handlers::default();
    for item in items.iter_mut() {
        let Item::Fn(function) = item else { continue };
        for attribute in take_ours(&mut function.attrs) {
            let name = function.sig.ident.clone();
            let path = attribute.path();
            if path.is_ident("command") {
                let mut command = declare::command(&attribute.meta)?;
                let parameters = Parameters::of(&function.sig)?;
                if command.usage.is_empty() {
                    command.usage = parameters.usage();
                }
                let call = parameters.call(&name, &command.name, &command.usage, &message());
                handlers.commands.push((command.name.clone(), call));
                manifest.commands.push(command);
                manifest
                    .check()
                    .map_err(|error| syn::Error::new_spanned(&attribute, error))?;
            } else if path.is_ident("on_message") {
                manifest.events.push(declare::on_message(&attribute.meta)?);
                once(&mut handlers.on_message, name, &attribute)?;
            } else {
                Arguments::of(&attribute.meta)?.end()?;
                manifest.unknown_commands = true;
                once(&mut handlers.unknown_command, name, &attribute)?;
            }
        }
    }
    if manifest.commands.is_empty() && manifest.events.is_empty() && !manifest.unknown_commands {
        return Err(syn::Error::new(
            at,
            "this plugin handles nothing; mark a function with #[command(…)] or #[on_message(…)]",
        ));
    }
    let json = manifest
        .to_json()
        .map_err(|error| syn::Error::new(Span::call_site(), error))?;
    items.extend(syn::parse2::<syn::File>(glue(&handlers, &json))?.items);
    Ok(quote!(#module))
}

/// Takes the attributes that are ours off a function.
fn take_ours(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    let ours = |attribute: &Attribute| {
        ["command", "on_message", "unknown_command"]
            .iter()
            .any(|name| attribute.path().is_ident(name))
    };
    let (taken, left) = std::mem::take(attributes).into_iter().partition(ours);
    *attributes = left;
    taken
}

/// Several filters may stand on one function, but only one function handles all that pass.
fn once(place: &mut Option<Ident>, name: Ident, attribute: &Attribute) -> syn::Result<()> {
    match place {
        Some(other) if *other != name => Err(syn::Error::new_spanned(
            attribute,
            format!("`{other}` handles these already"),
        )),
        _ => {
            *place = Some(name);
            Ok(())
        }
    }
}

/// The message's variable in the code around the handlers.
fn message() -> Ident {
    Ident::new("message", Span::mixed_site())
}

fn glue(handlers: &Handlers, json: &[u8]) -> TokenStream {
    let sdk = quote!(::jadi_plugin_sdk);
    // Hygienic, so that a handler may have any of these names.
    let event = Ident::new("event", Span::mixed_site());
    let message = message();
    let command = Ident::new("command", Span::mixed_site());
    let answer = Ident::new("answer", Span::mixed_site());
    let commands = handlers
        .commands
        .iter()
        .map(|(name, call)| quote!(::core::option::Option::Some((true, #name)) => #call,));
    let unknown = handlers.unknown_command.iter().map(|function| {
        quote!(::core::option::Option::Some((false, _)) =>
            #sdk::IntoAnswer::into_answer(#function(&#message)),)
    });
    let other = match &handlers.on_message {
        Some(function) => quote!(#sdk::IntoAnswer::into_answer(#function(&#message))),
        None => quote!(::core::result::Result::Ok(#sdk::Answer::none())),
    };
    let length = json.len();
    let bytes = Literal::byte_string(json);
    quote! {
        /// What the host calls.
        #[doc(hidden)]
        pub struct JadiPlugin;

        impl #sdk::__private::OnMessage for JadiPlugin {
            fn handle(
                #event: &#sdk::__private::HostEvent,
                #message: &#sdk::__private::HostMessage,
            ) -> ::core::result::Result<
                ::std::vec::Vec<#sdk::__private::Action>,
                #sdk::__private::HandlerError,
            > {
                let #message = #sdk::Message::new(#event, #message);
                let #command = #message.command();
                let #command = #command
                    .as_ref()
                    .map(|#command| (#command.known, #command.name.as_str()));
                let #answer = match #command {
                    #(#commands)*
                    #(#unknown)*
                    _ => #other,
                };
                #sdk::__private::finish(#answer, &#message)
            }
        }

        /// The plugin's manifest, as it stands in the component.
        #[doc(hidden)]
        pub const JADI_MANIFEST: [u8; #length] = *#bytes;

        // Elsewhere nothing calls the handlers, and the compiler would say so of each.
        #[cfg(not(target_arch = "wasm32"))]
        const _: fn(
            &#sdk::__private::HostEvent,
            &#sdk::__private::HostMessage,
        ) -> ::core::result::Result<
            ::std::vec::Vec<#sdk::__private::Action>,
            #sdk::__private::HandlerError,
        > = <JadiPlugin as #sdk::__private::OnMessage>::handle;

        // Exported symbols and custom sections are unsafe by their nature: two crates could define one name. This is the only
        // place, and a plugin has it once.
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            #[unsafe(link_section = "jadi:manifest")]
            #[used]
            static MANIFEST: [u8; #length] = JADI_MANIFEST;

            #sdk::__private::export_message_handler!(
                JadiPlugin with_types_in #sdk::bindings::message_handler
            );
        };
    }
}

#[cfg(test)]
mod tests {
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
            quote!(name = "pets", languages("en"), priority = -5),
            quote! {
                mod pets {
                    #[command(name = "cat", summary = "A cat", role = "group-admin", cooldown_seconds = 3)]
                    fn cat(message: &Message) -> Reply { Reply::text("cat") }
                    #[on_message(link, chats("group"))]
                    #[on_message(media("image"))]
                    fn looks(message: &Message) {}
                    fn helper() {}
                }
            },
        )
        .expect("it is a good plugin");
        assert!(code.contains("(cat (& message))"), "{code}");
        assert!(code.contains("(looks (& message))"), "{code}");
        for part in ["1.2.3", "group-admin", "cooldown_seconds", "image", "-5"] {
            assert!(code.contains(part), "the manifest lacks {part}: {code}");
        }
    }

    #[test]
    fn a_wrong_one_is_told_what_to_change() {
        let good = || quote!(name = "pets", languages("en"));
        let with =
            |attribute: TokenStream| quote!(mod pets { #attribute fn f(message: &Message) {} });
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
                good(),
                with(quote!(#[on_message(media("smell"))])),
                "unknown variant `smell`",
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
}
