//! Macros of `jadi-plugin-sdk`; their documentation is there.
//!
//! # Layout
//!
//! - `arguments`: what stands between the parentheses of an attribute.
//! - `declare`: attributes to a manifest, checked by the crate that hosts check it with.
//! - `parameters`: a command function's parameters after the message. `choice`: an enum as one of them.
//! - `expand`: the module with its handlers called and its manifest embedded.

mod arguments;
mod choice;
mod declare;
mod expand;
mod parameters;

use proc_macro::TokenStream;

/// Makes a plugin of an inline module; see `jadi_plugin_sdk::plugin`.
#[proc_macro_attribute]
pub fn plugin(arguments: TokenStream, module: TokenStream) -> TokenStream {
    match expand::plugin(arguments.into(), module.into()) {
        Ok(code) => code.into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// Makes an enum a command's argument; see `jadi_plugin_sdk::Choice`.
#[proc_macro_derive(Choice, attributes(choice))]
pub fn choice(input: TokenStream) -> TokenStream {
    match choice::derive(input.into()) {
        Ok(code) => code.into(),
        Err(error) => error.into_compile_error().into(),
    }
}
