//! Finds the cycles of implications.

/// One cycle for each step that closes one, as the way from a name back to it. Without these steps, no cycle is left.
pub(super) fn cycles(steps: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search { steps, done: vec![false; steps.len()], way: Vec::new(), cycles: Vec::new() };
    (0..steps.len()).for_each(|start| search.follow(start));
    search.cycles
}

/// A search in depth.
struct Search<'s> {
    steps: &'s [Vec<usize>],
    /// Everything that these lead to was followed.
    done: Vec<bool>,
    way: Vec<usize>,
    cycles: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn follow(&mut self, at: usize) {
        if self.done.get(at).copied().unwrap_or(true) {
            return;
        }
        if let Some(since) = self.way.iter().position(|passed| *passed == at) {
            let back = self.way.iter().skip(since).copied().chain([at]);
            self.cycles.push(back.collect());
            return;
        }
        self.way.push(at);
        for next in self.steps.get(at).into_iter().flatten() {
            self.follow(*next);
        }
        self.way.pop();
        if let Some(done) = self.done.get_mut(at) {
            *done = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cycle_is_broken_by_its_last_step() {
        assert!(cycles(&[vec![1, 2], vec![2], vec![]]).is_empty());
        assert_eq!(cycles(&[vec![0]]), [[0, 0]]);
        assert_eq!(cycles(&[vec![1], vec![2], vec![0, 1]]), [vec![0, 1, 2, 0], vec![1, 2, 1]]);
        assert_eq!(cycles(&[vec![], vec![2], vec![1], vec![1]]), [[1, 2, 1]]);
    }
}
