//! What goes over the wire while a document is read, and that a read which ends sends nothing more.

use std::sync::{Arc, Mutex};

use emrtd::apdu::Command;
use emrtd::session::{Batching, ReadError, Step};
use emrtd::tlv;

use crate::kit::Draft;
use crate::tree::Node;

/// A command as it was sent.
pub(crate) struct Sent {
    pub(crate) apdu: Vec<u8>,
    /// Its answer was changed on its way.
    pub(crate) answer_changed: bool,
}

/// Writes down what is sent to the chip of a draft.
fn record(draft: &mut Draft) -> Arc<Mutex<Vec<Sent>>> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&sent);
    let mut meddle = draft.meddle.take();
    draft.meddle = Some(Box::new(move |apdu, answer| {
        let before = answer.clone();
        if let Some(meddle) = &mut meddle {
            meddle(apdu, answer);
        }
        let answer_changed = *answer != before;
        list.lock().unwrap().push(Sent { apdu: apdu.to_vec(), answer_changed });
    }));
    sent
}

/// Why a read one command at a time ends, and what was sent until then.
///
/// Commands that travel together are sent whatever the first of them is answered: "nothing more is sent" is meant one at
/// a time. That the read ends for the same reason both ways is asserted as well.
pub(crate) fn end_of(make: impl Fn() -> Draft) -> (ReadError, Vec<Sent>) {
    let [together, single] = [Batching::Batched, Batching::Single].map(|batching| {
        let mut draft = make();
        draft.options.batching = batching;
        let sent = record(&mut draft);
        let error = draft.refused();
        let sent = std::mem::take(&mut *sent.lock().unwrap());
        (error, sent)
    });
    assert_eq!(
        std::mem::discriminant(&together.0),
        std::mem::discriminant(&single.0),
        "together: {}; one at a time: {}",
        together.0,
        single.0
    );
    for sent in [&together.1, &single.1] {
        let pace = sent.iter().any(|sent| pace_step(&sent.apdu).is_some());
        let basic = sent.iter().any(|sent| matches!(sent.apdu[1], 0x82 | 0x84));
        assert!(!(pace && basic), "Basic Access Control was tried after PACE");
    }
    single
}

/// A read in which PACE is tried ends at this step of it: nothing is sent after it.
pub(crate) fn pace_ends_at(last: Step, make: impl Fn() -> Draft) -> ReadError {
    let (error, sent) = end_of(make);
    assert_eq!(sent.last().and_then(|sent| pace_step(&sent.apdu)), Some(last), "{error}");
    error
}

/// A chip whose offers cannot be used is left closed.
pub(crate) fn stays_closed(make: impl Fn() -> Draft) -> ReadError {
    let (error, sent) = end_of(make);
    let opened = |sent: &Sent| pace_step(&sent.apdu).is_some() || matches!(sent.apdu[1], 0x82 | 0x84);
    assert!(!sent.iter().any(opened), "{error}");
    error
}

/// A read ends at the answer that was changed on its way: nothing is sent after it.
pub(crate) fn ends_at_changed_answer(make: impl Fn() -> Draft) -> ReadError {
    let (error, sent) = end_of(make);
    let changed: Vec<usize> = (0..sent.len()).filter(|&at| sent[at].answer_changed).collect();
    assert_eq!(changed, [sent.len() - 1], "{error}");
    error
}

/// The step of PACE that a command is, if it is one.
pub(crate) fn pace_step(apdu: &[u8]) -> Option<Step> {
    let command = Command::parse(apdu).ok()?;
    match (command.cla & 0x0C, command.ins, command.p1, command.p2) {
        (0, 0x22, 0xC1, 0xA4) => Some(Step::PaceSelect),
        (0, 0x86, 0, 0) => {
            let first = tlv::single(&command.data, 0x7C).ok()?.children().peek_tag().ok()?;
            match first {
                None => Some(Step::PaceNonce),
                Some(0x81) => Some(Step::PaceMap),
                Some(0x83) => Some(Step::PaceAgree),
                Some(0x85) => Some(Step::PaceConfirm),
                Some(_) => None,
            }
        }
        _ => None,
    }
}

/// The objects of the answer to one step of PACE, changed on their way.
pub(crate) fn answer_to(step: Step, draft: Draft, change: impl Fn(&mut Vec<Node>) + Send + 'static) -> Draft {
    draft.meddling(move |command, answer| {
        if pace_step(command) == Some(step) && answer.len() > 4 {
            let (body, status) = answer.split_at(answer.len() - 2);
            let mut tree = Node::parse(body);
            change(tree.nodes());
            *answer = [tree.write(), status.to_vec()].concat();
        }
    })
}
