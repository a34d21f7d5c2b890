//! The figures of the guide as a drawing: rectangles and text on a ground of its own, which is read in light and in dark.

use std::fmt::Write as _;

use jwt_guard_benches::SIGNERS;

use crate::figures::{GUIDE, Row, with_commas};

const WIDTH: usize = 720;
/// Where the bars begin.
const LEFT: usize = 272;
const LONGEST_BAR: f64 = 360.0;
const BAR: usize = 16;
const LINE: usize = 21;
const HEAD: usize = 58;
const GROUP: usize = 28 + LINE * GUIDE.len() + 8;

/// No guard, by hand, remembered, new.
const COLOURS: [&str; GUIDE.len()] = ["#8c959f", "#bf8700", "#0969da", "#54aeff"];

/// Draws the rows of the guide's table, by the algorithms of its columns. The longest bar of each algorithm has one length.
pub(crate) fn draw(rows: &[Row; GUIDE.len()]) -> String {
    let height = HEAD + GROUP * SIGNERS.len();
    let title = "CPU nanoseconds of a whole request";
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"100%\" style=\"max-width:{WIDTH}px\" \
         role=\"img\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#1f2328\">\n<title>{title}</title>\n"
    );
    let ground = format!("width=\"{}\" height=\"{}\"", WIDTH - 1, height - 1);
    line(
        &mut svg,
        &format!("<rect x=\"0.5\" y=\"0.5\" {ground} fill=\"#ffffff\" stroke=\"#d0d7de\"></rect>"),
    );
    text(&mut svg, 16, 26, "font-size=\"15\" font-weight=\"bold\"", title);
    text(&mut svg, 16, 45, "fill=\"#59636e\"", "median of one run; each algorithm has a scale of its own");
    for (column, signer) in SIGNERS.iter().enumerate() {
        let top = HEAD + GROUP * column;
        text(&mut svg, 16, top + 20, "font-weight=\"bold\"", signer.name);
        let longest = rows.iter().map(|row| row[column]).max().unwrap_or(1).max(1);
        for (place, (row, colour)) in rows.iter().zip(COLOURS).enumerate() {
            let top = top + 28 + LINE * place;
            let length = row[column] as f64 / longest as f64 * LONGEST_BAR;
            text(&mut svg, 16, top + 13, "", GUIDE[place].name);
            let bar = format!("y=\"{top}\" width=\"{length:.1}\" height=\"{BAR}\" fill=\"{colour}\"");
            line(&mut svg, &format!("<rect x=\"{LEFT}\" {bar}></rect>"));
            text(&mut svg, LEFT + length as usize + 8, top + 13, "", &with_commas(row[column]));
        }
    }
    svg + "</svg>\n"
}

fn text(svg: &mut String, x: usize, y: usize, attributes: &str, text: &str) {
    let space = if attributes.is_empty() { "" } else { " " };
    line(svg, &format!("<text x=\"{x}\" y=\"{y}\"{space}{attributes}>{text}</text>"));
}

fn line(svg: &mut String, element: &str) {
    // Writing to a text cannot fail.
    _ = writeln!(svg, "{element}");
}
