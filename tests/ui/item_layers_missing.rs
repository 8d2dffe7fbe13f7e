unrolled::network! {
    struct Net;
}

fn main() { let _ = Net::init(Default::default(), 1); }
