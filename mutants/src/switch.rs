//! Rewrites a source file so that each of its mutants can be switched on while the program runs.
//!
//! Text is only inserted, without new lines, so that lines of messages and of `#[track_caller]` stay. A mutated expression is a copy
//! of the original with one change: `a < b` becomes `(if on(7) { (a) > (b) } else { a < b })`. Only the last `a < b` holds the switches
//! of the mutants inside of `a` and `b`, so the text grows by depth and not by its power.

use std::collections::HashMap;
use std::ops::Range;

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, Signature};

use crate::mutant::Mutant;
use crate::{Fate, Result};

/// A file with switches.
#[derive(Default)]
pub struct Switched {
    pub text: String,
    /// What was inserted for which mutant, in bytes of `text`.
    pub pieces: Vec<(u32, Range<usize>)>,
    /// The functions in bytes of `text`, outer ones first, for errors that are found elsewhere.
    pub functions: Vec<Range<usize>>,
    /// The mutants that have no switch, and why.
    pub left_out: Vec<(u32, Fate)>,
    /// The mutants inside of `const fn`, which the compiler may have evaluated before any switch was set.
    pub in_const_fn: Vec<u32>,
}

impl Switched {
    /// The mutants that delete an arm within these bytes.
    pub fn arms(&self, within: &Range<usize>) -> impl Iterator<Item = u32> {
        let inside = |piece: &Range<usize>| within.start <= piece.start && piece.end <= within.end;
        let arms = self
            .pieces
            .iter()
            .filter(move |(_, piece)| inside(piece) && self.text[piece.clone()].starts_with(" if !"));
        arms.map(|(number, _)| *number)
    }
}

/// Inserts the switches of `mutants`.
pub fn switch(text: &str, mutants: &[&Mutant]) -> Result<Switched> {
    let file = syn::parse_file(text)?;
    let mut finder = Finder::default();
    for mutant in mutants {
        let place = (mutant.genre.clone(), mutant.line, mutant.column);
        finder.wanted.entry(place).or_default().push((*mutant).clone());
    }
    finder.visit_file(&file);
    let left = finder.wanted.values().flatten().map(|mutant| (mutant.number, Fate::NotSwitchable));
    finder.left_out.extend(left.collect::<Vec<_>>());
    Ok(finder.write(text))
}

/// One insertion: pieces of text, some of which belong to a mutant.
struct Edit {
    at: usize,
    closes: bool,
    pieces: Vec<(Option<u32>, String)>,
}

#[derive(Default)]
struct Finder {
    wanted: HashMap<(String, usize, usize), Vec<Mutant>>,
    edits: Vec<Edit>,
    functions: Vec<Range<usize>>,
    left_out: Vec<(u32, Fate)>,
    in_const_fn: Vec<u32>,
    /// Inside of a constant, which the compiler evaluates.
    constant: bool,
    const_fn: bool,
}

impl Finder {
    /// The mutants that begin here, unless none of them can be switched.
    fn take(&mut self, genre: &str, span: Span) -> Vec<Mutant> {
        let start = span.start();
        let found = self.wanted.remove(&(genre.to_owned(), start.line, start.column + 1)).unwrap_or_default();
        if self.constant {
            self.leave_out(&found, Fate::Constant);
            return Vec::new();
        }
        if self.const_fn {
            self.in_const_fn.extend(found.iter().map(|mutant| mutant.number));
        }
        found
    }

    fn leave_out(&mut self, mutants: &[Mutant], fate: Fate) {
        self.left_out.extend(mutants.iter().map(|mutant| (mutant.number, fate)));
    }

    fn open(&mut self, at: usize, pieces: Vec<(Option<u32>, String)>) {
        self.edits.push(Edit { at, closes: false, pieces });
    }

    fn close(&mut self, at: usize, text: &str) {
        self.edits.push(Edit { at, closes: true, pieces: vec![(None, text.to_owned())] });
    }

    /// Puts a choice between changed copies and the original around an expression.
    fn choose(&mut self, original: Range<usize>, copies: Vec<(u32, String)>) {
        if copies.is_empty() {
            return;
        }
        let mut pieces = vec![(None, "(".to_owned())];
        for (number, copy) in copies {
            pieces.push((Some(number), format!("if {} {{ {copy} }} else ", on(number))));
        }
        pieces.push((None, "{ ".to_owned()));
        self.open(original.start, pieces);
        self.close(original.end, " })");
    }

