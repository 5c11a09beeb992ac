//! The paper: elements, text, colours.

use std::fmt::Write as _;

/// Width of all plots, in pixels.
pub(super) const WIDTH: f64 = 760.0;
/// Average width of a character of the labels, generously.
const CHARACTER: f64 = 7.5;

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#24292f}\
.title{font-size:16px;font-weight:600}.note{fill:#57606a}.value,.goal-text{paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}.value{font-weight:600}\
.paper{fill:#ffffff}.grid{stroke:#d0d7de;stroke-width:1}.axis{stroke:#57606a;stroke-width:1.5}\
.goal{stroke:#9a6700;stroke-width:2;stroke-dasharray:6 4}.goal-text{fill:#7d4e00;font-weight:600}\
.line{fill:none;stroke-width:2.5}\
.s0{fill:#0969da}.s1{fill:#bc4c00}.line.s0{fill:none;stroke:#0969da}.line.s1{fill:none;stroke:#bc4c00}\
.whisker{stroke:#0969da;stroke-width:2}\
@media(prefers-color-scheme:dark){\
text{fill:#e6edf3}.note{fill:#9da7b3}.paper{fill:#0d1117}.grid{stroke:#30363d}.axis{stroke:#8b949e}\
.value,.goal-text{stroke:#0d1117}.goal{stroke:#e3b341}.goal-text{fill:#e3b341}\
.s0{fill:#58a6ff}.s1{fill:#f0883e}.line.s0{fill:none;stroke:#58a6ff}.line.s1{fill:none;stroke:#f0883e}\
.whisker{stroke:#58a6ff}}";

/// Where a text is held.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing in the making.
pub(super) struct Svg {
    body: String,
    height: f64,
}

impl Svg {
    /// A sheet with its title, and the description for those who cannot see it.
    pub(super) fn new(title: &str, description: &str, height: f64) -> Svg {
        let mut body = String::new();
        let (title_text, description) = (escape(title), escape(description));
        // Writing to a string does not fail.
        let _ = write!(
            body,
            "<title id=\"title\">{title_text}</title>\n<desc id=\"desc\">{description}</desc>\n\
             <style>{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\"/>\n"
        );
        let mut svg = Svg { body, height };
        svg.text(20.0, 30.0, "title", Anchor::Start, title);
        svg
    }

    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        let _ = writeln!(
            self.body,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let _ = writeln!(
            self.body,
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        );
    }

    pub(super) fn bar(&mut self, class: &str, corner: (f64, f64), width: f64, height: f64) {
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" rx=\"2\"/>",
            corner.0,
            corner.1,
            width.max(1.5)
        );
    }

    pub(super) fn dot(&mut self, class: &str, (x, y): (f64, f64)) {
        let _ = writeln!(self.body, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>");
    }

    pub(super) fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(self.body, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "));
    }

    /// A coloured square with its meaning; the place where the next one may stand.
    pub(super) fn legend(&mut self, x: f64, y: f64, class: &str, meaning: &str) -> f64 {
        self.bar(class, (x, y - 10.0), 12.0, 12.0);
        self.text(x + 18.0, y, "", Anchor::Start, meaning);
        x + 18.0 + width_of(meaning) + 24.0
    }

    /// The whole document.
    pub(super) fn finish(self) -> String {
        let Svg { body, height } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">\n{body}</svg>\n"
        )
    }
}

/// Pixels that a label takes, about.
pub(super) fn width_of(text: &str) -> f64 {
    text.chars().map(|_| CHARACTER).sum()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Round steps for an axis from 0 to at least `most`: about five of them.
pub(super) fn round_steps(most: f64) -> Vec<f64> {
    let rough = (most / 5.0).max(f64::MIN_POSITIVE);
    let magnitude = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let mut steps = vec![0.0];
    while steps.last().is_some_and(|last| *last < most) {
        #[expect(clippy::cast_precision_loss, reason = "a handful of steps")]
        steps.push(step * steps.len() as f64);
    }
    steps
}

/// A number with as many decimals as it needs, at most two.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_reach_the_end() {
        let labels = |most| round_steps(most).into_iter().map(short).collect::<Vec<_>>();
        assert_eq!(labels(112.0), ["0", "25", "50", "75", "100", "125"]);
        assert_eq!(labels(0.9), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
    }

    #[test]
    fn text_cannot_break_out() {
        let mut svg = Svg::new("a < b", "\"&", 10.0);
        svg.text(0.0, 0.0, "", Anchor::End, "<script>");
        let text = svg.finish();
        assert!(
            text.contains("a &lt; b") && text.contains("&quot;&amp;") && !text.contains("<script"),
            "{text}"
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([short(1.0), short(0.25), short(10.5)], ["1", "0.25", "10.5"]);
    }
}
