//! A second reading of JSON, by hand: what a strict reader refuses and `serde_json::Value` passes over.

/// The form of a text that is JSON.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Levels of lists and objects.
    pub(crate) depth: usize,
    /// Members of the largest object.
    pub(crate) members: usize,
    /// The names of the members of the outermost object, in their order.
    pub(crate) names: Vec<String>,
    /// Whether an object has a name twice, or one that `serde_json` keeps to itself.
    pub(crate) is_ambiguous: bool,
}

impl Shape {
    /// Of a text that `serde_json` reads.
    pub(crate) fn of(text: &str) -> Self {
        let mut shape = Self::default();
        // The names of each open object; none of a list.
        let mut open: Vec<Vec<String>> = Vec::new();
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let begin = at;
            at += 1;
            match bytes[begin] {
                b'{' | b'[' => {
                    open.push(Vec::new());
                    shape.depth = shape.depth.max(open.len());
                }
                b'}' | b']' => {
                    let names = open.pop().expect("what is closed is open");
                    if open.is_empty() {
                        shape.names = names;
                    }
                }
                b'"' => {
                    while bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at += 1;
                    // A text before a colon is a name.
                    if text[at..].trim_start().starts_with(':') {
                        let name = &text[begin..at];
                        let name = serde_json::from_str(name).unwrap_or_else(|_| name.to_owned());
                        let names = open.last_mut().expect("a name is in an object");
                        shape.is_ambiguous |=
                            names.contains(&name) || name.starts_with("$serde_json::private::");
                        names.push(name);
                        shape.members = shape.members.max(names.len());
                    }
                }
                _ => {}
            }
        }
        shape
    }

    /// Whether a strict reader with these limits takes the text.
    pub(crate) fn is_strict(&self, depth: usize, members: usize) -> bool {
        !self.is_ambiguous && self.depth <= depth && self.members <= members
    }
}

#[test]
fn names_that_a_map_would_hide_are_seen() {
    let shape = Shape::of(r#" {"a\"{" : [[{"b":1, "\u0062":"x:"}]], "c":"}"} "#);
    let names = ["a\"{", "c"].map(str::to_owned).to_vec();
    assert_eq!(shape, Shape { depth: 4, members: 2, names, is_ambiguous: true });
    assert!(!Shape::of(r#"[{"a":1},{"a":"a"}]"#).is_ambiguous);
}
