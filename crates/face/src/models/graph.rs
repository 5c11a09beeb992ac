//! The one change that is made to a graph: the fixed height and width of its input are lifted.
//!
//! YuNet is published for 640 x 640, but it is fully convolutional: nothing in it depends on the size except what is written in
//! the declaration of its input. ONNX files are Protocol Buffers; here the few fields on the way to that declaration are read,
//! everything else is copied as it is. Declared shapes of intermediate values and outputs are left out, since they would be wrong.

/// Fields of the ONNX messages on the way (onnx.proto3).
mod field {
    pub(super) const MODEL_GRAPH: u64 = 7;
    pub(super) const GRAPH_INPUT: u64 = 11;
    pub(super) const GRAPH_OUTPUT: u64 = 12;
    pub(super) const GRAPH_VALUE_INFO: u64 = 13;
    pub(super) const VALUE_TYPE: u64 = 2;
    pub(super) const TYPE_TENSOR: u64 = 1;
    pub(super) const TENSOR_SHAPE: u64 = 2;
    pub(super) const SHAPE_DIMENSION: u64 = 1;
    pub(super) const DIMENSION_NAME: u64 = 2;
}

/// The wire type of a field whose length stands before it.
const LENGTH_DELIMITED: u64 = 2;

/// The same graph with the last two of the four dimensions of its inputs free; nothing if it is not such a graph.
pub(super) fn free_input_size(onnx: &[u8]) -> Option<Vec<u8>> {
    let mut changed = false;
    let model = rewrite(onnx, &mut |number, graph| {
        if number != field::MODEL_GRAPH {
            return Some(Change::Keep);
        }
        rewrite(graph, &mut |number, value| match number {
            field::GRAPH_VALUE_INFO => Some(Change::Drop),
            field::GRAPH_INPUT => {
                let value = value_with_shape(value, &mut |shape| {
                    let freed = free_last_two(shape)?;
                    changed = true;
                    Some(Change::To(freed))
                })?;
                Some(Change::To(value))
            }
            field::GRAPH_OUTPUT => Some(Change::To(value_with_shape(value, &mut |_| Some(Change::Drop))?)),
            _ => Some(Change::Keep),
        })
        .map(Change::To)
    })?;
    changed.then_some(model)
}

enum Change {
    Keep,
    Drop,
    To(Vec<u8>),
}

fn value_with_shape(value: &[u8], change: &mut dyn FnMut(&[u8]) -> Option<Change>) -> Option<Vec<u8>> {
    rewrite(value, &mut |number, kind| {
        if number != field::VALUE_TYPE {
            return Some(Change::Keep);
        }
        rewrite(kind, &mut |number, tensor| {
            if number != field::TYPE_TENSOR {
                return Some(Change::Keep);
            }
            rewrite(tensor, &mut |number, shape| match number {
                field::TENSOR_SHAPE => change(shape),
                _ => Some(Change::Keep),
            })
            .map(Change::To)
        })
        .map(Change::To)
    })
}

fn free_last_two(shape: &[u8]) -> Option<Vec<u8>> {
    let mut dimension = 0;
    let freed = rewrite(shape, &mut |number, _| {
        if number != field::SHAPE_DIMENSION {
            return Some(Change::Keep);
        }
        dimension += 1;
        let name: &[u8] = match dimension {
            3 => b"height",
            4 => b"width",
            _ => return Some(Change::Keep),
        };
        let mut free = Vec::new();
        put_field(&mut free, field::DIMENSION_NAME, name);
        Some(Change::To(free))
    })?;
    (dimension == 4).then_some(freed)
}

/// A message with some of its length-delimited fields changed, all others copied; nothing if it is not well formed.
fn rewrite(message: &[u8], change: &mut dyn FnMut(u64, &[u8]) -> Option<Change>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(message.len());
    let mut rest = message;
    while !rest.is_empty() {
        let start = rest;
        let key = take_varint(&mut rest)?;
        match key & 7 {
            0 => {
                take_varint(&mut rest)?;
            }
            1 => {
                rest = rest.get(8..)?;
            }
            LENGTH_DELIMITED => {
                let length = usize::try_from(take_varint(&mut rest)?).ok()?;
                let (content, after) = rest.split_at_checked(length)?;
                rest = after;
                match change(key >> 3, content)? {
                    Change::Keep => {}
                    Change::Drop => continue,
                    Change::To(content) => {
                        put_field(&mut out, key >> 3, &content);
                        continue;
                    }
                }
            }
            5 => {
                rest = rest.get(4..)?;
            }
            _ => return None,
        }
        out.extend_from_slice(&start[..start.len() - rest.len()]);
    }
    Some(out)
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7F);
            return;
        }
        out.push(low | 0x80);
    }
}

fn put_field(out: &mut Vec<u8>, number: u64, content: &[u8]) {
    put_varint(out, number << 3 | LENGTH_DELIMITED);
    put_varint(out, content.len() as u64);
    out.extend_from_slice(content);
}
