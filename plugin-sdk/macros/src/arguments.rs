//! What stands between the parentheses of an attribute: `key = literal`, `key(…)` or `key`, each taken once.

use jadi_plugin_manifest::Text;
use proc_macro2::{Span, TokenStream};
use serde::de::DeserializeOwned;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitStr, Meta, Token};

/// An attribute's arguments that have not been taken yet.
pub struct Arguments {
    at: Span,
    left: Vec<Meta>,
}

impl Arguments {
    /// Reads `key = literal, key(…), key`.
    pub fn parse(tokens: TokenStream, at: Span) -> syn::Result<Self> {
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens)?;
        Ok(Self {
            at,
            left: metas.into_iter().collect(),
        })
    }

    /// The arguments of an attribute in a module, which may have none at all.
    pub fn of(meta: &Meta) -> syn::Result<Self> {
        let at = syn::spanned::Spanned::span(meta);
        match meta {
            Meta::Path(_) => Self::parse(TokenStream::new(), at),
            Meta::List(list) => Self::parse(list.tokens.clone(), at),
            Meta::NameValue(_) => Err(syn::Error::new(at, "write its arguments in parentheses")),
        }
    }

    fn take(&mut self, key: &str) -> syn::Result<Option<Meta>> {
        let Some(index) = self.left.iter().position(|meta| meta.path().is_ident(key)) else {
            return Ok(None);
        };
        let taken = self.left.remove(index);
        match self.left.iter().find(|meta| meta.path().is_ident(key)) {
            Some(again) => Err(syn::Error::new_spanned(
                again,
                format!("`{key}` is there twice"),
            )),
            None => Ok(Some(taken)),
        }
    }

    /// Every argument of this key, for those that may come more than once.
    pub fn take_all(&mut self, key: &str) -> Vec<Meta> {
        let (taken, left) = std::mem::take(&mut self.left)
            .into_iter()
            .partition(|meta| meta.path().is_ident(key));
        self.left = left;
        taken
    }

    /// `key = "…"`.
    pub fn string(&mut self, key: &str) -> syn::Result<Option<LitStr>> {
        self.take(key)?.map(|meta| literal(&meta)).transpose()
    }

    /// `key = "…"` that must be there.
    pub fn needed(&mut self, key: &str) -> syn::Result<LitStr> {
        self.string(key)?
            .ok_or_else(|| syn::Error::new(self.at, format!("`{key} = \"…\"` is missing")))
    }

    /// `key = "…"`, one of the words that a type of the manifest has.
    pub fn word<T: DeserializeOwned + Default>(&mut self, key: &str) -> syn::Result<T> {
        match self.string(key)? {
            Some(text) => word(&text),
            None => Ok(T::default()),
        }
    }

    /// `key("…", …)`.
    pub fn strings(&mut self, key: &str) -> syn::Result<Vec<LitStr>> {
        let Some(meta) = self.take(key)? else {
            return Ok(Vec::new());
        };
        let Meta::List(list) = &meta else {
            return Err(syn::Error::new_spanned(
                &meta,
                format!("write {key}(\"…\", …)"),
            ));
        };
        let texts = Punctuated::<LitStr, Token![,]>::parse_terminated;
        Ok(texts.parse2(list.tokens.clone())?.into_iter().collect())
    }

    /// `key("…", …)`, each one of the words that a type of the manifest has.
    pub fn words<T: DeserializeOwned>(&mut self, key: &str) -> syn::Result<Vec<T>> {
        self.strings(key)?.iter().map(word).collect()
    }

    /// `key = 5`.
    pub fn number<T>(&mut self, key: &str) -> syn::Result<Option<T>>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let Some(meta) = self.take(key)? else {
            return Ok(None);
        };
        let expected = || syn::Error::new_spanned(&meta, format!("write {key} = a number"));
        let value = &meta.require_name_value().map_err(|_| expected())?.value;
        let (sign, value) = match value {
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => ("-", &*unary.expr),
            other => ("", other),
        };
        let Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) = value
        else {
            return Err(expected());
        };
        format!("{sign}{}", number.base10_digits())
            .parse()
            .map(Some)
            .map_err(|error| syn::Error::new_spanned(&meta, error))
    }

    /// `key = true`.
    pub fn boolean(&mut self, key: &str) -> syn::Result<Option<bool>> {
        let Some(meta) = self.take(key)? else {
            return Ok(None);
        };
        let expected = || syn::Error::new_spanned(&meta, format!("write {key} = true or false"));
        match &meta.require_name_value().map_err(|_| expected())?.value {
            Expr::Lit(ExprLit {
                lit: Lit::Bool(value),
                ..
            }) => Ok(Some(value.value())),
            _ => Err(expected()),
        }
    }

    /// `key`, there or not.
    pub fn flag(&mut self, key: &str) -> syn::Result<bool> {
        match self.take(key)? {
            None => Ok(false),
            Some(Meta::Path(_)) => Ok(true),
            Some(other) => Err(syn::Error::new_spanned(
                other,
                format!("write only `{key}`"),
            )),
        }
    }

    /// `key = "…"` for all languages, or `key(en = "…", id = "…")`.
    pub fn text(&mut self, key: &str) -> syn::Result<Option<Text>> {
        match self.take(key)? {
            None => Ok(None),
            Some(meta @ Meta::NameValue(_)) => Ok(Some(Text::Same(literal(&meta)?.value()))),
            Some(meta) => Self::of(&meta)?.rest_as_text().map(Some),
        }
    }

    /// All that is left as `en = "…", id = "…"`. A tag with a dash, such as `pt-BR`, is written `pt_BR`.
    pub fn rest_as_text(self) -> syn::Result<Text> {
        let mut texts = std::collections::BTreeMap::new();
        for meta in &self.left {
            let language = meta.path().require_ident()?.to_string().replace('_', "-");
            if texts.insert(language, literal(meta)?.value()).is_some() {
                return Err(syn::Error::new_spanned(
                    meta,
                    "this language is there twice",
                ));
            }
        }
        if texts.is_empty() {
            return Err(syn::Error::new(
                self.at,
                "write a text per language: en = \"…\"",
            ));
        }
        Ok(Text::By(texts))
    }

    /// Refuses what nobody has taken.
    pub fn end(self) -> syn::Result<()> {
        match self.left.first() {
            None => Ok(()),
            Some(meta) => Err(syn::Error::new_spanned(
                meta,
                "there is no such argument here",
            )),
        }
    }
}

fn literal(meta: &Meta) -> syn::Result<LitStr> {
    let wrong = || syn::Error::new_spanned(meta, "write key = \"text\"");
    match &meta.require_name_value().map_err(|_| wrong())?.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text.clone()),
        _ => Err(wrong()),
    }
}

/// A text as one of the words that a type of the manifest has; the error lists them.
fn word<T: DeserializeOwned>(text: &LitStr) -> syn::Result<T> {
    serde_json::from_value(serde_json::Value::String(text.value()))
        .map_err(|error| syn::Error::new(text.span(), error))
}
