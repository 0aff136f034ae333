//! What the rows of each kind of table say.
//!
//! House rule: a table says the same as the list in YAML that it stands for.

use crate::code::Code;
use crate::span::At;
use crate::table::{Row, Table, VARIABLE_PREFIX};
use crate::written::{ComputerAddress, Computers, Link, Person, Rate, Site, Window, Zone};
use model::id::{ComponentId, ComputerId, LineId, PersonId, RingId, SiteId};
use model::link::LinkKind;
use model::role_type::RoleType;
use model::site_care::terms::SiteMode;
use model::window::{CivilTime, Days, DaysWindow, MaintenanceWindow, TimeZoneName};
use std::io::Read;

impl Table<'_> {
    /// Returns the people of a table with the columns `id`, `name`, `roles`, `mail` and `zone`.
    pub(crate) fn people(&mut self, reader: &mut dyn Read) -> Vec<Person> {
        let mut people = Vec::new();
        self.rows(reader, &["id"], &["name", "roles", "mail", "zone"], |row| {
            let Some(id) = row.required::<PersonId>("id") else { return };
            let roles = row.values::<RoleType>("roles");
            people.push(Person {
                id,
                name: row.string("name"),
                roles,
                mail: row.string("mail"),
                on_call: false,
                ssh_keys: vec![],
                zone: row
                    .value::<TimeZoneName>("zone", Code::UnknownZone)
                    .map(|it| At { value: Zone(it.value), at: it.at }),
                leave: vec![],
                hours: None,
            });
        });
        people
    }

    /// Returns the addresses of a table with the columns `site` or `component`, `computer`,
    /// `host` and `port`.
    pub(crate) fn computers(&mut self, reader: &mut dyn Read) -> Vec<ComputerAddress> {
        let mut computers = Vec::new();
        self.rows(reader, &["computer", "host"], &["site", "component", "port"], |row| {
            let Some(computer) = row.required::<ComputerId>("computer") else { return };
            let Some(host) = row.required::<String>("host") else { return };
            computers.push(ComputerAddress {
                site: row.value::<SiteId>("site", Code::BadValue),
                component: row.value::<ComponentId>("component", Code::BadValue),
                computer,
                host: host.value,
                port: row.number("port").map(|it| it.value),
            });
        });
        computers
    }

    /// Returns the sites of a table. Columns beginning with `var.` hold variables.
    pub(crate) fn sites(&mut self, reader: &mut dyn Read) -> Vec<Site> {
        const OPTIONAL: &[&str] = &[
            "title",
            "ring",
            "region",
            "zone",
            "owner",
            "deputy",
            "users",
            "computers",
            "link",
            "link-kind",
            "share-in-window-percent",
            "share-outside-percent",
            "uplink",
            "install",
            "template",
            "needs",
            "windows",
            "prestaged",
            "mode",
            VARIABLE_PREFIX,
        ];
        let mut sites = Vec::new();
        self.rows(reader, &["id"], OPTIONAL, |row| {
            if let Some(id) = row.required::<SiteId>("id") {
                sites.push(site(id, row));
            }
        });
        sites
    }
}

fn site(id: At<SiteId>, row: &mut Row<'_>) -> Site {
    let zone = row.value::<TimeZoneName>("zone", Code::UnknownZone);
    Site {
        id,
        title: row.string("title"),
        ring: row.value::<RingId>("ring", Code::BadValue),
        region: row.string("region"),
        zone: zone.map(|it| it.map(Zone)),
        owner: row.value::<PersonId>("owner", Code::BadValue),
        deputy: row.value::<PersonId>("deputy", Code::BadValue),
        users: row.number("users").map(|it| it.value),
        computers: row.number("computers").map(|it| Computers::Count(it.value)),
        link: link(row),
        install: row.value("install", Code::BadValue).map(|it| it.value),
        template: row.value::<LineId>("template", Code::BadValue),
        needs: row.values::<ComponentId>("needs"),
        windows: windows(row),
        prestaged: row.parsed("prestaged", Code::BadValue, yes_or_no).is_some_and(|it| it.value),
        variables: row.variables().into_iter().collect(),
        mode: row
            .parsed("mode", Code::BadValue, |text| {
                let mode = text.parse::<SiteMode>();
                mode.map_err(|_| {
                    format!("`{text}` is no mode: write `client`, `access-only` or `none`")
                })
            })
            .map(|it| it.value),
        expectations: Default::default(),
        requirements: vec![],
    }
}

/// The columns that say more of a link.
const OF_A_LINK: [&str; 4] =
    ["link-kind", "share-in-window-percent", "share-outside-percent", "uplink"];

fn link(row: &mut Row<'_>) -> Option<Link> {
    let Some(rate) = row.value::<Rate>("link", Code::BadValue) else {
        row.needs("link", &OF_A_LINK);
        return None;
    };
    let kind = row.parsed("link-kind", Code::BadValue, |text| {
        text.parse::<LinkKind>().map_err(|_| {
            format!("`{text}` is not a kind of link: write `local`, `leased-line`, `fibre`, `cable`, `dsl`, `lte`, `microwave` or `satellite`")
        })
    });
    Some(Link {
        rate,
        kind: kind.map_or(LinkKind::LeasedLine, |it| it.value),
        share_in_window_percent: row.number("share-in-window-percent"),
        share_outside_percent: row.number("share-outside-percent"),
        uplink: row.value::<LineId>("uplink", Code::BadValue),
    })
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("`{text}` is neither `true` nor `false`")),
    }
}

fn windows(row: &mut Row<'_>) -> Vec<At<Window>> {
    let Some(all) = row.parsed("windows", Code::BadWindow, |text| {
        text.split(';').map(window).collect::<Result<Vec<_>, _>>()
    }) else {
        return vec![];
    };
    let at = all.at;
    all.value.into_iter().map(|it| At::new(Window(it), at)).collect()
}

/// Returns the window written as `2027-03-14 06:30-12:00`, or `always`.
fn window(text: &str) -> Result<MaintenanceWindow, String> {
    let text = text.trim();
    if text == "always" {
        return Ok(MaintenanceWindow::Always);
    }
    let wrong = || {
        format!(
            "`{text}` is not a window: write one such as `2027-03-14 06:30-12:00`, several with `;` between"
        )
    };
    let (date, times) = text.split_once(' ').ok_or_else(wrong)?;
    let (from, to) = times.trim().split_once('-').ok_or_else(wrong)?;
    let date: jiff::civil::Date = date.parse().map_err(|_| wrong())?;
    let from: CivilTime = from.parse().map_err(|_| wrong())?;
    let to: CivilTime = to.parse().map_err(|_| wrong())?;
    let days = Days::Dates([date].into());
    Ok(MaintenanceWindow::OnDays(DaysWindow { days, from, to, zone: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_a_table_is_a_date_and_two_times() {
        for (text, expected) in [
            ("2027-03-14 06:30-12:00", Some("2027-03-14 from 06:30 to 12:00")),
            (" always ", Some("always")),
            ("2027-03-14", None),
            ("06:30-12:00", None),
            ("2027-02-30 06:30-12:00", None),
            ("2027-03-14 6:30-12:00", None),
        ] {
            let read = window(text).ok().map(|it| it.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
