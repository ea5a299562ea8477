//! The contract is public: a change of it shows up as a change of its golden file, and every item says what it is.

use wit_component::{OutputToString, WitPrinter};
use wit_parser::{Docs, PackageId, Resolve, TypeDefKind};

use crate::workspace;

fn contract() -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_dir(workspace().join("wit"))
        .expect("the contract resolves");
    (resolve, package)
}

/// Compares the resolved contract with `contract.golden`; `JADI_UPDATE_GOLDEN=1` writes it.
#[test]
fn the_resolved_contract_is_the_golden_one() {
    let (resolve, package) = contract();
    let mut printer = WitPrinter::new(OutputToString::default());
    printer.emit_docs(false);
    printer
        .print(&resolve, package, &[])
        .expect("it can be printed");
    let resolved = printer.output.to_string();
    let golden = workspace().join("plugin-build/tests/contract.golden");
    if std::env::var_os("JADI_UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &resolved).expect("the golden file can be written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        resolved == expected,
        "wit/ is not what plugin-build/tests/contract.golden says; if that is meant, run this test with JADI_UPDATE_GOLDEN=1. \
         It is now:\n{resolved}"
    );
}

#[test]
fn every_item_is_documented() {
    let (resolve, _) = contract();
    let mut bare: Vec<String> = Vec::new();
    let mut look = |name: String, docs: &Docs| {
        if docs
            .contents
            .as_deref()
            .is_none_or(|text| text.trim().is_empty())
        {
            bare.push(name);
        }
    };
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let mut items = 0;
    for (_, world) in &resolve.worlds {
        look(world.name.clone(), &world.docs);
    }
    for (_, interface) in &resolve.interfaces {
        look(name(&interface.name), &interface.docs);
        for (function, about) in &interface.functions {
            items += 1;
            look(format!("{}.{function}", name(&interface.name)), &about.docs);
        }
        for (type_name, id) in &interface.types {
            let about = &resolve.types[*id];
            let part = |part: &str| format!("{}.{type_name}.{part}", name(&interface.name));
            // `use types.{…}` repeats a type that is documented where it stands.
            let repeated = matches!(about.kind, TypeDefKind::Type(wit_parser::Type::Id(_)));
            if !repeated {
                look(part(""), &about.docs);
            }
            match &about.kind {
                TypeDefKind::Record(record) => {
                    record
                        .fields
                        .iter()
                        .for_each(|field| look(part(&field.name), &field.docs));
                }
                TypeDefKind::Variant(variant) => {
                    variant
                        .cases
                        .iter()
                        .for_each(|case| look(part(&case.name), &case.docs));
                }
                TypeDefKind::Enum(cases) => {
                    cases
                        .cases
                        .iter()
                        .for_each(|case| look(part(&case.name), &case.docs));
                }
                _ => {}
            }
        }
    }
    assert!(items > 20, "only {items} functions were looked at");
    assert!(bare.is_empty(), "without documentation: {bare:?}");
}

/// No function and no field may name a bot, a path or a credential: the tenant is not in the contract.
#[test]
fn nothing_names_a_tenant() {
    let (resolve, package) = contract();
    let mut printer = WitPrinter::new(OutputToString::default());
    printer.emit_docs(false);
    printer
        .print(&resolve, package, &[])
        .expect("it can be printed");
    let resolved = printer.output.to_string();
    for word in [
        "bot-id", "tenant", "path", "sql", "secret", "password", "token",
    ] {
        assert!(!resolved.contains(word), "the contract has {word:?}");
    }
}
