//! The cards that come with this crate, and the two models that do.

use super::card::Card;

const YUNET: &str = include_str!("../../models/yunet.toml");
const SFACE: &str = include_str!("../../models/sface.toml");
const EDGEFACE: &str = include_str!("../../models/edgeface.toml");
const MINIFASNET_V2: &str = include_str!("../../models/minifasnet_v2.toml");
const MINIFASNET_V1SE: &str = include_str!("../../models/minifasnet_v1se.toml");

/// The card of the detector that is used unless another is configured: YuNet.
pub fn default_detector() -> Card {
    parsed(YUNET)
}

/// The card of the embedding model that is used unless another is configured: SFace, whose licence is beyond doubt.
pub fn default_embedder() -> Card {
    parsed(SFACE)
}

/// The card of EdgeFace-S: fewer errors than SFace, but its licence is contested, so it is used only where it is configured.
pub fn edgeface() -> Card {
    parsed(EDGEFACE)
}

/// Cards and bytes of the two models for presentation attack detection, which are small enough to come with this crate.
pub fn shipped_attack_detectors() -> [(Card, &'static [u8]); 2] {
    [
        (parsed(MINIFASNET_V2), include_bytes!("../../models/minifasnet_v2.onnx")),
        (parsed(MINIFASNET_V1SE), include_bytes!("../../models/minifasnet_v1se.onnx")),
    ]
}

#[expect(clippy::expect_used, reason = "the texts are constants, and the test below parses each")]
fn parsed(text: &str) -> Card {
    Card::parse(text).expect("a card of this crate")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Task;

    #[test]
    fn every_card_of_this_crate_is_complete() {
        let [(v2, _), (v1se, _)] = shipped_attack_detectors();
        for (card, task) in [
            (default_detector(), Task::Detection),
            (default_embedder(), Task::Embedding),
            (edgeface(), Task::Embedding),
            (v2, Task::AttackDetection),
            (v1se, Task::AttackDetection),
        ] {
            assert_eq!(card.task(), task, "{}", card.name());
            assert!(!card.licence().is_empty() && !card.origin().is_empty(), "{}", card.name());
            assert!(!card.training_data().is_empty() && !card.measured().is_empty(), "{}", card.name());
            assert!(!card.carriers().is_empty(), "{}", card.name());
            assert_eq!(card.thresholds().is_some(), task == Task::Embedding, "{}", card.name());
        }
    }

    #[test]
    fn no_model_of_contested_licence_is_a_default() {
        assert!(!default_embedder().optional() && !default_detector().optional());
        assert!(edgeface().optional());
    }
}
