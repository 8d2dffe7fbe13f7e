//! Small neural networks, unrolled at compile time.
