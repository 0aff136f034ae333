//! What the demo claims at its end, each claim checked against the programs, the files and the
//! record: not one is taken from what was planned.

use super::asking::ask;
use super::place::Place;
use super::release::TILL;
use super::stage::Stage;
use crate::exit::Exit;
use crate::fault::Fault;
use model::event::{Entry, Event, RingTransition};
use model::id::Seq;
use model::machine::SignOffTransition;
use model::order::{OrderId, Outcome};
use model::role_type::RoleType;
use model::sheet::Sheet;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What stands in an exported entry, and what is forged into a copy of it.
const FORGERY: (&str, &str) = ("receipt printer is in repair", "receipt printer is in action");

/// A claim, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Claim {
    holds: bool,
    claim: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    except: Vec<String>,
}

/// What the demo claims, and where everything is.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Proof {
    deployment: String,
    directory: PathBuf,
    entries: u64,
    /// The entry at which a ring halted: the one to ask `why` about.
    halted_at: Seq,
    claims: Vec<Claim>,
}

impl Claim {
    fn of(done: usize, of: usize, claim: &str, except: Vec<String>) -> Self {
        Self {
            holds: done == of && except.is_empty(),
            claim: format!("{done} of {of} {claim}"),
            except,
        }
    }

    /// Returns the claim as one line, with what contradicts it.
    pub(super) fn line(&self) -> String {
        let mark = if self.holds { "holds" } else { "FAILS" };
        let except = if self.except.is_empty() {
            String::new()
        } else {
            format!(": {}", self.except.join(", "))
        };
        format!("  {mark}  {}{except}", self.claim)
    }
}

impl Proof {
    /// Returns what holds of the demo in `place`.
    ///
    /// # Errors
    ///
    /// When the record cannot be read or exported.
    pub(super) async fn find(place: &Place, stage: &Stage) -> Result<Self, Fault> {
        let entries = stage.entries().await?;
        let export = place.root.join("TILL2.landfall");
        let mut claims = vec![
            answering(place, stage).await,
            files(place, stage),
            signed(stage, &entries),
            orders(&entries),
        ];
        claims.extend(record_holds(stage, &export).await?);
        let deployment = stage.state().plan.deployment.to_string();
        let is_halt = |it: &&Entry| {
            matches!(&it.event, Event::Ring { transition: RingTransition::Halted, .. })
        };
        let halted_at = entries.iter().find(is_halt).map_or(0, |it| it.seq);
        let (directory, entries) = (place.root.clone(), entries.len() as u64);
        Ok(Self { deployment, directory, entries, halted_at, claims })
    }

    /// Returns the entry at which a ring halted.
    pub(super) fn halted_at(&self) -> Seq {
        self.halted_at
    }

    /// Returns the claims.
    pub(super) fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// Returns the proof if all of it holds.
    ///
    /// # Errors
    ///
    /// With the claims that do not.
    pub(super) fn or_fault(self) -> Result<Self, Fault> {
        let broken: Vec<&Claim> = self.claims.iter().filter(|it| !it.holds).collect();
        if broken.is_empty() {
            return Ok(self);
        }
        let fault = Fault::new(Exit::Wrong, "what the demo claims does not hold");
        let fault = broken.iter().fold(fault, |fault, it| fault.why(it.line().trim()));
        Err(fault.next("run it again with --data DIR, and look at what it leaves there"))
    }
}

/// Every site answers with the version that was deployed, and is ready.
async fn answering(place: &Place, stage: &Stage) -> Claim {
    let sites = &stage.state().plan.sites;
    let mut except = Vec::new();
    for site in sites {
        let host = site.computers.first().map(|it| it.host.clone()).unwrap_or_default();
        let address = format!("{host}:{}", place.port);
        let version = ask(&address, "/version").await.is_ok_and(|it| it.body == TILL);
        let ready = ask(&address, "/health").await.is_ok_and(|it| it.status == 200);
        if !(version && ready) {
            except.push(site.id.to_string());
        }
    }
    let claim = format!("shops answer over HTTP, ready, with {TILL}");
    Claim::of(sites.len() - except.len(), sites.len(), &claim, except)
}

