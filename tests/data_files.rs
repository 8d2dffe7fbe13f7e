//! The files that examples read: of a missing or malformed one, the error says which it is and where.

#[path = "../examples/cli/mod.rs"]
mod cli;
#[path = "../examples/handwriting/mod.rs"]
mod handwriting;
#[path = "../examples/table/mod.rs"]
mod table;
#[path = "../examples/uci/mod.rs"]
mod uci;

use cli::{Effort, Failure};
use handwriting::Digits;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use table::Table;

/// A new folder with these files in it.
fn folder(files: &[(&str, &[u8])]) -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed).to_string();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("data_files")
        .join(number);
    // What an earlier run has left; there may be nothing.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

/// What reading a folder with these files fails with; `F` stands for the folder.
#[track_caller]
fn refused<T>(read: impl Fn(&Path) -> Result<T, Failure>, files: &[(&str, &[u8])], sentence: &str) {
    let folder = folder(files);
    let failure = read(&folder).err().expect("refused");
    let found = format!("{failure:?}").replace(&*folder.to_string_lossy(), "F");
    assert_eq!(found, sentence);
}

#[track_caller]
fn table(data: &str, sentence: &str) {
    refused(Table::read, &[("data.txt", data.as_bytes())], sentence);
}

#[test]
fn tables() {
    let missing = "No such file or directory (os error 2)";
    refused(
        |folder| Table::read(&folder.join("nowhere")),
        &[],
        &format!("cannot read F/nowhere: {missing}"),
    );
    refused(
        Table::read,
        &[],
        &format!("cannot read F/data.txt: {missing}"),
    );
    table("\n", "F/data.txt is empty");
    table("x,y\n", "F/data.txt has a header but no rows");
    table(
        "1\n2\n",
        "F/data.txt has one column, but there must be an input besides the target",
    );
    table(
        "1 2\n3 4\n",
        "2 rows are too few to train, validate and test; give at least 10",
    );
}

/// Lines count as an editor counts them, headers, comments and empty ones included.
#[test]
fn cells_of_tables() {
    let not_a_number = |line, column, cell| {
        format!(
            "F/data.txt, line {line}, column {column}: \"{cell}\" is not a finite number; correct \
             or remove it first"
        )
    };
    table("1 2\n3 four\n", &not_a_number(2, 2, "four"));
    table("x,y\n# note\n\n1,2\n3,\n", &not_a_number(5, 2, ""));
    table("1;2\nNaN;4\n", &not_a_number(2, 1, "NaN"));
    table("1 2\n3 -inf\n", &not_a_number(2, 2, "-inf"));
    table(
        "1 2 3\n4 5\n",
        "F/data.txt, line 2, column 3: the line has 2 columns, but those before have 3",
    );
    table(
        "1 2\n\n4 5 6\n",
        "F/data.txt, line 3, column 3: the line has 3 columns, but those before have 2",
    );
}

const ROWS: (&str, &[u8]) = ("data.txt", b"1 2\n3 4\n5 6\n7 8\n9 10\n11 12\n");

