//! Every file below `pass/` compiles, without a warning, and its policy is the one that was written.
#![deny(warnings)]

// The name under which `renamed_crate` knows the runtime crate.
extern crate jwt_guard as renamed;

mod anonymous_allowed;
mod authentication_required;
mod requires;

use std::fs;
use std::path::Path;

use jwt_guard::Router;

/// The policies of a router's handlers, in the words of the attributes.
fn policies(router: &Router) -> Vec<String> {
    router.access_table().rows().iter().map(|row| row.policy.clone()).collect()
}

#[test]
fn every_file_is_compiled() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("pass");
    for folder in ["anonymous_allowed", "authentication_required", "requires"] {
        let folder = here.join(folder);
        let list = fs::read_to_string(folder.join("mod.rs")).expect("the list of the folder");
        for file in fs::read_dir(&folder).expect("the folder") {
            let path = file.expect("a file of the folder").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            assert!(name == "mod" || list.contains(&format!("mod {name};")), "{}", path.display());
        }
    }
}
