//! Lines over a logarithmic axis, for values that lie decades apart.

use super::svg::{Anchor, Svg, WIDTH, short};

const LEFT: f64 = 70.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 78.0;
const BOTTOM: f64 = 392.0;
const HEIGHT: f64 = 448.0;

/// Points with a meaning.
pub struct Series<'a> {
    /// Meaning.
    pub name: &'a str,
    /// Both above zero, ascending in the first.
    pub points: Vec<(f64, f64)>,
}

/// A value to stay at or below, at one place of the other axis.
pub struct Mark<'a> {
    /// Place.
    pub x: f64,
    /// Value.
    pub y: f64,
    /// What is written there.
    pub label: &'a str,
}

/// Series over a linear axis to the right and a logarithmic one upwards.
pub struct LineChart<'a> {
    /// Heading.
    pub title: &'a str,
    /// In words, for those who cannot see it.
    pub description: &'a str,
    /// What lies to the right, with its unit.
    pub x_axis: &'a str,
    /// What lies upwards, with its unit.
    pub y_axis: &'a str,
    /// Places that are labelled at the lower axis; the last is the end of it.
    pub x_steps: Vec<f64>,
    /// Powers of ten between which the other axis lies.
    pub decades: (i32, i32),
    /// Unit after each value.
    pub unit: &'a str,
    /// The lines.
    pub series: Vec<Series<'a>>,
    /// The goal.
    pub mark: Mark<'a>,
}

impl LineChart<'_> {
    /// As SVG.
    pub fn draw(&self) -> String {
        let mut svg = Svg::new(self.title, self.description, HEIGHT);
        svg.text(20.0, 68.0, "note", Anchor::Start, self.y_axis);
        for decade in self.decades.0..=self.decades.1 {
            for factor in [1.0, 3.0] {
                if decade == self.decades.1 && factor > 1.0 {
                    continue;
                }
                let value = factor * 10f64.powi(decade);
                let y = self.y(value);
                svg.line("grid", (LEFT, y), (WIDTH - RIGHT, y));
                svg.text(LEFT - 10.0, y + 4.5, "note", Anchor::End, &short(value));
            }
        }
        svg.line("axis", (LEFT, BOTTOM), (WIDTH - RIGHT, BOTTOM));
        for step in &self.x_steps {
            let x = self.x(*step);
            svg.line("axis", (x, BOTTOM), (x, BOTTOM + 5.0));
            svg.text(x, BOTTOM + 21.0, "note", Anchor::Middle, &short(*step));
        }
        svg.text(f64::midpoint(LEFT, WIDTH - RIGHT), HEIGHT - 12.0, "note", Anchor::Middle, self.x_axis);

        let mut legend = WIDTH / 2.0;
        for (index, series) in self.series.iter().enumerate() {
            legend = svg.legend(legend, 56.0, &format!("s{index}"), series.name);
            let points: Vec<_> = series.points.iter().map(|(x, y)| (self.x(*x), self.y(*y))).collect();
            svg.path(&format!("line s{index}"), &points);
            for (place, (_, value)) in points.iter().zip(&series.points) {
                svg.dot(&format!("s{index}"), *place);
                let label = format!("{} {}", short(*value), self.unit);
                // The first line is the lower one: its values stand below it, out of the way of the goal.
                let beside = if index == 0 { 24.0 } else { -12.0 };
                svg.text(place.0, place.1 + beside, "value", Anchor::Middle, &label);
            }
        }
        let (x, y) = (self.x(self.mark.x), self.y(self.mark.y));
        svg.line("goal", (x - 38.0, y), (x + 38.0, y));
        svg.text(x - 44.0, y + 4.5, "goal-text", Anchor::End, self.mark.label);
        svg.finish()
    }

    fn x(&self, value: f64) -> f64 {
        let most = self.x_steps.last().copied().unwrap_or(1.0);
        // Room for the label of the last point.
        LEFT + (WIDTH - RIGHT - 40.0 - LEFT) * value / most
    }

    fn y(&self, value: f64) -> f64 {
        let (low, high) = (f64::from(self.decades.0), f64::from(self.decades.1));
        BOTTOM - (BOTTOM - TOP - 10.0) * (value.log10() - low) / (high - low)
    }
}
