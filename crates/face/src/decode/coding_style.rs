//! Into how many parts a JPEG 2000 codestream divides its picture (ISO/IEC 15444-1 §A.6.1, §A.6.2, §B.6, §B.7).
//!
//! A decoder keeps something for every precinct, every code block and every layer of a code block, whether or not there are data for
//! it: with precincts of one sample, a codestream of 200 bytes makes gigabytes of them. A coding style may stand in the main
//! header and in the header of a tile, so every place in the bytes is looked at that a decoder could take for one; its length
//! field is not asked, since decoders do not ask either.

/// Coding style default.
const DEFAULT: u8 = 0x52;
/// Coding style component.
const COMPONENT: u8 = 0x53;
/// Progression order change.
const ORDER_CHANGE: u8 = 0x5F;

/// What is divided.
pub(super) struct Size {
    /// Across and down, in samples.
    pub(super) sides: [u32; 2],
    /// Tiles across and down.
    pub(super) tiles: [u32; 2],
    /// Components.
    pub(super) components: u64,
}

/// At most how many parts (precincts, code blocks and their layers) any coding style in `bytes` makes of a picture.
pub(super) fn most_parts(bytes: &[u8], size: &Size) -> u64 {
    let layers = styles(bytes).map(|style| style.layers).max().unwrap_or(1);
    styles(bytes).map(|style| style.blocks(size)).max().unwrap_or(0).saturating_mul(2 + layers)
}

/// How many progression order changes (§A.6.6) there are, up to `most`: for each, a decoder goes over all parts again.
pub(super) fn order_changes(bytes: &[u8], most: usize) -> u64 {
    let all = bytes.windows(2).enumerate().filter(|(_, pair)| *pair == [0xFF, ORDER_CHANGE]);
    let changes = all.flat_map(|(at, _)| {
        let length =
            bytes.get(at + 2..at + 4).map_or(0, |pair| usize::from(pair[0]) << 8 | usize::from(pair[1]));
        let body = bytes.get(at + 4..).unwrap_or_default();
        let body = &body[..body.len().min(length.saturating_sub(2))];
        // Of up to four components, each is named in one byte; the order comes last.
        body.as_chunks::<7>().0.iter().take_while(|change| change[6] <= 4)
    });
    changes.take(most).count() as u64
}

struct Style<'a> {
    /// One in that of a component, which does not say.
    layers: u64,
    levels: u8,
    /// Exponents of the sides of a code block, across and down.
    block: [u8; 2],
    /// One byte for each resolution; nothing if the precincts are as large as they can be.
    precincts: &'a [u8],
}

fn styles(bytes: &[u8]) -> impl Iterator<Item = Style<'_>> {
    bytes.windows(2).enumerate().filter(|(_, pair)| pair[0] == 0xFF).filter_map(|(at, pair)| {
        // Behind marker and length.
        let body = bytes.get(at + 4..)?;
        match (pair[1], body) {
            (DEFAULT, [scope, order @ 0..=4, high, low, _, rest @ ..]) => {
                let _ = order;
                Style::read(*scope, u16::from_be_bytes([*high, *low]).into(), rest).filter(|s| s.layers > 0)
            }
            (COMPONENT, [_, scope, rest @ ..]) => Style::read(*scope, 1, rest),
            _ => None,
        }
    })
}

impl<'a> Style<'a> {
    /// Nothing if the values are outside those of the standard, which no decoder takes.
    fn read(scope: u8, layers: u64, parameters: &'a [u8]) -> Option<Self> {
        let [levels @ 0..=32, across @ 0..=8, down @ 0..=8, _, 0 | 1, rest @ ..] = parameters else {
            return None;
        };
        let resolutions = usize::from(*levels) + 1;
        let precincts = if scope & 1 == 0 { &[][..] } else { rest.get(..resolutions)? };
        (across + down <= 8).then_some(Self {
            layers,
            levels: *levels,
            block: [across + 2, down + 2],
            precincts,
        })
    }

    /// Precincts or code blocks, whichever are more, of all resolutions, sub-bands and components.
    fn blocks(&self, size: &Size) -> u64 {
        let of_component: u64 = (0..=self.levels)
            .map(|resolution| {
                let precinct = self.precincts.get(usize::from(resolution)).copied().unwrap_or(0xFF);
                // In sub-bands, which are half as large as their resolution, so are precincts.
                let halved = u8::from(resolution > 0);
                let along = |axis: usize, exponent: u8| {
                    let shrunk = u32::from(self.levels - resolution + halved);
                    let side = u64::from(size.sides[axis]) >> shrunk;
                    let part = exponent.saturating_sub(halved).min(self.block[axis]);
                    // One more at each side of each tile, where parts are cut.
                    (side >> part) + 2 * u64::from(size.tiles[axis])
                };
                let bands = if resolution == 0 { 1 } else { 3 };
                bands * along(0, precinct & 0x0F) * along(1, precinct >> 4)
            })
            .fold(0, u64::saturating_add);
        of_component.saturating_mul(size.components)
    }
}
