//! Attributes to a manifest.

use std::collections::BTreeMap;

use jadi_plugin_manifest::{
    Capability, Command, EventFilter, EventKind, Manifest, Setting, SettingKind, Text,
};
use proc_macro2::Span;
use syn::Meta;

use crate::arguments::Arguments;

/// The plugin's own arguments as a manifest that has no commands and events yet.
pub fn plugin(mut arguments: Arguments, crate_facts: CrateFacts) -> syn::Result<Manifest> {
    let manifest = Manifest {
        name: arguments.needed("name")?.value(),
        version: crate_facts.version,
        authors: crate_facts.authors,
        summary: arguments.text("summary")?.unwrap_or_default(),
        languages: values(&arguments.strings("languages")?),
        commands: Vec::new(),
        categories: categories(&arguments.take_all("category"))?,
        events: Vec::new(),
        unknown_commands: false,
        priority: arguments.number("priority")?.unwrap_or_default(),
        limits: arguments.word("limits")?,
        settings: settings(&arguments.take_all("setting"))?,
        http_hosts: values(&arguments.strings("http_hosts")?),
        reasons: reasons(&arguments.take_all("reason"))?,
    };
    arguments.end()?;
    Ok(manifest)
}

/// What the manifest takes from the crate.
pub struct CrateFacts {
    /// Its version.
    pub version: String,
    /// Its authors.
    pub authors: Vec<String>,
}

impl CrateFacts {
    /// Of the crate that is being compiled, as cargo tells it.
    pub fn from_cargo() -> syn::Result<Self> {
        let version = std::env::var("CARGO_PKG_VERSION").map_err(|_| {
            syn::Error::new(
                Span::call_site(),
                "the crate's version is known only under cargo",
            )
        })?;
        let authors = std::env::var("CARGO_PKG_AUTHORS").unwrap_or_default();
        Ok(Self {
            version,
            authors: authors
                .split(':')
                .filter(|author| !author.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// `#[command(…)]`.
pub fn command(attribute: &Meta) -> syn::Result<Command> {
    let mut arguments = Arguments::of(attribute)?;
    let command = Command {
        name: arguments.needed("name")?.value(),
        aliases: values(&arguments.strings("aliases")?),
        usage: arguments.text("usage")?.unwrap_or_default(),
        summary: arguments.text("summary")?.ok_or_else(|| {
            syn::Error::new_spanned(attribute, "`summary(en = \"…\")` is missing")
        })?,
        category: match arguments.string("category")? {
            Some(key) => key.value(),
            None => "general".to_owned(),
        },
        role: arguments.word("role")?,
        place: arguments.word("place")?,
        needs_bot_admin: arguments.flag("needs_bot_admin")?,
        cooldown_seconds: arguments.number("cooldown_seconds")?.unwrap_or_default(),
    };
    arguments.end()?;
    Ok(command)
}

/// `#[on_message(…)]` and its like.
pub fn filter(event: EventKind, attribute: &Meta) -> syn::Result<EventFilter> {
    let mut arguments = Arguments::of(attribute)?;
    let filter = EventFilter {
        event,
        chats: arguments.words("chats")?,
        contains: values(&arguments.strings("contains")?),
        link: arguments.flag("link")?,
        media: arguments.words("media")?,
    };
    arguments.end()?;
    Ok(filter)
}

/// `category(key = "…", title(…))`.
fn categories(metas: &[Meta]) -> syn::Result<BTreeMap<String, Text>> {
    let mut categories = BTreeMap::new();
    for meta in metas {
        let mut arguments = Arguments::of(meta)?;
        let key = arguments.needed("key")?.value();
        let title = arguments
            .text("title")?
            .ok_or_else(|| syn::Error::new_spanned(meta, "`title(en = \"…\")` is missing"))?;
        arguments.end()?;
        if categories.insert(key, title).is_some() {
            return Err(syn::Error::new_spanned(
                meta,
                "this category is there twice",
            ));
        }
    }
    Ok(categories)
}

/// `setting(name = "…", kind = "…", default = …, summary(…))`.
fn settings(metas: &[Meta]) -> syn::Result<Vec<Setting>> {
    metas.iter().map(setting).collect()
}

fn setting(meta: &Meta) -> syn::Result<Setting> {
    let mut arguments = Arguments::of(meta)?;
    let name = arguments.needed("name")?.value();
    let summary = arguments
        .text("summary")?
        .ok_or_else(|| syn::Error::new_spanned(meta, "`summary(en = \"…\")` is missing"))?;
    let scope = arguments.word("scope")?;
    let kind = arguments.needed("kind")?;
    let text = |arguments: &mut Arguments| -> syn::Result<String> {
        Ok(arguments
            .string("default")?
            .map(|text| text.value())
            .unwrap_or_default())
    };
    let value = match kind.value().as_str() {
        "text" => SettingKind::Text {
            default: text(&mut arguments)?,
            most: arguments.number("most")?.unwrap_or(1024),
        },
        "number" => SettingKind::Number {
            default: arguments.number("default")?.unwrap_or_default(),
            least: arguments.number("least")?.unwrap_or(i64::MIN),
            most: arguments.number("most")?.unwrap_or(i64::MAX),
        },
        "toggle" => SettingKind::Toggle {
            default: arguments.boolean("default")?.unwrap_or_default(),
        },
        "choice" => SettingKind::Choice {
            default: text(&mut arguments)?,
            choices: values(&arguments.strings("choices")?),
        },
        other => {
            let problem = format!("{other:?} is not one of text, number, toggle, choice");
            return Err(syn::Error::new(kind.span(), problem));
        }
    };
    arguments.end()?;
    Ok(Setting {
        name,
        summary,
        scope,
        value,
    })
}

/// `reason(capability = "…", en = "…", …)`.
fn reasons(metas: &[Meta]) -> syn::Result<BTreeMap<Capability, Text>> {
    let mut reasons = BTreeMap::new();
    for meta in metas {
        let mut arguments = Arguments::of(meta)?;
        let text = arguments.needed("capability")?;
        let capability = serde_json::from_value(serde_json::Value::String(text.value()))
            .map_err(|error| syn::Error::new(text.span(), error))?;
        if reasons
            .insert(capability, arguments.rest_as_text()?)
            .is_some()
        {
            return Err(syn::Error::new_spanned(meta, "this reason is there twice"));
        }
    }
    Ok(reasons)
}

fn values(texts: &[syn::LitStr]) -> Vec<String> {
    texts.iter().map(syn::LitStr::value).collect()
}