    fn function(&mut self, signature: &Signature, block: &Block, whole: Span) {
        self.functions.push(whole.byte_range());
        let Some(first) = block.stmts.first() else { return };
        let found = self.take("FnValue", first.span());
        let output = text_of(&signature.output);
        if output.starts_with("-> impl Iterator <") && !returns(block) {
            return self.iterator(&found, block);
        }
        if output.contains("impl ") {
            self.leave_out(&found, Fate::NotSwitchable);
            return;
        }
        let pieces = found.iter().map(|mutant| {
            let value = &mutant.replacement;
            (Some(mutant.number), format!("if {} {{ return {value}; }} ", on(mutant.number)))
        });
        let pieces: Vec<_> = pieces.collect();
        self.open(first.span().byte_range().start, pieces);
    }

    /// An opaque type is one type: `Changed(once(..))` or `Same({ the body })`.
    fn iterator(&mut self, found: &[Mutant], block: &Block) {
        let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) else { return };
        let mut pieces = Vec::new();
        for mutant in found {
            let (on, value) = (on(mutant.number), &mutant.replacement);
            let either = "crate::__mutants::Either";
            pieces.push((
                Some(mutant.number),
                format!("if {on} {{ {either}::Changed({value}) }} else {{ {either}::Same("),
            ));
        }
        pieces.push((None, "{ ".to_owned()));
        self.open(first.span().byte_range().start, pieces);
        self.close(last.span().byte_range().end, &format!(" }}{}", ") }".repeat(found.len())));
    }

    /// Visits what the compiler evaluates.
    fn constant(&mut self, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.constant, true);
        visit(self);
        self.constant = before;
    }

    /// Visits a function or a closure, which may be inside of a constant.
    fn running(&mut self, const_fn: bool, visit: impl FnOnce(&mut Self)) {
        let before = (self.constant, self.const_fn);
        (self.constant, self.const_fn) = (false, const_fn);
        visit(self);
        (self.constant, self.const_fn) = before;
    }

    fn write(mut self, text: &str) -> Switched {
        // At one place: first what ends there, inner before outer, then what begins, outer before inner. The visit was outer first.
        let mut order: Vec<usize> = (0..self.edits.len()).collect();
        order.sort_by_key(|&index| {
            let edit = &self.edits[index];
            (edit.at, !edit.closes, if edit.closes { usize::MAX - index } else { index })
        });
        let mut switched = Switched {
            left_out: std::mem::take(&mut self.left_out),
            in_const_fn: std::mem::take(&mut self.in_const_fn),
            ..Switched::default()
        };
        let mut moved = Vec::new();
        let mut done = 0;
        for index in order {
            let edit = &self.edits[index];
            switched.text.push_str(&text[done..edit.at]);
            done = edit.at;
            for (number, piece) in &edit.pieces {
                let start = switched.text.len();
                switched.text.push_str(piece);
                switched.pieces.extend(number.map(|number| (number, start..switched.text.len())));
            }
            moved.push((edit.at, switched.text.len() - edit.at));
        }
        switched.text.push_str(&text[done..]);
        let now = |at: usize| at + moved.iter().rev().find(|(from, _)| *from < at).map_or(0, |(_, by)| *by);
        switched.functions = self.functions.iter().map(|range| now(range.start)..now(range.end)).collect();
        switched
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.running(item.sig.constness.is_some(), |finder| {
            finder.function(&item.sig, &item.block, item.span());
            visit::visit_item_fn(finder, item);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.running(item.sig.constness.is_some(), |finder| {
            finder.function(&item.sig, &item.block, item.span());
            visit::visit_impl_item_fn(finder, item);
        });
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.running(item.sig.constness.is_some(), |finder| {
            if let Some(block) = &item.default {
                finder.function(&item.sig, block, item.span());
            }
            visit::visit_trait_item_fn(finder, item);
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.running(self.const_fn, |finder| visit::visit_expr_closure(finder, closure));
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(|finder| visit::visit_item_const(finder, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(|finder| visit::visit_impl_item_const(finder, item));
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.constant(|finder| visit::visit_trait_item_const(finder, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(|finder| visit::visit_item_static(finder, item));
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.constant(|finder| visit::visit_item_enum(finder, item));
    }

    fn visit_expr_const(&mut self, block: &'ast syn::ExprConst) {
        self.constant(|finder| visit::visit_expr_const(finder, block));
    }

    fn visit_type_array(&mut self, array: &'ast syn::TypeArray) {
        self.constant(|finder| visit::visit_type_array(finder, array));
    }

    fn visit_expr_repeat(&mut self, array: &'ast syn::ExprRepeat) {
        self.visit_expr(&array.expr);
        self.constant(|finder| finder.visit_expr(&array.len));
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let found = self.take("BinaryOperator", binary.op.span());
        if matches!(binary.op, BinOp::And(_)) && (binds(&binary.left) || binds(&binary.right)) {
            // `if let .. && ..`: another operator does not compile.
            self.leave_out(&found, Fate::Unviable);
        } else {
            let (left, right) = (text_of(&binary.left), text_of(&binary.right));
            let assigns =
                |mutant: &Mutant| mutant.replacement.ends_with('=') && mutant.replacement.len() == 2;
            let copies = found.iter().map(|mutant| {
                let operator = &mutant.replacement;
                let comparison = ["==", "!=", "<=", ">="].contains(&&**operator);
                let copy = if assigns(mutant) && !comparison {
                    format!("{left} {operator} {right}")
                } else {
                    format!("({left}) {operator} ({right})")
                };
                (mutant.number, copy)
            });
            let copies = copies.collect();
            self.choose(binary.span().byte_range(), copies);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let found = self.take("UnaryOperator", unary.op.span());
        let copies = found.iter().map(|mutant| (mutant.number, text_of(&unary.expr))).collect();
        self.choose(unary.span().byte_range(), copies);
        visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        for mutant in self.take("MatchArm", arm.span()) {
            let piece = (Some(mutant.number), format!(" if !{}", on(mutant.number)));
            self.open(arm.pat.span().byte_range().end, vec![piece]);
        }
        if let Some((_, guard)) = &arm.guard {
            self.guard(guard);
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        for field in &literal.fields {
            let Some(rest) = &literal.rest else { break };
            for mutant in self.take("StructField", field.span()) {
                let name = text_of(&field.member);
                let value = field.expr.span().byte_range();
                let label = if field.colon_token.is_none() { format!("{name}: ") } else { String::new() };
                let copy = format!("if {} {{ ({}).{name} }} else ", on(mutant.number), text_of(rest));
                let pieces = vec![(None, label), (Some(mutant.number), copy), (None, "{ ".to_owned())];
                self.open(value.start, pieces);
                self.close(value.end, " }");
            }
        }
        visit::visit_expr_struct(self, literal);
    }
}

impl Finder {
    /// The guard of a match arm: true, false, or what it says.
    fn guard(&mut self, guard: &Expr) {
        let found = self.take("MatchArmGuard", guard.span());
        if binds(guard) {
            self.leave_out(&found, Fate::NotSwitchable);
            return;
        }
        if found.is_empty() {
            return;
        }
        let mut pieces = vec![(None, "(".to_owned())];
        for mutant in &found {
            let text = if mutant.replacement == "true" {
                format!("{} || ", on(mutant.number))
            } else {
                String::new()
            };
            pieces.push((Some(mutant.number), text));
        }
        for mutant in found.iter().filter(|mutant| mutant.replacement == "false") {
            pieces.push((Some(mutant.number), format!("!{} && ", on(mutant.number))));
        }
        pieces.push((None, "(".to_owned()));
        let range = guard.span().byte_range();
        self.open(range.start, pieces);
        self.close(range.end, "))");
    }
}

/// The condition under which a mutant is active.
fn on(number: u32) -> String {
    format!("crate::__mutants::on({number})")
}

/// The code on one line and without comments.
fn text_of(code: &impl ToTokens) -> String {
    code.to_token_stream().to_string().replace('\n', " ")
}

/// Whether a block may end with `return`.
fn returns(block: &Block) -> bool {
    text_of(block).contains("return")
}

/// Whether a condition is `let ..`, alone or in a chain.
fn binds(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => {
            matches!(binary.op, BinOp::And(_)) && (binds(&binary.left) || binds(&binary.right))
        }
        _ => false,
    }
}
