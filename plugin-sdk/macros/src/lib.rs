//! Macros of `jadi-plugin-sdk`; their documentation is there.
//!
//! # Layout
//!
//! - `arguments`: what stands between the parentheses of an attribute.
//! - `declare`: attributes to a manifest, checked by the crate that hosts check it with.
//! - `expand`: the module with its handlers called and its manifest embedded.

mod arguments;
mod declare;
mod expand;

use proc_macro::TokenStream;

/// Makes a plugin of an inline module; see `jadi_plugin_sdk::plugin`.
#[proc_macro_attribute]
pub fn plugin(arguments: TokenStream, module: TokenStream) -> TokenStream {
    match expand::plugin(arguments.into(), module.into()) {
        Ok(code) => code.into(),
        Err(error) => error.into_compile_error().into(),
    }
}
