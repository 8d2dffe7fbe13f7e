//! The outside references: files next to the repository, in `../shared/data`.
