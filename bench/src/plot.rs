//! Curves as a picture: both axes logarithmic, one line a curve, its name at its end.

use std::fmt::Write as _;

/// One line of the picture: milliseconds by number of sites.
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 480.0;
/// The room for what is written left of, above, right of and below the curves.
const MARGINS: [f64; 4] = [80.0, 40.0, 190.0, 50.0];
/// The powers of ten shown: of sites, and of milliseconds.
const SITES: (i32, i32) = (1, 5);
const MILLISECONDS: (i32, i32) = (-3, 4);
const COLOURS: [&str; 7] =
    ["#1f5fa8", "#b3541e", "#2b7a4b", "#7a3fa0", "#8a6d00", "#444444", "#0a7f86"];

/// Returns the picture.
pub(crate) fn svg(curves: &[Curve]) -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>What one deployment costs by its sites, in milliseconds</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    for power in SITES.0..=SITES.1 {
        let at = x(10_f64.powi(power));
        let (top, bottom) = (MARGINS[1], HEIGHT - MARGINS[3]);
        let _ = writeln!(text, "<path d=\"M{at:.1} {top}V{bottom}\" stroke=\"#dddddd\"/>");
        let label = ["10", "100", "1,000", "10,000", "100,000"]
            .get(usize::try_from(power - SITES.0).unwrap_or(0))
            .copied()
            .unwrap_or_default();
        let below = bottom + 20.0;
        let _ = writeln!(
            text,
            "<text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">{label} sites</text>"
        );
    }
    for power in MILLISECONDS.0..=MILLISECONDS.1 {
        let at = y(10_f64.powi(power));
        let (left, right) = (MARGINS[0], WIDTH - MARGINS[2]);
        let _ = writeln!(text, "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#dddddd\"/>");
        let label = match power {
            -3 => "1 \u{b5}s",
            -2 => "10 \u{b5}s",
            -1 => "100 \u{b5}s",
            0 => "1 ms",
            1 => "10 ms",
            2 => "100 ms",
            3 => "1 s",
            _ => "10 s",
        };
        let (before, middle) = (left - 8.0, at + 4.0);
        let _ = writeln!(
            text,
            "<text x=\"{before}\" y=\"{middle:.1}\" text-anchor=\"end\">{label}</text>"
        );
    }
    for (curve, colour) in curves.iter().zip(COLOURS) {
        let points: Vec<String> = curve
            .points
            .iter()
            .map(|(sites, ms)| format!("{:.1},{:.1}", x(*sites), y(*ms)))
            .collect();
        let _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
        if let Some((sites, ms)) = curve.points.last() {
            let (at, middle) = (x(*sites) + 8.0, y(*ms) + 4.0);
            let name = curve.name;
            let _ = writeln!(
                text,
                "<text x=\"{at:.1}\" y=\"{middle:.1}\" fill=\"{colour}\">{name}</text>"
            );
        }
    }
    text + "</svg>\n"
}

fn x(sites: f64) -> f64 {
    let share = (sites.log10() - f64::from(SITES.0)) / f64::from(SITES.1 - SITES.0);
    MARGINS[0] + share * (WIDTH - MARGINS[0] - MARGINS[2])
}

fn y(milliseconds: f64) -> f64 {
    let power = milliseconds.max(1e-3).log10();
    let share = (power - f64::from(MILLISECONDS.0)) / f64::from(MILLISECONDS.1 - MILLISECONDS.0);
    HEIGHT - MARGINS[3] - share.clamp(0.0, 1.0) * (HEIGHT - MARGINS[1] - MARGINS[3])
}
