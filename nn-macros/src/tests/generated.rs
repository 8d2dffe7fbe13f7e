//! Generated code against the interpreter.
