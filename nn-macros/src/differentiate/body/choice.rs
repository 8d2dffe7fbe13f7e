//! `if`: one branch where the comparison is known, both where floats decide.

use super::{Reader, Reading, Value};

impl Reader<'_> {
    /// `if condition { yes } else { no }`, as an expression or as a statement.
    pub(super) fn choice(&mut self, choice: &syn::ExprIf) -> Reading<Value> {
        let condition = self.condition(&choice.cond)?;
        if let crate::differentiate::value::Condition::Known(holds) = condition {
            return match (holds, &choice.else_branch) {
                (true, _) => self.block(&choice.then_branch),
                (false, Some((_, no))) => self.expression(no),
                (false, None) => Ok(Value::UNIT),
            };
        }
        let before = self.variables.clone();
        let yes = self.block(&choice.then_branch);
        let after_yes = std::mem::replace(&mut self.variables, before);
        let no = match &choice.else_branch {
            Some((_, no)) => self.expression(no),
            None => Ok(Value::UNIT),
        };
        for (place, (name, yes)) in after_yes.into_iter().enumerate() {
            let no = self.variables[place].1.clone();
            let Some(chosen) = condition.choose(&mut self.graph, &yes, &no) else {
                let message = format!(
                    "`{name}` is {} or {}, as floats decide, but must be known to the macro",
                    yes.what(),
                    no.what()
                );
                return self.mistake(&choice.cond, message);
            };
            if chosen != yes && chosen != no {
                self.remember(&name, &chosen);
            }
            self.variables[place].1 = chosen;
        }
        let (yes, no) = (yes?, no?);
        match condition.choose(&mut self.graph, &yes, &no) {
            Some(value) => Ok(value),
            None => {
                let message = format!(
                    "one branch gives {}, the other {}; both must give the same",
                    yes.what(),
                    no.what()
                );
                self.mistake(&choice.if_token, message)
            }
        }
    }
}