fn files(place: &Place, stage: &Stage) -> Claim {
    let (same, others) = place.deployed_files(&stage.state().plan);
    let all = same + others.len();
    Claim::of(same, all, "deployed files have the SHA-256 of the release", others)
}

/// Every owner has signed, as themselves, and the sheet is the last one that was asked for.
fn signed(stage: &Stage, entries: &[Entry]) -> Claim {
    let sites = &stage.state().plan.sites;
    let mut owners = BTreeMap::new();
    for entry in entries {
        if let Event::SignOff { slot, transition, .. } = &entry.event
            && let Sheet::Site(site) = &slot.sheet
            && slot.role == RoleType::SiteOwner
        {
            let with_exception = *transition == SignOffTransition::SignedWithExceptions;
            if with_exception || *transition == SignOffTransition::Signed {
                owners.insert(site, (entry.actor.person(), with_exception));
            } else {
                owners.remove(site);
            }
        }
    }
    let has_signed =
        |it: &&model::site::Site| owners.get(&it.id).is_some_and(|(by, _)| *by == Some(&it.owner));
    let except: Vec<String> =
        sites.iter().filter(|it| !has_signed(it)).map(|it| it.id.to_string()).collect();
    let exceptions = owners.values().filter(|(_, with_exception)| *with_exception).count();
    let claim = format!("owners have signed for their own shop, {exceptions} with an exception");
    Claim::of(sites.len() - except.len(), sites.len(), &claim, except)
}

/// Every order stands in the record before it ran, and has exactly one outcome.
fn orders(entries: &[Entry]) -> Claim {
    let mut intended: BTreeSet<&OrderId> = BTreeSet::new();
    let mut ended: BTreeSet<&OrderId> = BTreeSet::new();
    let mut failed = 0;
    let mut except = Vec::new();
    for entry in entries {
        for order in entry.event.intends() {
            if !intended.insert(order) {
                except.push(format!("{} was begun twice", order.0));
            }
        }
        for (order, report) in entry.event.ends() {
            if !intended.contains(order) || !ended.insert(order) {
                except.push(format!("{} ended unbidden or twice", order.0));
            }
            failed += usize::from(!matches!(report.outcome, Outcome::Succeeded { .. }));
        }
    }
    let claim = format!(
        "steps stand in the record before they ran, each with one outcome ({failed} failed)"
    );
    Claim::of(ended.len(), intended.len(), &claim, except)
}

/// The record holds where it lives and as a file, and a forged copy of the file does not.
async fn record_holds(stage: &Stage, export: &Path) -> Result<[Claim; 3], Fault> {
    let deployment = &stage.state().plan.deployment;
    let of_file = |error| Fault::of_file(export, &error);
    let record = record::verify(&*stage.record, deployment, &stage.key).await;
    let file = tokio::fs::File::create(export).await.map_err(of_file)?;
    record::export(&*stage.record, deployment, file).await?;
    let exported = record::verify_file(export, Some(&stage.key));
    let text = std::fs::read_to_string(export).map_err(of_file)?;
    let forged = text.replacen(FORGERY.0, FORGERY.1, 1);
    let caught = record::verify_lines(forged.as_bytes(), Some(&stage.key)).map_err(of_file)?;
    let claim = |holds, claim: String| Claim { holds, claim, except: vec![] };
    Ok([
        match record {
            Ok(it) => claim(
                true,
                format!(
                    "the record: {} entries, each chained to the one before, signed",
                    it.entries
                ),
            ),
            Err(error) => claim(false, format!("the record: {error}")),
        },
        match exported {
            Ok(it) => claim(
                true,
                format!("the exported file: {} entries, verified without the database", it.entries),
            ),
            Err(error) => claim(false, format!("the exported file: {error}")),
        },
        match caught {
            Err(bad) => claim(
                forged != text,
                format!(
                    "a forged copy is found out: \u{201c}in repair\u{201d} made \u{201c}in action\u{201d}: {bad}"
                ),
            ),
            Ok(_) => claim(false, "a forged copy was not found out".to_owned()),
        },
    ])
}
