//! What the attributes accept, in `pass/`, and what they say about everything else, in `fail/`.
