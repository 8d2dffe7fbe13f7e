//! What is Rust but is not differentiated: what to write instead.

use crate::diagnostics::Place;

/// Why an expression is not differentiated, on the word that shows it, and what to write.
pub fn refusal(expression: &syn::Expr) -> (Place, &'static str) {
    use syn::Expr;
    const LOOP: &str =
        "a loop whose length is not known cannot be unrolled; write `for i in 0..10`";
    const TO_THE_END: &str = "a loop runs to its end here; write `if` around what may be skipped";
    const RESULT: &str = "the result is a float; it cannot fail or wait";
    match expression {
        Expr::While(of) => (Place::of(&of.while_token), LOOP),
        Expr::Loop(of) => (Place::of(&of.loop_token), LOOP),
        Expr::Match(of) => (
            Place::of(&of.match_token),
            "`match` cannot be differentiated; write `if … else …`",
        ),
        Expr::Return(of) => (
            Place::of(&of.return_token),
            "an early `return` cannot be differentiated; write `if … else …` with the result last",
        ),
        Expr::Break(of) => (Place::of(&of.break_token), TO_THE_END),
        Expr::Continue(of) => (Place::of(&of.continue_token), TO_THE_END),
        Expr::Closure(of) => (
            Place::of(&of.inputs_begin),
            "a closure cannot be differentiated; write a function for it",
        ),
        Expr::Macro(of) => (
            Place::of(&of.mac.path),
            "a macro cannot be differentiated; write out what it computes",
        ),
        Expr::Let(of) => (
            Place::of(&of.let_token),
            "`if let` cannot be differentiated; compare floats: `if x < 0.0`",
        ),
        Expr::Range(of) => (
            Place::of(&of.limits),
            "a range stands in the head of a `for` loop only",
        ),
        Expr::Try(of) => (Place::of(&of.question_token), RESULT),
        Expr::Await(of) => (Place::of(&of.await_token), RESULT),
        Expr::Unsafe(of) => (
            Place::of(&of.unsafe_token),
            "`unsafe` cannot be differentiated; leave it out",
        ),
        other => (
            Place::of(other),
            "this expression cannot be differentiated; write floats, arrays and loops of them",
        ),
    }
}
