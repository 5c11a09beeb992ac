//! Colours, and text that fits the width of a terminal.

use std::fmt::Write as _;

use console::{Style, measure_text_width};

/// What a piece of text is, from which its colour follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    Plain,
    /// Headings and what is looked at first.
    Strong,
    /// Labels, rules and units.
    Faint,
    Good,
    Caution,
    Bad,
}

/// Whether there are colours, and how many columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    pub(crate) colour: bool,
    pub(crate) width: usize,
}

impl Paint {
    /// For files and pipes.
    pub(crate) const PLAIN: Paint = Paint { colour: false, width: 80 };

    pub(crate) fn tone(self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Strong => Style::new().bold(),
            Tone::Faint => Style::new().dim(),
            Tone::Good => Style::new().green(),
            Tone::Caution => Style::new().yellow(),
            Tone::Bad => Style::new().red().bold(),
        };
        style.force_styling(self.colour).apply_to(text).to_string()
    }
}

/// Breaks text at blanks into lines of at most `width` columns. A word that is longer stands alone, uncut.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let columns = measure_text_width(&line) + measure_text_width(word) + 1;
            if !line.is_empty() && columns > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// Text filled with blanks on its right.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(measure_text_width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Text filled with blanks on its left.
fn pad_left(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(measure_text_width(text));
    format!("{}{text}", " ".repeat(missing))
}

/// A cell of a table.
pub(crate) struct Cell {
    tone: Tone,
    text: String,
    right: bool,
}

impl Cell {
    pub(crate) fn left(tone: Tone, text: impl Into<String>) -> Cell {
        Cell { tone, text: text.into(), right: false }
    }

    /// For numbers.
    pub(crate) fn right(tone: Tone, text: impl Into<String>) -> Cell {
        Cell { tone, text: text.into(), right: true }
    }
}

const LABEL: usize = 17;
const INDENT: usize = 2;

/// A page of headings, labelled fields and tables.
pub(crate) struct Page {
    paint: Paint,
    text: String,
}

impl Page {
    pub(crate) fn new(paint: Paint) -> Page {
        Page { paint, text: String::new() }
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// The title of a part that has headings of its own.
    pub(crate) fn title(&mut self, title: &str) {
        self.ruled(title, "━");
    }

    /// A heading with a rule up to the margin.
    pub(crate) fn heading(&mut self, title: &str) {
        self.ruled(title, "─");
    }

    fn ruled(&mut self, title: &str, rule: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let rule = rule.repeat(self.paint.width.saturating_sub(measure_text_width(title) + 1));
        let line =
            format!("{} {}", self.paint.tone(Tone::Strong, title), self.paint.tone(Tone::Faint, &rule));
        self.line(&line);
    }

    pub(crate) fn field(&mut self, label: &str, value: &str) {
        self.field_in(Tone::Plain, label, value);
    }

    /// A labelled value, wrapped beside its label.
    pub(crate) fn field_in(&mut self, tone: Tone, label: &str, value: &str) {
        let width = self.paint.width.saturating_sub(INDENT + LABEL);
        for (index, part) in wrap(value, width).iter().enumerate() {
            let label = pad(if index == 0 { label } else { "" }, LABEL);
            let line = format!(
                "{}{}{}",
                " ".repeat(INDENT),
                self.paint.tone(Tone::Faint, &label),
                self.paint.tone(tone, part)
            );
            self.line(&line);
        }
    }

    /// A labelled line that must not be broken.
    pub(crate) fn exact(&mut self, tone: Tone, line: &str) {
        let line = format!("{}{}", " ".repeat(INDENT), self.paint.tone(tone, line));
        self.line(&line);
    }

    pub(crate) fn paragraph(&mut self, tone: Tone, text: &str) {
        for part in wrap(text, self.paint.width.saturating_sub(INDENT)) {
            self.exact(tone, &part);
        }
    }

    /// A table; the last column takes what is left of the width and is wrapped.
    pub(crate) fn table(&mut self, rows: &[Vec<Cell>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| measure_text_width(&cell.text)).max().unwrap_or(0)
            })
            .collect();
        for row in rows {
            let mut line = " ".repeat(INDENT);
            let mut used = INDENT;
            for (column, cell) in row.iter().enumerate() {
                let width = widths.get(column).copied().unwrap_or(0);
                if column + 1 < columns || cell.right {
                    let text = if cell.right { pad_left(&cell.text, width) } else { pad(&cell.text, width) };
                    let _ = write!(line, "{}  ", self.paint.tone(cell.tone, &text));
                    used += width + 2;
                } else {
                    let parts = wrap(&cell.text, self.paint.width.saturating_sub(used));
                    for (index, part) in parts.iter().enumerate() {
                        if index > 0 {
                            let finished = std::mem::replace(&mut line, " ".repeat(used));
                            self.line(&finished);
                        }
                        line.push_str(&self.paint.tone(cell.tone, part));
                    }
                }
            }
            self.line(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_blanks_and_long_words_stay_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a veryverylongword b", 5), ["a", "veryverylongword", "b"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn marks_over_letters_do_not_count_as_columns() {
        assert_eq!(pad("Ngu\u{0303}yen", 8), "Ngu\u{0303}yen  ");
    }

    #[test]
    fn without_colour_there_is_no_escape() {
        let mut page = Page::new(Paint::PLAIN);
        page.heading("Title");
        page.field_in(Tone::Bad, "label", "value");
        page.table(&[vec![Cell::left(Tone::Good, "a"), Cell::right(Tone::Plain, "10")]]);
        let text = page.into_text();
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(text.lines().all(|line| measure_text_width(line) <= 80), "{text}");
    }

    #[test]
    fn the_last_column_of_a_table_is_wrapped_under_itself() {
        let mut page = Page::new(Paint { colour: false, width: 16 });
        page.table(&[vec![Cell::left(Tone::Plain, "name"), Cell::left(Tone::Plain, "one two three")]]);
        assert_eq!(page.into_text(), "  name  one two\n        three\n");
    }
}
