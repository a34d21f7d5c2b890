//! Which requests a path of the table stands for, as axum matches them.

use std::cmp::Reverse;

/// A path of the table.
pub(super) struct Pattern<'p> {
    pub(super) kind: PathKind,
    segments: Vec<Segment<'p>>,
    /// The rank of each segment. Where several patterns match, the smallest order answers.
    order: Vec<(Reverse<usize>, u8)>,
}

/// What a path stands for. Routes come before what answers where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathKind {
    Route,
    /// A router whose paths are unknown.
    Unlisted,
    Fallback,
}

/// A part between two slashes. Parameters have the text before them.
#[derive(Clone, Copy)]
enum Segment<'p> {
    Text(&'p str),
    Parameter(&'p str),
    /// `{*rest}`: one character or more, also of further segments.
    Rest(&'p str),
    /// What follows, or nothing.
    Below,
}

impl<'p> Pattern<'p> {
    pub(super) fn of(path: &'p str) -> Self {
        let ends = [(" (no route)", PathKind::Fallback), (" (not listed)", PathKind::Unlisted)];
        let end = ends.into_iter().find_map(|(end, kind)| Some((path.strip_suffix(end)?, kind)));
        let (path, kind) = end.unwrap_or((path, PathKind::Route));
        let (path, is_below) = path.strip_suffix("/*").map_or((path, false), |path| (path, true));
        let mut segments: Vec<_> = path.split('/').skip(1).map(Segment::of).collect();
        if is_below {
            segments.push(Segment::Below);
        }
        let order = segments.iter().map(|segment| segment.order()).collect();
        Self { kind, segments, order }
    }

    /// Whether it is one path only.
    pub(super) fn is_static(&self) -> bool {
        self.segments.iter().all(|segment| matches!(segment, Segment::Text(_)))
    }

    /// Whether `other` is asked after this one, for a request that is of both: text comes before parameters, and at last
    /// what answers where there is no route.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        self.order() <= other.order()
    }

    /// Smaller is asked first.
    pub(super) fn order(&self) -> (PathKind, &[(Reverse<usize>, u8)]) {
        (self.kind, &self.order)
    }

    /// Whether a request may be of both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        overlap(&self.segments, &other.segments)
    }

    /// Whether each request of `other` is of this one.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.kind != PathKind::Unlisted && cover(&self.segments, &other.segments)
    }
}

impl<'p> Segment<'p> {
    /// A brace that is doubled is text.
    fn of(text: &'p str) -> Self {
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
            let (before, rest) = text.split_at(at + found);
            if rest.starts_with("{*") {
                return Self::Rest(before);
            }
            if !rest.starts_with("{{") {
                return Self::Parameter(before);
            }
            at += found + 2;
        }
        Self::Text(text)
    }

    fn order(self) -> (Reverse<usize>, u8) {
        match self {
            Self::Text(_) => (Reverse(usize::MAX), 0),
            Self::Parameter(before) => (Reverse(before.len()), 1),
            Self::Rest(before) => (Reverse(before.len()), 2),
            Self::Below => (Reverse(0), 3),
        }
    }
}

fn overlap(one: &[Segment<'_>], other: &[Segment<'_>]) -> bool {
    use Segment::{Below, Parameter, Rest, Text};

    let may_begin_alike = |one: &str, other: &str| one.starts_with(other) || other.starts_with(one);
    match (one, other) {
        ([], []) | ([Below, ..], _) | (_, [Below, ..]) => true,
        ([], _) | (_, []) => false,
        ([Rest(before), ..], [Text(text), after @ ..]) | ([Text(text), after @ ..], [Rest(before), ..]) => {
            may_follow(before, text, after)
        }
        ([Rest(one), ..], [Rest(other) | Parameter(other), ..])
        | ([Parameter(one), ..], [Rest(other), ..]) => may_begin_alike(one, other),
        ([one, rest @ ..], [other, others @ ..]) => {
            let alike = match (one, other) {
                (Text(one), Text(other)) => one == other,
                (Text(text), Parameter(before)) | (Parameter(before), Text(text)) => {
                    may_follow(before, text, &[])
                }
                (Parameter(one), Parameter(other)) => may_begin_alike(one, other),
                _ => true,
            };
            alike && overlap(rest, others)
        }
    }
}

