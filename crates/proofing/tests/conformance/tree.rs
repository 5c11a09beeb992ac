//! Data objects as a tree that can be changed and written again: to break files in exactly one place.

/// A data object: its tag as written, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) tag: Vec<u8>,
    pub(crate) content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    Nodes(Vec<Node>),
}

impl Node {
    /// Reads one object that is all of `bytes`. Constructed objects are taken apart.
    pub(crate) fn parse(bytes: &[u8]) -> Node {
        let (node, rest) = Node::read(bytes);
        assert!(rest.is_empty(), "bytes after the end");
        node
    }

    fn read(bytes: &[u8]) -> (Node, &[u8]) {
        let mut tag = 1;
        if bytes[0] & 0x1F == 0x1F {
            while bytes[tag] & 0x80 != 0 {
                tag += 1;
            }
            tag += 1;
        }
        let (length, start) = match bytes[tag] {
            short @ 0..0x80 => (usize::from(short), tag + 1),
            long => {
                let count = usize::from(long & 0x7F);
                let digits = &bytes[tag + 1..tag + 1 + count];
                let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
                (length, tag + 1 + count)
            }
        };
        let (value, rest) = bytes[start..].split_at(length);
        let content = if bytes[0] & 0x20 == 0 {
            Content::Bytes(value.to_vec())
        } else {
            let mut nodes = Vec::new();
            let mut value = value;
            while !value.is_empty() {
                let (node, rest) = Node::read(value);
                nodes.push(node);
                value = rest;
            }
            Content::Nodes(nodes)
        };
        (Node { tag: bytes[..tag].to_vec(), content }, rest)
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let value = self.value();
        let mut out = self.tag.clone();
        match value.len() {
            length @ 0..0x80 => out.push(u8::try_from(length).unwrap()),
            length @ 0x80..0x100 => out.extend([0x81, u8::try_from(length).unwrap()]),
            length => {
                out.push(0x82);
                out.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
        }
        out.extend(value);
        out
    }

    /// What is in it, written.
    pub(crate) fn value(&self) -> Vec<u8> {
        match &self.content {
            Content::Bytes(bytes) => bytes.clone(),
            Content::Nodes(nodes) => nodes.iter().flat_map(Node::write).collect(),
        }
    }

    pub(crate) fn primitive(tag: &[u8], value: &[u8]) -> Node {
        Node { tag: tag.to_vec(), content: Content::Bytes(value.to_vec()) }
    }

    pub(crate) fn nodes(&mut self) -> &mut Vec<Node> {
        match &mut self.content {
            Content::Nodes(nodes) => nodes,
            Content::Bytes(_) => panic!("{:02X?} holds no objects", self.tag),
        }
    }

    /// The object at the end of a path of indices.
    pub(crate) fn at(&mut self, path: &[usize]) -> &mut Node {
        path.iter().fold(self, |node, index| &mut node.nodes()[*index])
    }

    pub(crate) fn set(&mut self, value: &[u8]) {
        self.content = Content::Bytes(value.to_vec());
    }
}
