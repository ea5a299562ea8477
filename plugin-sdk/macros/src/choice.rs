//! `#[derive(Choice)]`: an enum as a command's argument.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Fields, LitStr, Token, Variant};

/// Implements `Argument` for an enum of plain variants.
pub fn derive(input: TokenStream) -> syn::Result<TokenStream> {
    let input: DeriveInput = syn::parse2(input)?;
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input, "a choice is an enum"));
    };
    if data.variants.is_empty() {
        return Err(syn::Error::new_spanned(
            &input,
            "there is nothing to choose from",
        ));
    }
    let name = &input.ident;
    let mut first = Vec::new();
    let mut arms = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new_spanned(
                variant,
                "what is chosen is a word: a variant without fields",
            ));
        }
        let words = words(variant)?;
        first.extend(words.first().cloned());
        let ident = &variant.ident;
        arms.push(quote!(#(#words)|* => ::core::option::Option::Some(Self::#ident),));
    }
    let list = first.join(", ");
    let sdk = quote!(::jadi_plugin_sdk);
    Ok(quote! {
        impl #sdk::arguments::Argument for #name {
            fn what_in(language: &str) -> ::std::string::String {
                ::std::format!("{} {}", #sdk::__private::ONE_OF.in_language(language), #list)
            }

            fn from_word(word: &str) -> ::core::option::Option<Self> {
                match word.to_lowercase().as_str() {
                    #(#arms)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    })
}

/// The words that a variant may be typed as: its name with dashes, then those of `#[choice("…", …)]`.
fn words(variant: &Variant) -> syn::Result<Vec<String>> {
    let mut words = vec![dashed(&variant.ident.to_string())];
    for attribute in &variant.attrs {
        if !attribute.path().is_ident("choice") {
            continue;
        }
        let list = attribute.meta.require_list()?;
        let more = Punctuated::<LitStr, Token![,]>::parse_terminated;
        for word in more.parse2(list.tokens.clone())? {
            let text = word.value().to_lowercase();
            if text.is_empty() || text.contains(char::is_whitespace) {
                return Err(syn::Error::new_spanned(word, "a choice is one word"));
            }
            words.push(text);
        }
    }
    Ok(words)
}

/// `NoneOfThese` as `none-of-these`.
fn dashed(name: &str) -> String {
    let mut dashed = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !dashed.is_empty() {
            dashed.push('-');
        }
        dashed.extend(letter.to_lowercase());
    }
    dashed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_words() {
        let code = derive(quote! {
            enum Speed { #[choice("cepat", "rápido")] VeryFast, Slow }
        });
        let code = code.expect("an enum").to_string();
        for part in [
            "\"very-fast\" | \"cepat\" | \"rápido\" =>",
            "\"very-fast, slow\"",
        ] {
            assert!(code.contains(part), "{part} in {code}");
        }
    }

    #[test]
    fn what_can_not_be_typed_is_refused() {
        let cases = [
            (
                quote!(
                    struct A;
                ),
                "a choice is an enum",
            ),
            (
                quote!(
                    enum A {}
                ),
                "nothing to choose from",
            ),
            (
                quote!(
                    enum A {
                        B(u8),
                    }
                ),
                "without fields",
            ),
            (
                quote!(
                    enum A {
                        #[choice("two words")]
                        B,
                    }
                ),
                "one word",
            ),
        ];
        for (code, expected) in cases {
            let error = derive(code).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error:?} lacks {expected:?}");
        }
    }
}
