//! The detection error trade-off as a picture (ISO/IEC 19795-1 §9.3): both rates on normal-deviate axes.

use std::fmt::Write as _;

/// Rates that are drawn, and the ends of both axes.
const TICKS: [(f64, &str); 8] = [
    (1e-5, "0.001 %"),
    (1e-4, "0.01 %"),
    (1e-3, "0.1 %"),
    (1e-2, "1 %"),
    (0.05, "5 %"),
    (0.1, "10 %"),
    (0.2, "20 %"),
    (0.4, "40 %"),
];
const LEFT: f64 = 90.0;
const TOP: f64 = 50.0;
const SIZE: f64 = 480.0;

/// A curve of (false match rate, false non-match rate), readable on light and dark ground.
pub(crate) fn plot(
    title: &str,
    horizontal: &str,
    vertical: &str,
    curve: &[(f64, f64)],
    mark: Option<(f64, f64)>,
) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let mut svg = String::new();
    let (width, height) = (LEFT + SIZE + 30.0, TOP + SIZE + 70.0);
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"t d\" \
         font-family=\"sans-serif\" font-size=\"13\"><title id=\"t\">{title}</title><desc id=\"d\">{vertical} against {horizontal}, \
         on normal-deviate axes from 0.001 % to 40 %; lower and further left is better.</desc>\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><g fill=\"#222\"><text x=\"{LEFT}\" y=\"28\" font-size=\"16\">{title}</text>"
    );
    for (rate, label) in TICKS {
        let (x, y) = (across(rate), down(rate));
        let _ = write!(
            svg,
            "<path d=\"M{x:.1} {TOP}v{SIZE}M{LEFT} {y:.1}h{SIZE}\" stroke=\"#ccc\" fill=\"none\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\">{label}</text>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"11\">{label}</text>",
            TOP + SIZE + 18.0,
            LEFT - 6.0,
            y + 4.0
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{horizontal}</text>\
         <text transform=\"translate(20 {:.1}) rotate(-90)\" text-anchor=\"middle\">{vertical}</text></g>",
        LEFT + SIZE / 2.0,
        TOP + SIZE + 45.0,
        TOP + SIZE / 2.0
    );
    let points: Vec<String> =
        curve.iter().map(|(fmr, fnmr)| format!("{:.1},{:.1}", across(*fmr), down(*fnmr))).collect();
    let _ = write!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#0b6\" stroke-width=\"2\"/>",
        points.join(" ")
    );
    if let Some((fmr, fnmr)) = mark {
        let _ = write!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\" fill=\"#c30\"><title>the threshold in use</title></circle>",
            across(fmr),
            down(fnmr)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn across(rate: f64) -> f64 {
    LEFT + SIZE * place(rate)
}

fn down(rate: f64) -> f64 {
    TOP + SIZE * (1.0 - place(rate))
}

/// 0 at the lowest rate of the axis, 1 at the highest.
fn place(rate: f64) -> f64 {
    let (low, high) = (TICKS[0].0, TICKS[TICKS.len() - 1].0);
    let deviate = face::rates::normal_deviate;
    (deviate(rate.clamp(low, high)) - deviate(low)) / (deviate(high) - deviate(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_lies_on_the_axes_with_its_best_point_at_the_lower_left() {
        let svg = plot("Title <&>", "FMR", "FNMR", &[(0.4, 1e-5), (1e-5, 0.4)], Some((0.01, 0.01)));
        assert!(svg.contains("points=\"570.0,530.0 90.0,50.0\""), "{svg}");
        assert!(svg.contains("<title id=\"t\">Title &lt;&amp;></title>") && svg.ends_with("</svg>\n"));
        assert!(place(1e-9).abs() < 1e-12 && (place(1.0) - 1.0).abs() < 1e-12);
    }
}
