//! Sites: 100,000 of them, each with an owner, a ring, a template and computers.
//!
//! House rule: nothing here looks at all sites for one site.

use super::Building;
use super::computers::Addresses;
use super::rings::BuiltRing;
use crate::code::Code;
use crate::span::{At, Span};
use crate::written::{self, SiteDefaults};
use model::id::{LineId, PersonId, RingId};
use model::link::{Link, Percent};
use model::plan::Limits;
use model::role_type::RoleType;
use model::separation_of_duties::forbidden_together;
use model::site::Site;
use model::site_care::terms::SiteTerms;

/// The sites of a plan, with what their checks need.
pub(crate) struct BuiltSites {
    /// Each site, where it was written, and the position of its ring.
    pub(crate) all: Vec<(Site, Span, Option<u32>)>,
}

impl BuiltSites {
    /// Returns the sites ring by ring, in plan order inside each, and the ring of each.
    pub(super) fn into_plan_order(mut self) -> (Vec<Site>, Vec<u32>) {
        // The sort is stable: inside a ring the order is the plan's.
        self.all.sort_by_key(|(_, _, ring)| ring.unwrap_or(u32::MAX));
        self.all.into_iter().map(|(site, _, ring)| (site, ring.unwrap_or(0))).unzip()
    }
}

