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
        let gauge = Gauge { terminal, bar, steps: Rc::default() };
        gauge.draw_as("  {spinner} {wide_msg}");
        gauge
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
            self.count();
        }
        self.name_step();
    }

    /// All that has come back is looked at.
    pub(crate) fn show(&self, progress: Progress) {
        if !progress.lengths_known {
            return;
        }
        let bytes = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        if self.bar.length() == Some(0) {
            let colours = if self.terminal.err.colour { ".cyan/dim" } else { "" };
            self.draw_as(&format!("  {{bar:14{colours}}} {{percent:>3}}%  {{prefix:>15}}  {{wide_msg}}"));
        }
        self.bar.set_length(bytes(progress.bytes_known));
        self.bar.set_position(bytes(progress.bytes_read));
        self.count();
    }

    fn draw_as(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("━╸─"));
        }
    }

    /// Bytes read and to read, in thousands.
    fn count(&self) {
        let tenths = |bytes: u64| format!("{}.{}", bytes / 1_000, bytes % 1_000 / 100);
        let all = self.bar.length().unwrap_or(0);
        self.bar.set_prefix(format!("{} of {} kB", tenths(self.bar.position()), tenths(all)));
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
            None => self.bar.set_message("waiting for the answers"),
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
