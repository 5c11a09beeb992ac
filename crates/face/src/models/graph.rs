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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::shipped_attack_detectors;

    fn message(fields: &[(u64, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, content) in fields {
            put_field(&mut out, *number, content);
        }
        out
    }

    /// A model with one input of these dimensions.
    fn model(dimensions: &[u8]) -> Vec<u8> {
        let shape: Vec<u8> = dimensions.iter().flat_map(|&size| message(&[(1, &[0x08, size])])).collect();
        let value = |shape: &[u8]| message(&[(1, b"input"), (2, &message(&[(1, &message(&[(2, shape)]))]))]);
        let graph =
            message(&[(2, b"graph"), (11, &value(&shape)), (12, &value(&shape)), (13, &value(&shape))]);
        let mut model = vec![0x08, 0x06];
        model.extend(message(&[(7, &graph), (8, b"opset")]));
        model
    }

    #[test]
    fn height_and_width_are_lifted_and_all_else_is_kept() {
        let freed = free_input_size(&model(&[1, 3, 64, 64])).unwrap();
        let shape = [
            message(&[(1, &[8, 1])]),
            message(&[(1, &[8, 3])]),
            message(&[(1, &message(&[(2, b"height")]))]),
            message(&[(1, &message(&[(2, b"width")]))]),
        ]
        .concat();
        let input = message(&[(1, b"input"), (2, &message(&[(1, &message(&[(2, &shape)]))]))]);
        let output = message(&[(1, b"input"), (2, &message(&[(1, &[])]))]);
        let graph = message(&[(2, b"graph"), (11, &input), (12, &output)]);
        let expected = [vec![0x08, 0x06], message(&[(7, &graph), (8, b"opset")])].concat();
        assert_eq!(freed, expected);
    }

    #[test]
    fn an_input_of_other_than_four_dimensions_and_a_file_cut_short_are_refused() {
        assert_eq!(free_input_size(&model(&[1, 3, 64])), None);
        assert_eq!(free_input_size(b""), None);
        let whole = model(&[1, 3, 64, 64]);
        for length in 1..whole.len() {
            // A cut between two fields leaves a well-formed message; one without its graph has no input.
            if let Some(freed) = free_input_size(&whole[..length]) {
                assert!(freed.len() > 2 && length + 7 >= whole.len(), "{length}");
            }
        }
    }

    #[test]
    fn numbers_of_any_length_are_read_as_they_were_written() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            let mut rest = bytes.as_slice();
            assert_eq!((take_varint(&mut rest), rest.len()), (Some(value), 0));
        }
        assert_eq!(take_varint(&mut [0xFF_u8; 11].as_slice()), None);
        assert_eq!(take_varint(&mut [].as_slice()), None);
    }

    #[test]
    fn a_real_model_can_be_rewritten() {
        let [(_, bytes), _] = shipped_attack_detectors();
        assert!(free_input_size(bytes).is_some());
    }
}