impl Building<'_> {
    pub(super) fn written_sites(
        &mut self,
        written: Option<At<Vec<written::Site>>>,
    ) -> Vec<written::Site> {
        match written {
            Some(written) => written.value,
            None => {
                self.missing("sites");
                vec![]
            }
        }
    }

    pub(super) fn sites(
        &mut self,
        written: Vec<written::Site>,
        defaults: &SiteDefaults,
        rings: &[BuiltRing],
        limits: &Limits,
        addresses: &Addresses,
    ) -> BuiltSites {
        let only = if self.names.templates.len() == 1 {
            self.names.templates.iter().next().cloned()
        } else {
            None
        };
        self.defaults(defaults);
        self.placed_addresses(&written, addresses);
        let all = written.into_iter().map(|site| {
            let (ring, at) = (self.ring_of(&site, defaults), site.id.at);
            let has_windows = !site.windows.is_empty();
            let ring_has_windows =
                ring.and_then(|it| rings.get(it as usize)).is_some_and(|it| !it.windows.is_empty());
            if ring.is_some()
                && !has_windows
                && !ring_has_windows
                && !self.is_incomplete(&site, ring, rings)
            {
                let what = format!(
                    "the site `{}` has no window, neither its own nor its ring's",
                    *site.id
                );
                self.findings.report_with(
                    Code::NoWindow,
                    at,
                    what,
                    Some("add `windows:` to its ring; `[always]` means at any time"),
                );
            }
            (self.site(site, defaults, only.as_ref(), limits, addresses), at, ring)
        });
        BuiltSites { all: all.collect() }
    }

    /// Returns whether a part of `site` or of its ring was left out.
    fn is_incomplete(&self, site: &written::Site, ring: Option<u32>, rings: &[BuiltRing]) -> bool {
        let ring = ring.and_then(|it| rings.get(it as usize));
        let ring_is = ring.is_some_and(|it| self.cuts.is_incomplete(it.model.id.as_str()));
        ring_is || self.cuts.is_incomplete(site.id.as_str())
    }

    fn defaults(&mut self, defaults: &SiteDefaults) {
        if let Some(ring) = &defaults.ring {
            self.ring_position(ring);
        }
        if let Some(template) = &defaults.template {
            self.knows_template(template);
        }
    }

    fn knows_template(&mut self, id: &At<LineId>) -> bool {
        let is_known = self.names.templates.contains(&id.value);
        self.knows("site template", id, is_known, |names| names.templates.iter().cloned().collect())
    }

    fn ring_of(&mut self, site: &written::Site, defaults: &SiteDefaults) -> Option<u32> {
        let ring: Option<&At<RingId>> = site.ring.as_ref().or(defaults.ring.as_ref());
        match ring {
            Some(ring) => self.ring_position(ring),
            None if self.cuts.is_incomplete(site.id.as_str()) => None,
            None => {
                let what =
                    format!("the site `{}` is in no ring, so it would never be deployed", *site.id);
                self.findings.report_with(
                    Code::SiteWithoutRing,
                    site.id.at,
                    what,
                    Some("add `ring:` to the site, or to `site-defaults`"),
                );
                None
            }
        }
    }

    fn site(
        &mut self,
        written: written::Site,
        defaults: &SiteDefaults,
        only: Option<&LineId>,
        limits: &Limits,
        addresses: &Addresses,
    ) -> Site {
        let template = self.template_of(&written, defaults, only);
        let owner = self.owner(&written);
        if let Some(deputy) = &written.deputy {
            if self.knows_person(deputy) {
                self.separate(&written, deputy, Code::Deputy, "the deputy");
            }
            if deputy.value == owner {
                let what = format!("the deputy of site `{}` is its owner", *written.id);
                self.findings.report_with(
                    Code::Deputy,
                    deputy.at,
                    what,
                    Some("name somebody else, or nobody"),
                );
            }
        }
        for need in &written.needs {
            self.knows_component(need);
        }
        let mut computers = self.computers(&written, defaults);
        if let Some(addresses) = addresses.sites.get(&written.id.value) {
            self.readdress(&mut computers, addresses);
        }
        let zone = written.zone.as_ref().or(defaults.zone.as_ref());
        let zone = zone.map_or_else(|| self.zone.clone(), |it| it.value.0.clone());
        crate::check::windows::clock_changes(self.findings, &written.windows, &zone);
        let link = written.link.as_ref().or(defaults.link.as_ref()).map(|it| self.link(it, limits));
        let terms = SiteTerms {
            mode: written.mode.unwrap_or_default(),
            expectations: super::care::expectations(written.expectations),
            requirements: self.requirements(written.requirements),
        };
        Site {
            title: written.title.unwrap_or_else(|| written.id.to_string()),
            id: written.id.value,
            region: written.region,
            zone,
            owner,
            deputy: written.deputy.map(|it| it.value),
            users: written.users.unwrap_or(0),
            computers,
            link,
            install_s: written.install.map(|it| it.0),
            template,
            needs: written.needs.into_iter().map(|it| it.value).collect(),
            windows: written.windows.into_iter().map(|it| it.value.0).collect(),
            prestaged: written.prestaged,
            variables: super::texts(written.variables),
            terms: terms.of_site(),
        }
    }

    fn template_of(
        &mut self,
        written: &written::Site,
        defaults: &SiteDefaults,
        only: Option<&LineId>,
    ) -> LineId {
        if let Some(template) = &written.template {
            self.knows_template(template);
            return template.value.clone();
        }
        let fallback = defaults.template.as_ref().map(|it| &it.value).or(only);
        fallback.cloned().unwrap_or_else(|| {
            if !self.names.templates.is_empty() {
                let what = format!(
                    "the site `{}` names no site template, and there are several",
                    *written.id
                );
                self.findings.report_with(
                    Code::MissingKey,
                    written.id.at,
                    what,
                    Some("add `template:` to the site, or to `site-defaults`"),
                );
            }
            "unnamed".parse().expect("because it is a plain word")
        })
    }

    fn owner(&mut self, written: &written::Site) -> PersonId {
        match &written.owner {
            Some(owner) => {
                if self.knows_person(owner) {
                    self.separate(written, owner, Code::OwnerHoldsRole, "the owner");
                }
                owner.value.clone()
            }
            None => {
                if !self.cuts.is_incomplete(written.id.as_str()) {
                    let what = format!(
                        "the site `{}` has no owner, so nobody could sign for it",
                        *written.id
                    );
                    let help = "add `owner:` with the id of a person";
                    self.findings.report_with(
                        Code::SiteWithoutOwner,
                        written.id.at,
                        what,
                        Some(help),
                    );
                }
                "unnamed".parse().expect("because it is a plain word")
            }
        }
    }

    /// Reports that `person` signs for a site and holds a role type that excludes that.
    fn separate(&mut self, site: &written::Site, person: &At<PersonId>, code: Code, what: &str) {
        let held = self.names.people.get(&person.value).map_or(&[][..], |it| it);
        let excluded = held.iter().find_map(|role| {
            let rule = forbidden_together(*role, RoleType::SiteOwner)?;
            (!self.profile.relaxes(rule)).then_some((*role, rule))
        });
        if let Some((role, rule)) = excluded {
            let what =
                format!("{what} of site `{}`, `{}`, is also {role} ({rule})", *site.id, **person);
            self.findings.report_with(
                code,
                person.at,
                what,
                Some("name somebody of the site: the project never signs for it"),
            );
        }
    }

    fn link(&mut self, written: &written::Link, limits: &Limits) -> Link {
        if let Some(uplink) = &written.uplink {
            let is_known = self.names.uplinks.contains(&uplink.value);
            self.knows("uplink", uplink, is_known, |names| names.uplinks.iter().cloned().collect());
        }
        let share = |percent: u8| Percent::try_from(percent).unwrap_or(Percent::ALL);
        Link {
            kbit_per_s: self.limit(Some(written.rate.map(|it| it.kbit_per_s)), 1),
            kind: written.kind,
            share_in_window_percent: share(
                self.percent(written.share_in_window_percent, limits.window_share_percent),
            ),
            share_outside_percent: share(
                self.percent(written.share_outside_percent, limits.outside_share_percent),
            ),
            uplink: written.uplink.as_ref().map(|it| it.value.clone()),
        }
    }
}
