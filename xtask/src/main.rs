//! jadi
fn main() {}
