//! The release that the demo deploys: real files, made the same each time.

use model::digest::Digest;
use std::fmt::Write as _;

/// The program of the sites, as `/version` answers.
pub(super) const TILL: &str = "Till 2.0.0";

/// What starts and stops a program; `@NAME@` stands for its name.
const PROGRAM: &str = include_str!("program.sh");

/// The settings of a site, to be filled in there.
const SETTINGS: &str = include_str!("settings.template");

/// How many articles have a price: enough that copying is work.
const ARTICLES: u32 = 12_000;

/// A file of the release.
pub(super) struct Made {
    /// Its name in the plan.
    pub(super) id: &'static str,
    /// Its name in the release's folder.
    pub(super) file: &'static str,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
}

/// Returns the files of the release.
pub(super) fn deliverables() -> Vec<Made> {
    let made = |id, file, text: String| Made { id, file, bytes: text.into_bytes() };
    let program = |name: &str| PROGRAM.replace("@NAME@", name);
    vec![
        made("registry", "registry", program("Registry 2.0.0")),
        made("shops", "shops.csv", shops()),
        made("gateway", "gateway", program("Gateway 2.0.0")),
        made("till", "till", program(TILL)),
        made("prices", "prices.csv", prices(TILL)),
        made("settings", "settings.template", SETTINGS.to_owned()),
    ]
}

/// Returns the deliverables as the plan lists them, with their sizes and digests.
pub(super) fn listed(deliverables: &[Made]) -> String {
    let lines = deliverables.iter().map(|it| {
        let (id, file, size) = (it.id, it.file, it.bytes.len());
        let sha256 = Digest::of(&it.bytes);
        format!("    - {{id: {id}, file: release/{file}, size-bytes: {size}, sha256: {sha256}}}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn shops() -> String {
    let shops = [
        "Oslo", "Bergen", "Turku", "Malmö", "Aarhus", "Gdańsk", "Riga", "Tallinn", "Kiel", "Visby",
        "Narvik", "Tromsø",
    ];
    format!("# shops of Registry 2.0.0\n{}\n", shops.join("\n"))
}

/// Returns the price list of `release`.
pub(super) fn prices(release: &str) -> String {
    let mut text = format!("# prices of {release}\narticle;euro\n");
    for article in 0..ARTICLES {
        // Any spread of prices will do, as long as it is the same each time.
        let cents = 150 + article * 7919 % 2350;
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{article:05};{}.{:02}", cents / 100, cents % 100);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_the_same_each_time() {
        let digests = || deliverables().iter().map(|it| Digest::of(&it.bytes)).collect::<Vec<_>>();
        assert_eq!(digests(), digests());
        assert_eq!(listed(&deliverables()).lines().count(), 6);
    }
}
