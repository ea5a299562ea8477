//! A command function's parameters after the message: how usage shows them, and the call with their values.

use jadi_plugin_manifest::Text;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{FnArg, GenericArgument, Ident, Pat, PathArguments, Signature, Type};

/// The parameters of one command.
pub struct Parameters(Vec<Parameter>);

struct Parameter {
    name: String,
    kind: Type,
}

impl Parameters {
    /// Those of a function, without its first, which is the message.
    pub fn of(function: &Signature) -> syn::Result<Self> {
        let mut all = Vec::new();
        for input in function.inputs.iter().skip(1) {
            let FnArg::Typed(typed) = input else {
                return Err(syn::Error::new_spanned(input, "a handler has no self"));
            };
            let Pat::Ident(name) = &*typed.pat else {
                let hint = "give it a name: usage shows it, and so do answers to wrong input";
                return Err(syn::Error::new_spanned(&typed.pat, hint));
            };
            all.push(Parameter {
                name: name
                    .ident
                    .to_string()
                    .trim_start_matches('_')
                    .replace('_', "-"),
                kind: (*typed.ty).clone(),
            });
        }
        let before_last = all.len().saturating_sub(1);
        for parameter in all.iter().take(before_last) {
            if takes_the_rest(&parameter.kind) {
                let hint = "this takes all the rest of the text, so it must be the last; for one word write Word";
                return Err(syn::Error::new_spanned(&parameter.kind, hint));
            }
        }
        Ok(Self(all))
    }

    /// How usage shows them, such as `<whom> [points]`; empty when there are none.
    pub fn usage(&self) -> Text {
        let shown: Vec<String> = self.0.iter().map(shown).collect();
        Text::Same(shown.join(" "))
    }

