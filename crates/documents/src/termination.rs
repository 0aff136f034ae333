//! D-19: the record of an early end.
//!
//! Source: Deploy SMF, Process 4, read with Table 1, "Solution Manager".

use crate::writer::Writer;

pub(crate) fn write(writer: &mut Writer<'_>) {
    let from = writer.paper.reading.on("termination");
    writer.section("early-end", &[from]).everything("termination");
}
