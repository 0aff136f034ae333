//! A document as text, for whoever reads it on a terminal.
//!
//! House rule: what a page says, its text says.

use crate::shown::{Shown, ShownBlock, Signature};

/// Returns the document as text.
pub fn text(shown: &Shown) -> String {
    let title = match &shown.of {
        Some(of) => format!("{}: {of}", shown.title),
        None => shown.title.clone(),
    };
    let mut page = format!("{title}\n{}\n", "=".repeat(title.chars().count()));
    page += &format!(
        "{} {} \u{b7} {} \u{b7} {}\n",
        shown.code, shown.document, shown.version, shown.status
    );
    page += &format!("{}\n", shown.mark.as_deref().unwrap_or_default());
    page += &format!("{}\n", shown.lead);
    shown.lacks.iter().for_each(|it| page += &format!("  - {it}\n"));
    page.push('\n');
    facts(&shown.head, &mut page);
    for (number, section) in (1..).zip(&shown.sections) {
        let heading = format!("{number} {}", section.title);
        page += &format!("\n{heading}\n{}\n", "-".repeat(heading.chars().count()));
        if let Some(source) = &section.source {
            page += &format!("({source})\n");
        }
        section.blocks.iter().for_each(|it| block(it, &mut page));
    }
    let foot = &shown.foot;
    page += &format!(
        "\n{} {}\n{}\n{} {}\n",
        foot.digest_name, foot.digest, foot.place, foot.code_name, foot.code
    );
    page
}

fn facts(rows: &[[String; 2]], page: &mut String) {
    let width = rows.iter().map(|[name, _]| name.chars().count()).max().unwrap_or(0);
    for [name, said] in rows {
        *page += &format!("  {name:<width$}  {}\n", said.replace('\n', "\n    "));
    }
}

fn titled(title: Option<&String>, page: &mut String) {
    if let Some(title) = title {
        *page += &format!("{title}:\n");
    }
}

fn block(block: &ShownBlock, page: &mut String) {
    match block {
        ShownBlock::Facts { rows } => facts(rows, page),
        ShownBlock::Table { title, columns, rows, more, .. } => {
            titled(title.as_ref(), page);
            for row in rows {
                let cells = columns.iter().zip(row).filter(|(_, it)| !it.is_empty());
                let cells: Vec<String> = cells.map(|(name, it)| format!("{name}: {it}")).collect();
                *page += &format!("  - {}\n", cells.join(", "));
            }
            more.iter().for_each(|it| *page += &format!("  {it}\n"));
        }
        ShownBlock::Cards { title, cards, more } => {
            titled(title.as_ref(), page);
            for card in cards {
                *page += &format!("  {}\n", card.title);
                facts(&card.rows, page);
            }
            more.iter().for_each(|it| *page += &format!("  {it}\n"));
        }
        ShownBlock::Criteria { rows, .. } => {
            for it in rows {
                let detail =
                    if it.detail.is_empty() { String::new() } else { format!(" ({})", it.detail) };
                *page += &format!("  {} {}: {}{detail}\n", it.id, it.text, it.verdict);
            }
        }
        ShownBlock::Statement { text, by } => {
            *page += &format!("  \u{201c}{text}\u{201d}\n    \u{2014} {by}\n");
        }
        ShownBlock::List { title, items } => {
            titled(title.as_ref(), page);
            items.iter().for_each(|it| *page += &format!("  - {it}\n"));
        }
        ShownBlock::Note { text } => *page += &format!("  {text}\n"),
        ShownBlock::Annex { text, digest } => *page += &format!("  {text} {digest}\n"),
        ShownBlock::Signature(it) => signature(it, page),
    }
}

fn signature(it: &Signature, page: &mut String) {
    *page +=
        &format!("  {}: {}, {}\n    \u{201c}{}\u{201d}\n", it.role, it.stands, it.name, it.meaning);
    it.statements.iter().for_each(|said| *page += &format!("    \u{201c}{said}\u{201d}\n"));
    for [name, said] in &it.lines {
        *page += &format!("    {name}: {said}\n");
    }
}
