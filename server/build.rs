//! The site is built before the server and put inside it. A debug build reads it from the folder instead, and a test build
//! may have none at all: the folder must be there either way.

fn main() {
    let site = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site");
    if let Err(error) = std::fs::create_dir_all(site.join("pkg")) {
        println!("cargo::error=the folder target/site can't be made: {error}");
    }
    println!("cargo::rerun-if-changed=../target/site");
}
