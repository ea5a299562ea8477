//! The module with its handlers called and its manifest embedded.

use jadi_plugin_manifest::EventKind;
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Ident, Item, ItemMod};

use crate::arguments::Arguments;
use crate::declare::{self, CrateFacts};
use crate::parameters::Parameters;

/// A kind of event other than messages, in the words of attribute and SDK.
struct Happening {
    attribute: &'static str,
    kind: EventKind,
    /// The trait that the contract's bindings make of its export.
    guest: &'static str,
    /// What the host hands over beside the event, and what a handler gets.
    host: &'static str,
    given: &'static str,
    /// The world's module in the bindings.
    world: &'static str,
}

const HAPPENINGS: [Happening; 9] = [
    Happening {
        attribute: "on_message_edit",
        kind: EventKind::MessageEdit,
        guest: "OnMessageEdit",
        host: "HostEdit",
        given: "Edit",
        world: "message_edit_handler",
    },
    Happening {
        attribute: "on_message_delete",
        kind: EventKind::MessageDelete,
        guest: "OnMessageDelete",
        host: "HostDeletion",
        given: "Deletion",
        world: "message_delete_handler",
    },
    Happening {
        attribute: "on_reaction",
        kind: EventKind::Reaction,
        guest: "OnReaction",
        host: "HostReaction",
        given: "Reaction",
        world: "reaction_handler",
    },
    Happening {
        attribute: "on_group_add",
        kind: EventKind::GroupAdd,
        guest: "OnGroupAdd",
        host: "HostMembership",
        given: "Membership",
        world: "group_add_handler",
    },
    Happening {
        attribute: "on_group_remove",
        kind: EventKind::GroupRemove,
        guest: "OnGroupRemove",
        host: "HostMembership",
        given: "Membership",
        world: "group_remove_handler",
    },
    Happening {
        attribute: "on_group_change",
        kind: EventKind::GroupChange,
        guest: "OnGroupChange",
        host: "HostGroupChange",
        given: "GroupChange",
        world: "group_change_handler",
    },
    Happening {
        attribute: "on_poll_vote",
        kind: EventKind::PollVote,
        guest: "OnPollVote",
        host: "HostPollVote",
        given: "PollVote",
        world: "poll_vote_handler",
    },
    Happening {
        attribute: "on_schedule",
        kind: EventKind::Schedule,
        guest: "OnSchedule",
        host: "HostDue",
        given: "Due",
        world: "schedule_handler",
    },
    Happening {
        attribute: "on_hosting",
        kind: EventKind::Hosting,
        guest: "OnHosting",
        host: "HostHostingStep",
        given: "HostingStep",
        world: "hosting_handler",
    },
];

/// Which functions handle what.
#[derive(Default)]
struct Handlers {
    /// Name of each command, and the call of its function.
    commands: Vec<(String, TokenStream)>,
    on_message: Option<Ident>,
    unknown_command: Option<Ident>,
    /// In the order of [`HAPPENINGS`].
    happenings: [Option<Ident>; HAPPENINGS.len()],
}

impl Handlers {
    /// Whether anything of it is about messages.
    fn messages(&self) -> bool {
        !self.commands.is_empty() || self.on_message.is_some() || self.unknown_command.is_some()
    }
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
                let filter = declare::filter(EventKind::Message, &attribute.meta)?;
                manifest.events.push(filter);
                once(&mut handlers.on_message, name, &attribute)?;
            } else if let Some(place) = happening(&attribute) {
                let filter = declare::filter(HAPPENINGS[place].kind, &attribute.meta)?;
                manifest.events.push(filter);
                manifest
                    .check()
                    .map_err(|error| syn::Error::new_spanned(&attribute, error))?;
                once(&mut handlers.happenings[place], name, &attribute)?;
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
            "this plugin handles nothing; mark a function with #[command(…)], #[on_message(…)] or another event",
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
        let names = ["command", "on_message", "unknown_command"];
        names.iter().any(|name| attribute.path().is_ident(name)) || happening(attribute).is_some()
    };
    let (taken, left) = std::mem::take(attributes).into_iter().partition(ours);
    *attributes = left;
    taken
}