#[test]
fn descriptions_of_tables() {
    let meta = |meta: &str, sentence: &str| {
        let files = [ROWS, ("meta.json", meta.as_bytes())];
        refused(Table::read, &files, &format!("F/meta.json: {sentence}"));
    };
    meta("{\n  features", "key must be a string at line 2 column 3");
    meta("{}", "`features` must list columns");
    meta(r#"{"features": []}"#, "`features` must list columns");
    meta(
        r#"{"features": [0, 2], "target": 1}"#,
        "2 is not one of the columns, 0 to 1",
    );
    meta(
        r#"{"features": [0]}"#,
        "null is not one of the columns, 0 to 1",
    );
    meta(
        r#"{"features": [0, 1], "target": 1}"#,
        "column 1 is both a feature and the target",
    );
}

#[test]
fn splits_of_tables() {
    let splits = |splits: &str, sentence: &str| {
        let files = [ROWS, ("splits.txt", splits.as_bytes())];
        refused(Table::read, &files, &format!("F/splits.txt{sentence}"));
    };
    splits("", " has no splits");
    splits(
        "5 0 1 2 3 4 5\n5 0 one 2 3 4 5\n",
        ", line 2, column 3: \"one\" is not a row number",
    );
    splits(
        "5 0 1 2 3 4 6\n",
        ", line 1, column 7: there is no row 6; the 6 rows count from 0",
    );
    splits(
        "5 0 1 2 3 4 0\n",
        ", line 1, column 7: row 0 is listed twice",
    );
    for count in [4, 6] {
        let sentence = format!(
            ", line 1, column 1: {count} rows to train on, of 6; give at least 5, and leave some \
             to test on"
        );
        splits(&format!("{count} 0 1 2 3 4 5\n"), &sentence);
    }
}

#[test]
fn benchmarks() {
    let refused = |files: &[(&str, &[u8])], sentence: &str| {
        refused(
            |folder| uci::evaluate(folder, Effort::Quick),
            files,
            sentence,
        );
    };
    let missing = "No such file or directory (os error 2)";
    refused(&[], &format!("cannot read F/yacht: {missing}"));
    let data = ("yacht/data.txt", ROWS.1);
    let splits: (&str, &[u8]) = ("yacht/splits.txt", b"5 0 1 2 3 4 5\n");
    refused(
        &[data, splits],
        &format!("cannot read F/yacht/meta.json: {missing}"),
    );
    let with_grid = |grid: &str, sentence: &str| {
        let meta = format!(r#"{{"features": [0], "target": 1, "tau_grid": {grid}}}"#);
        refused(
            &[data, splits, ("yacht/meta.json", meta.as_bytes())],
            sentence,
        );
    };
    let wrong = "F/yacht/meta.json: the precision";
    with_grid("[]", "F/yacht/meta.json: `tau_grid` must list precisions");
    with_grid("[0.5, 0]", &format!("{wrong} 0 is not a positive number"));
    with_grid("[-0.5]", &format!("{wrong} -0.5 is not a positive number"));
    with_grid(
        r#"["half"]"#,
        &format!("{wrong} \"half\" is not a positive number"),
    );
    with_grid(
        "[0.5]",
        "yacht has 1 inputs, but this example is compiled for 6 or 8",
    );
}

/// An idx file of bytes: its extents, then so many bytes of ink or labels.
fn idx(extents: &[u32], bytes: &[u8]) -> Vec<u8> {
    let magic = 0x800 + extents.len() as u32;
    let header = [&[magic], extents].concat();
    let header = header.iter().flat_map(|word| word.to_be_bytes());
    header.chain(bytes.iter().copied()).collect()
}

const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";

#[test]
fn handwriting() {
    let mnist = |folder: &Path| Digits::mnist(folder, "train");
    let images = idx(&[2, 28, 28], &[255; 2 * 784]);
    let labels = idx(&[2], &[7, 9]);
    let folder = folder(&[(IMAGES, &images), (LABELS, &labels)]);
    let digits = mnist(&folder).expect("two digits");
    assert_eq!(digits.labels, [7, 9]);
    assert_eq!(digits.images, [[1.0; 784]; 2]);

    refused(
        mnist,
        &[],
        "cannot read F/train-images-idx3-ubyte.gz: No such file or directory (os error 2)",
    );
    let packed = format!("{IMAGES}.gz");
    refused(
        mnist,
        &[(&packed, &images)],
        "cannot read F/train-images-idx3-ubyte.gz: invalid gzip header",
    );
    let of_images = |images: &[u8], sentence: &str| {
        let sentence = format!("F/{IMAGES}, byte {sentence}");
        refused(mnist, &[(IMAGES, images), (LABELS, &labels)], &sentence);
    };
    of_images(
        &labels,
        "0: an idx file of bytes starts with 0x00000803 here",
    );
    of_images(b"", "0: an idx file of bytes starts with 0x00000803 here");
    of_images(
        &idx(&[2, 28, 29], &[0; 2 * 28 * 29]),
        "12: the extent must be 28",
    );
    of_images(
        &images[..1583],
        "1583: the file ends, but 2 items need 1584 bytes",
    );
    let of_labels = |labels: &[u8], sentence: &str| {
        let files = [(IMAGES, &images[..]), (LABELS, labels)];
        refused(mnist, &files, sentence);
    };
    of_labels(
        &idx(&[3], &[1, 2, 3]),
        "F: train has 2 images, but 3 labels",
    );
    of_labels(
        &idx(&[2], &[1, 10]),
        "F/train-labels-idx1-ubyte, byte 9: 10 is not a digit",
    );
}
