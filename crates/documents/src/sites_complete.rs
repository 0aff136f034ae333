//! D-03: the site deployments complete sign-off sheet.
//!
//! Of many sites it holds a summary, and the digest of the file with a row for each.
//!
//! Source: Deploy SMF, Process 2, output of Table 5.

use crate::block::Block;
use crate::core_components::answers;
use crate::table_file;
use crate::writer::Writer;

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let rows = writer.at("roll-up/rows-sha256").and_then(|it| it.as_str()?.parse().ok());
    let on = |topic: &str| paper.reading.on(topic);
    writer
        .section("totals", &[on("sites")])
        .facts(&["sites", "signed-off", "exempt", "computers", "users", "signed-off-sha256"])
        .coverage("roll-up")
        .section("sites", &[on("signatures")])
        .titled_table(
            "roll-up/rows",
            "sites",
            &["site", "ring", "state", "deployed", "signed-by", "signed-at", "exceptions"],
        )
        .facts(&["roll-up/rows-sha256"]);
    // What was issued covers every row: the digest of its file is the one among the facts above.
    let issued = rows.and_then(|it| table_file::signed_rows(paper, &it));
    let file = issued.unwrap_or_else(|| table_file::sites(paper));
    let sha256 = file.digest();
    writer.put(Block::Annex { file: file.name, rows: file.rows, sha256 });
    writer
        .section("revisits", &[on("sites")])
        .table("roll-up/revisits", &["number", "site", "cause", "reason", "rfc", "state"])
        .facts(&["roll-up/revisits-dropped"])
        .section("exemptions", &[on("sites")])
        .table("roll-up/exemptions", &["number", "site", "what", "reason", "agreed-to-by", "until"])
        .section("scope-changes", &[on("sites")])
        .table("roll-up/scope-changes", &["at", "by", "what"])
        .section("waivers", &[on("waivers")])
        .list("waivers");
    answers(writer, "P2");
}