fn cover(one: &[Segment<'_>], other: &[Segment<'_>]) -> bool {
    use Segment::{Below, Parameter, Rest, Text};

    match (one, other) {
        ([], []) | ([Below, ..], _) => true,
        ([Rest(before), ..], [Text(text), after @ ..]) => may_follow(before, text, after),
        ([Rest(one), ..], [Parameter(other) | Rest(other), ..]) => other.starts_with(one),
        ([one, rest @ ..], [other, others @ ..]) => {
            let is_covered = match (one, other) {
                (Text(one), Text(other)) => one == other,
                (Parameter(before), Text(text)) => may_follow(before, text, &[]),
                (Parameter(one), Parameter(other)) => other.starts_with(one),
                _ => false,
            };
            is_covered && cover(rest, others)
        }
        _ => false,
    }
}

/// Whether the text is that before a parameter, with a value: a parameter is never empty.
fn may_follow(before: &str, text: &str, after: &[Segment<'_>]) -> bool {
    text.strip_prefix(before).is_some_and(|value| !value.is_empty() || !after.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each is asked before the next ones that overlap it.
    const PATHS: [&str; 15] = [
        "/a/b",
        "/a/b{c}",
        "/a/",
        "/a/{x}",
        "/a/{x}/c",
        "/a/{*x}",
        "/a/*",
        "/{x}/b",
        "/{{x}",
        "/{x}",
        "/{*x}",
        "/",
        "/* (not listed)",
        "/a/* (no route)",
        "/* (no route)",
    ];

    fn covering(path: &str) -> Vec<&'static str> {
        let pattern = Pattern::of(path);
        let others = PATHS.into_iter().filter(|other| *other != path && !other.ends_with(')'));
        others.filter(|other| Pattern::of(other).covers(&pattern)).collect()
    }

    #[test]
    fn a_path_is_covered_as_axum_matches_it() {
        for (path, expected) in [
            ("/a/b", &["/a/{x}", "/a/{*x}", "/a/*", "/{x}/b", "/{*x}"][..]),
            ("/a/bee", &["/a/b{c}", "/a/{x}", "/a/{*x}", "/a/*", "/{*x}"]),
            ("/a/{x}/c", &["/a/{*x}", "/a/*", "/{*x}"]),
            ("/a/*", &["/{*x}"]),
            ("/a", &["/a/*", "/{x}", "/{*x}"]),
            ("/a/", &["/a/*", "/{*x}"]),
            ("/", &[]),
            ("/{{x}", &["/{x}", "/{*x}"]),
        ] {
            assert_eq!(covering(path), expected, "{path}");
        }
        assert!(Pattern::of("/a/* (no route)").covers(&Pattern::of("/a/b/{c}")));
        assert!(!Pattern::of("/a/* (no route)").covers(&Pattern::of("/ab")));
    }

    #[test]
    fn what_covers_a_path_overlaps_it_and_text_is_asked_before_parameters() {
        for (at, one) in PATHS.iter().enumerate() {
            for (other_at, other) in PATHS.iter().enumerate() {
                let (a, b) = (Pattern::of(one), Pattern::of(other));
                assert!(!a.covers(&b) || a.overlaps(&b), "{one} {other}");
                assert_eq!(a.overlaps(&b), b.overlaps(&a), "{one} {other}");
                assert!(!a.overlaps(&b) || at > other_at || a.is_before(&b), "{one} {other}");
            }
        }
        assert!(Pattern::of("/{x}/b").overlaps(&Pattern::of("/a/{x}")));
        assert!(!Pattern::of("/{x}").overlaps(&Pattern::of("/")));
    }
}
