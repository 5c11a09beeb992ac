//! Horizontal bars, and dots with whiskers.

use super::svg::{Anchor, Svg, WIDTH, round_steps, short, width_of};

const RIGHT: f64 = 90.0;
const BOTTOM: f64 = 56.0;

/// Values under one name.
pub struct Bar {
    /// Name at the left.
    pub name: String,
    /// Values, one for each meaning, with what is written beside.
    pub values: Vec<(f64, String)>,
}

/// Bars from the left, one group for each name.
pub struct BarChart<'a> {
    /// Heading.
    pub title: &'a str,
    /// In words, for those who cannot see it.
    pub description: &'a str,
    /// What is measured, with its unit.
    pub axis: &'a str,
    /// Meanings of the values of a group; one alone needs no legend.
    pub meanings: &'a [&'a str],
    /// Groups from top to bottom.
    pub bars: Vec<Bar>,
    /// A value to stay at or below, with what is written there.
    pub goal: Option<(f64, &'a str)>,
}

impl BarChart<'_> {
    /// As SVG.
    pub fn draw(&self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
        let count = self.meanings.len() as f64;
        let thickness = if count > 1.0 { 15.0 } else { 19.0 };
        let pitch = thickness * count + 16.0;
        let names = self.bars.iter().map(|bar| bar.name.as_str());
        let values = self.bars.iter().flat_map(|bar| bar.values.iter().map(|(value, _)| *value));
        let values = values.chain(self.goal.map(|(value, _)| value));
        let top = if count > 1.0 { 98.0 } else { 54.0 };
        let frame = Frame::new(names, values, top, pitch);
        let mut svg = frame.begin(self.title, self.description, self.axis);
        let mut x = 20.0;
        for (index, meaning) in self.meanings.iter().enumerate().filter(|_| self.meanings.len() > 1) {
            x = svg.legend(x, 56.0, &format!("s{index}"), meaning);
        }
        frame.goal(&mut svg, self.goal);
        for (row, bar) in self.bars.iter().enumerate() {
            let mut y = frame.row(row) + 8.0;
            svg.text(frame.left - 10.0, frame.row(row) + pitch / 2.0 + 4.5, "", Anchor::End, &bar.name);
            for (index, (value, label)) in bar.values.iter().enumerate() {
                let end = frame.x(*value);
                svg.bar(&format!("s{index}"), (frame.left, y), end - frame.left, thickness - 2.0);
                svg.text(end + 6.0, y + thickness / 2.0 + 3.5, "value", Anchor::Start, label);
                y += thickness;
            }
        }
        svg.finish()
    }
}

/// A middle with its spread.
pub struct Dot {
    /// Name at the left.
    pub name: String,
    /// The middle.
    pub middle: f64,
    /// Least and greatest.
    pub ends: (f64, f64),
    /// What is written at the right.
    pub label: String,
}

/// Dots with whiskers, one for each name.
pub struct DotChart<'a> {
    /// Heading.
    pub title: &'a str,
    /// In words, for those who cannot see it.
    pub description: &'a str,
    /// What is measured, with its unit.
    pub axis: &'a str,
    /// Rows from top to bottom.
    pub dots: Vec<Dot>,
    /// A value to stay at or below, with what is written there.
    pub goal: (f64, &'a str),
}

impl DotChart<'_> {
    /// As SVG.
    pub fn draw(&self) -> String {
        let names = self.dots.iter().map(|dot| dot.name.as_str());
        let values = self.dots.iter().map(|dot| dot.ends.1).chain([self.goal.0 * 1.1]);
        let frame = Frame::new(names, values, 76.0, 44.0);
        let mut svg = frame.begin(self.title, self.description, self.axis);
        frame.goal(&mut svg, Some(self.goal));
        for (row, dot) in self.dots.iter().enumerate() {
            let y = frame.row(row) + 26.0;
            let (from, to) = (frame.x(dot.ends.0), frame.x(dot.ends.1));
            svg.text(frame.left - 10.0, y + 4.5, "", Anchor::End, &dot.name);
            svg.line("whisker", (from, y), (to, y));
            for end in [from, to] {
                svg.line("whisker", (end, y - 6.0), (end, y + 6.0));
            }
            svg.dot("s0", (frame.x(dot.middle), y));
            svg.text(frame.x(dot.middle), y - 10.0, "value", Anchor::Middle, &dot.label);
        }
        svg.finish()
    }
}

/// Where things are: names at the left, the axis below.
struct Frame {
    left: f64,
    top: f64,
    bottom: f64,
    pitch: f64,
    steps: Vec<f64>,
}

impl Frame {
    fn new<'a>(
        names: impl Iterator<Item = &'a str>,
        values: impl Iterator<Item = f64>,
        top: f64,
        pitch: f64,
    ) -> Frame {
        let (mut rows, mut widest) = (0.0, 0.0);
        for name in names {
            rows += 1.0;
            widest = width_of(name).max(widest);
        }
        let steps = round_steps(values.fold(0.0, f64::max));
        Frame { left: widest + 24.0, top, bottom: top + pitch * rows, pitch, steps }
    }

    fn row(&self, index: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
        let index = index as f64;
        self.top + self.pitch * index
    }

    fn x(&self, value: f64) -> f64 {
        let most = self.steps.last().copied().unwrap_or(1.0);
        self.left + (WIDTH - RIGHT - self.left) * value / most
    }

    fn begin(&self, title: &str, description: &str, axis: &str) -> Svg {
        let mut svg = Svg::new(title, description, self.bottom + BOTTOM);
        for step in &self.steps {
            let x = self.x(*step);
            svg.line(if *step == 0.0 { "axis" } else { "grid" }, (x, self.top), (x, self.bottom));
            svg.text(x, self.bottom + 18.0, "note", Anchor::Middle, &short(*step));
        }
        let middle = f64::midpoint(self.left, WIDTH - RIGHT);
        svg.text(middle, self.bottom + 40.0, "note", Anchor::Middle, axis);
        svg
    }

    fn goal(&self, svg: &mut Svg, goal: Option<(f64, &str)>) {
        if let Some((value, label)) = goal {
            let x = self.x(value);
            svg.line("goal", (x, self.top - 6.0), (x, self.bottom));
            svg.text(x, self.top - 12.0, "goal-text", Anchor::Middle, label);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_bar_means_a_greater_value() {
        let bar = |name: &str, value: f64| Bar { name: name.into(), values: vec![(value, "v".into())] };
        let chart = BarChart {
            title: "t",
            description: "d",
            axis: "ms",
            meanings: &["only"],
            bars: vec![bar("a", 2.0), bar("b", 4.0)],
            goal: None,
        };
        let text = chart.draw();
        let widths: Vec<f64> = text
            .lines()
            .filter(|line| line.starts_with("<rect class=\"s0\""))
            .filter_map(|line| line.split("width=\"").nth(1)?.split('"').next()?.parse().ok())
            .collect();
        let [a, b] = widths[..] else { panic!("{text}") };
        assert!((b / a - 2.0).abs() < 0.01, "{widths:?}");
    }
}
