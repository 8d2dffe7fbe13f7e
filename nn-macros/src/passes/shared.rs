//! Names what is used more than once, so that it can be spoken of.

use crate::ir::{Graph, NodeId, Op};

/// Calls the unnamed nodes that several others read, or that leave the graph, `t1`, `t2`, ….
pub fn name_shared(graph: &mut Graph, outputs: &[NodeId]) {
    let mut uses = vec![0_usize; graph.ids().len()];
    for id in graph.ids() {
        for operand in graph.op(id).operands() {
            uses[operand.index()] += 1;
        }
    }
    let mut number = 0;
    for id in graph.ids() {
        let is_simple = matches!(graph.op(id), Op::Constant(_) | Op::Broadcast(_));
        let is_shared = uses[id.index()] > 1 || outputs.contains(&id);
        if graph.node(id).name.is_none() && is_shared && !is_simple {
            number += 1;
            graph.name(id, format!("t{number}"));
        }
    }
}
