//! The guide is complete, and the names in it exist.

use jwt_guard::explain::RefusalCode;
use jwt_guard_tests::sources;

#[test]
fn every_chapter_has_its_file_and_its_row() {
    let module = sources::read("jwt-guard/src/guide.rs");
    let chapters: Vec<_> =
        module.lines().filter_map(|line| line.strip_prefix("pub mod ")?.split([' ', '{']).next()).collect();
    assert!(chapters.len() > 15, "{chapters:?}");
    for chapter in chapters {
        assert!(module.contains(&format!("[`{chapter}`] |")), "{chapter} is not in the table of chapters");
    }
    for file in sources::texts().into_iter().filter(|file| file.path.starts_with("jwt-guard/docs/")) {
        let path = file.path.replace("jwt-guard/", "../");
        assert!(module.contains(&format!("include_str!(\"{path}\")")), "{path} is not a chapter");
    }
}

#[test]
fn every_code_that_the_guide_names_exists() {
    let text = sources::read("jwt-guard/docs/answers.md");
    let (_, symptoms) = text.split_once("# By symptom").unwrap();
    let (symptoms, _) = symptoms.split_once("\n# ").unwrap();
    let is_code = |span: &&str| {
        span.contains('_') && span.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let named: Vec<_> = symptoms.split('`').skip(1).step_by(2).filter(is_code).collect();
    assert!(named.len() > 15, "{named:?}");
    for name in named {
        assert!(RefusalCode::ALL.iter().any(|code| code.as_str() == name), "there is no code `{name}`");
    }
}