/// The place in [`HAPPENINGS`] of the attribute's kind.
fn happening(attribute: &Attribute) -> Option<usize> {
    HAPPENINGS
        .iter()
        .position(|happening| attribute.path().is_ident(happening.attribute))
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

/// What the contract's handlers return.
fn returned() -> TokenStream {
    let sdk = quote!(::jadi_plugin_sdk::__private);
    quote!(::core::result::Result<::std::vec::Vec<#sdk::Action>, #sdk::HandlerError>)
}

/// The message's variable in the code around the handlers.
fn message() -> Ident {
    Ident::new("message", Span::mixed_site())
}

fn glue(handlers: &Handlers, json: &[u8]) -> TokenStream {
    let sdk = quote!(::jadi_plugin_sdk);
    let mut guests = Vec::new();
    if handlers.messages() {
        let guest = messages(handlers);
        guests.push((guest, "OnMessage", "HostMessage", "message_handler"));
    }
    for (happening, function) in HAPPENINGS.iter().zip(&handlers.happenings) {
        if let Some(function) = function {
            let guest = happened(happening, function);
            let Happening {
                guest: name,
                host,
                world,
                ..
            } = happening;
            guests.push((guest, name, host, world));
        }
    }
    let implementations = guests.iter().map(|(guest, ..)| guest);
    let returned = returned();
    let unused = guests.iter().map(|(_, guest, host, _)| {
        let (guest, host) = (word(guest), word(host));
        quote! {
            #[cfg(not(target_arch = "wasm32"))]
            const _: fn(&#sdk::__private::HostEvent, &#sdk::__private::#host) -> #returned =
                <JadiPlugin as #sdk::__private::#guest>::handle;
        }
    });
    let exports = guests.iter().map(|(.., world)| {
        let export = word(&format!("export_{world}"));
        let world = word(world);
        quote!(#sdk::__private::#export!(JadiPlugin with_types_in #sdk::bindings::#world);)
    });
    let length = json.len();
    let bytes = Literal::byte_string(json);
    quote! {
        /// What the host calls.
        #[doc(hidden)]
        pub struct JadiPlugin;

        #(#implementations)*

        /// The plugin's manifest, as it stands in the component.
        #[doc(hidden)]
        pub const JADI_MANIFEST: [u8; #length] = *#bytes;

        // Elsewhere nothing calls the handlers, and the compiler would say so of each.
        #(#unused)*

        // Exported symbols and custom sections are unsafe by their nature: two crates could define one name. This is the only
        // place, and a plugin has it once.
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            #[unsafe(link_section = "jadi:manifest")]
            #[used]
            static MANIFEST: [u8; #length] = JADI_MANIFEST;

            #(#exports)*
        };
    }
}

fn word(text: &str) -> Ident {
    Ident::new(text, Span::call_site())
}

/// The handler of messages: commands by name, then the others.
fn messages(handlers: &Handlers) -> TokenStream {
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
    let returned = returned();
    quote! {
        impl #sdk::__private::OnMessage for JadiPlugin {
            fn handle(
                #event: &#sdk::__private::HostEvent,
                #message: &#sdk::__private::HostMessage,
            ) -> #returned {
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
                #sdk::__private::finish(#answer, #sdk::__private::Asked::by_message(&#message))
            }
        }
    }
}

/// The handler of one kind of event that is no message.
fn happened(happening: &Happening, function: &Ident) -> TokenStream {
    let sdk = quote!(::jadi_plugin_sdk);
    let event = Ident::new("event", Span::mixed_site());
    let about = Ident::new("about", Span::mixed_site());
    let answer = Ident::new("answer", Span::mixed_site());
    let guest = word(happening.guest);
    let host = word(happening.host);
    let given = word(happening.given);
    let returned = returned();
    quote! {
        impl #sdk::__private::#guest for JadiPlugin {
            fn handle(
                #event: &#sdk::__private::HostEvent,
                #about: &#sdk::__private::#host,
            ) -> #returned {
                let #about = #sdk::#given::new(#event, #about);
                let #answer = #sdk::IntoAnswer::into_answer(#function(&#about));
                #sdk::__private::finish(#answer, #sdk::__private::Asked::by_event(&#about))
            }
        }
    }
}

#[cfg(test)]
mod tests;