    /// The function called with the message, and with the values of its parameters if it has any. `message` is the message's
    /// variable.
    pub fn call(&self, function: &Ident, name: &str, usage: &Text, message: &Ident) -> TokenStream {
        let sdk = quote!(::jadi_plugin_sdk);
        if self.0.is_empty() {
            return quote!(#sdk::IntoAnswer::into_answer(#function(&#message)));
        }
        // Hygienic, so that they hide nothing of the plugin's.
        let local = |name: &str| Ident::new(name, Span::mixed_site());
        let (text, line, taken, misuse) = (
            local("text"),
            local("line"),
            local("taken"),
            local("misuse"),
        );
        let values: Vec<Ident> = (0..self.0.len())
            .map(|n| local(&format!("value{n}")))
            .collect();
        let last = self.0.len().saturating_sub(1);
        let takes = self
            .0
            .iter()
            .zip(&values)
            .enumerate()
            .map(|(place, (parameter, value))| {
                let (name, kind, is_last) = (&parameter.name, &parameter.kind, place == last);
                quote!(let #value = #line.take::<#kind>(#name, #is_last)?;)
            });
        let texts: Vec<TokenStream> = match usage {
            Text::Same(text) => vec![quote!(("", #text))],
            Text::By(texts) => {
                // The first stands for all other languages.
                let english = texts.iter().filter(|(language, _)| *language == "en");
                let others = texts.iter().filter(|(language, _)| *language != "en");
                english
                    .chain(others)
                    .map(|(language, text)| quote!((#language, #text)))
                    .collect()
            }
        };
        quote! {{
            let #text = #message.args();
            let mut #line = #sdk::arguments::Line::of(&#text, &#message);
            let #taken = (|| -> ::core::result::Result<_, #sdk::arguments::Misuse> {
                #(#takes)*
                #line.end()?;
                ::core::result::Result::Ok((#(#values,)*))
            })();
            match #taken {
                ::core::result::Result::Ok((#(#values,)*)) =>
                    #sdk::IntoAnswer::into_answer(#function(&#message, #(#values),*)),
                ::core::result::Result::Err(#misuse) => #sdk::IntoAnswer::into_answer(#misuse.answer(
                    #name,
                    #sdk::Words::new(&[#(#texts),*]),
                    &#message,
                )),
            }
        }}
    }
}

fn shown(parameter: &Parameter) -> String {
    let name = &parameter.name;
    match generic(&parameter.kind) {
        Some((outer, inner)) if outer == "Option" => format!("[{}]", bare(name, inner)),
        Some((outer, _)) if outer == "Vec" => format!("[{name}…]"),
        _ => format!("<{}>", bare(name, &parameter.kind)),
    }
}

fn bare(name: &str, kind: &Type) -> String {
    match last_segment(kind) {
        Some(kind) if kind == "bool" => "on|off".to_owned(),
        _ => name.to_owned(),
    }
}

fn takes_the_rest(kind: &Type) -> bool {
    match generic(kind) {
        Some((outer, inner)) if outer == "Option" => takes_the_rest(inner),
        Some((outer, _)) => outer == "Vec",
        None => last_segment(kind).is_some_and(|kind| kind == "String"),
    }
}

/// `Option` and `T` of `Option<T>`.
fn generic(kind: &Type) -> Option<(String, &Type)> {
    let Type::Path(path) = kind else { return None };
    let segment = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some((segment.ident.to_string(), inner)),
        _ => None,
    }
}

fn last_segment(kind: &Type) -> Option<String> {
    let Type::Path(path) = kind else { return None };
    Some(path.path.segments.last()?.ident.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(function: &str) -> Result<Parameters, String> {
        let function: syn::ItemFn = syn::parse_str(function).expect("a function");
        Parameters::of(&function.sig).map_err(|error| error.to_string())
    }

    #[test]
    fn usage_is_made_of_the_parameters() {
        let cases = [
            ("fn f(message: &Message) {}", ""),
            ("fn f(m: &Message, sides: Option<u32>) {}", "[sides]"),
            (
                "fn f(m: &Message, whom: Whom, _by_how_much: i64) {}",
                "<whom> <by-how-much>",
            ),
            (
                "fn f(m: &Message, state: bool, more: Option<bool>) {}",
                "<on|off> [on|off]",
            ),
            (
                "fn f(m: &Message, a: std::time::Duration, rest: Option<String>) {}",
                "<a> [rest]",
            ),
            ("fn f(m: &Message, items: Vec<Word>) {}", "[items…]"),
        ];
        for (function, usage) in cases {
            let parameters = parameters(function).expect(function);
            assert_eq!(
                parameters.usage(),
                Text::Same(usage.to_owned()),
                "{function}"
            );
        }
    }

    #[test]
    fn what_can_not_be_taken_is_refused() {
        let cases = [
            ("fn f(m: &Message, a: String, b: u8) {}", "must be the last"),
            (
                "fn f(m: &Message, a: Option<String>, b: u8) {}",
                "must be the last",
            ),
            (
                "fn f(m: &Message, a: Vec<u8>, b: u8) {}",
                "must be the last",
            ),
            ("fn f(m: &Message, (a, b): Pair) {}", "give it a name"),
        ];
        for (function, expected) in cases {
            let error = parameters(function).err().expect(expected);
            assert!(error.contains(expected), "{error:?} lacks {expected:?}");
        }
    }

    #[test]
    fn values_are_taken_and_handed_over_in_their_order() {
        let parameters = parameters("fn f(m: &Message, a: Word, b: Option<u8>) {}").expect("good");
        let ident = |name: &str| Ident::new(name, Span::call_site());
        let usage = parameters.usage();
        let code = parameters
            .call(&ident("f"), "try", &usage, &ident("m"))
            .to_string();
        for part in [
            "take :: < Word > (\"a\" , false)",
            "take :: < Option < u8 > > (\"b\" , true)",
            "f (& m , value0 , value1)",
            "\"<a> [b]\"",
        ] {
            assert!(code.contains(part), "{part} in {code}");
        }
    }
}
