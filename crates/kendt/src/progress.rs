//! How far a read has come, drawn while it runs: bytes of the data groups and the step under way.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use emrtd::lds::Application;
use emrtd::session::{Progress, Step};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::page::Tone;
use crate::terminal::Terminal;

/// What secure messaging adds to an answer, about: data objects, padding, MAC and status word.
const PROTECTION_BYTES: usize = 24;

/// A progress bar for one read. Clones draw the same bar: the reader tells it of every answer, the read of every batch.
#[derive(Clone)]
pub(crate) struct Gauge {
    terminal: Terminal,
    bar: ProgressBar,
    /// Steps of the batch under way that have no answer yet.
    steps: Rc<RefCell<VecDeque<Step>>>,
}

impl Gauge {
    /// A bar on the standard error, if someone watches it and quiet is not wanted.
    pub(crate) fn new(terminal: Terminal) -> Gauge {
        let hidden = terminal.quiet || !terminal.watched;
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let colours = if terminal.err.colour { ".cyan/dim" } else { "" };
        let template =
            format!("  {{bar:26{colours}}} {{percent:>3}}% {{bytes:>9}} of {{total_bytes:<9}}  {{wide_msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Gauge { terminal, bar, steps: Rc::default() }
    }

    /// A bar that nobody sees, for reads that are only measured.
    pub(crate) fn hidden(terminal: Terminal) -> Gauge {
        Gauge::new(Terminal { quiet: true, ..terminal })
    }

    /// A batch goes out.
    pub(crate) fn sending(&self, steps: &[Step], progress: Progress) {
        *self.steps.borrow_mut() = steps.iter().copied().collect();
        self.show(progress);
        self.name_step();
    }

    /// The chip has answered one more command of the batch.
    pub(crate) fn answered(&self, bytes: usize) {
        let answered = self.steps.borrow_mut().pop_front();
        if answered.is_some_and(is_data) {
            let data = u64::try_from(bytes.saturating_sub(PROTECTION_BYTES)).unwrap_or(0);
            // An estimate: the read corrects it after the batch.
            let most = self.bar.length().unwrap_or(0);
            self.bar.set_position(self.bar.position().saturating_add(data).min(most));
        }
        self.name_step();
    }

    /// All that has come back is looked at.
    pub(crate) fn show(&self, progress: Progress) {
        let bytes = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        self.bar.set_length(if progress.lengths_known { bytes(progress.bytes_known) } else { 0 });
        self.bar.set_position(if progress.lengths_known { bytes(progress.bytes_read) } else { 0 });
    }

    /// A line above the bar.
    pub(crate) fn say(&self, tone: Tone, text: &str) {
        if self.terminal.quiet {
            return;
        }
        let text = self.terminal.err.tone(tone, text);
        self.bar.suspend(|| self.terminal.progress(&format!("  {text}")));
    }

    /// The document has left the reader.
    pub(crate) fn place_again(&self, progress: Progress) {
        self.show(progress);
        self.bar.set_message("waiting for the document");
        self.say(Tone::Caution, "The document left the reader. Place it again: what was read is kept.");
    }

    /// The read is over, well or badly.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn name_step(&self) {
        match self.steps.borrow().front() {
            Some(step) => self.bar.set_message(step.to_string()),
            None => self.bar.set_message("…"),
        }
    }
}

/// Whether the answer carries bytes of the files that are counted.
fn is_data(step: Step) -> bool {
    match step {
        Step::ReadFirst(file) | Step::ReadChunk(file, _) => file.application() == Application::Emrtd,
        _ => false,
    }
}
