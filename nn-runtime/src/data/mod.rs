//! From what the user has to what a network takes.
//!
//! | what comes in | what goes out |
//! |---|---|
//! | slices of arrays, `ndarray` views, class labels | `&[[T; N]]`, checked once ([`rows`], [`labels`]) |
//! | a number of rows | index lists for training, validation and test ([`mod@split`]) |
//! | a seed and an epoch | the order in which rows are visited ([`mod@shuffle`]), cut into batches ([`batches`]) |
//! | likewise, and every row's loss | an order in which rows with a large loss come more often ([`emphasis`]) |
//! | training rows | a map to mean 0 and deviation 1, and back ([`standardize`]), also to uncorrelated columns ([`whiten`]) |
//!
//! Conventions: a batch is row-major, a row a sample. Standardizing divides by n, not by n − 1.
//! Everything random is a function of the seed alone, on every machine.

pub mod batches;
mod eigen;
pub mod emphasis;
pub mod labels;
pub mod rows;
pub mod shuffle;
pub mod split;
pub mod standardize;
pub mod whiten;

pub use labels::Labels;
pub use rows::Rows;
pub use split::{Fold, Share, Split, gather, k_fold, split, stratified, stratified_k_fold};
pub use standardize::Standardizer;
pub use whiten::Whitener;
