macro_rules! doubled {
    ([] $($layer:tt)*) => { unrolled::network!(2 $($layer)*) };
    ([. $($dots:tt)*] $($layer:tt)*) => { doubled!([$($dots)*] $($layer)* $($layer)*) };
}

fn main() {
    doubled!([. . . . . . . . .] -> 1);
}
