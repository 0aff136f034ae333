//! What a guard read, at one moment: met, not met, waived or not known.
//!
//! Readings are kept in every entry that passed a gate, and there may be a
//! million of them: a reading that is met takes 25 bytes of JSON.
//!
//! House rule: no bare `false`. What is not met says what is missing and who can
//! supply it; *unknown* never passes.

use super::Guard;
use crate::id::PersonId;
use crate::role_type::RoleType;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who can supply what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Supplier {
    /// Any of these role types.
    Roles(Vec<RoleType>),
    /// The program itself, by work that it will do unasked.
    System,
    /// Time: nobody need do anything before this moment.
    At(Timestamp),
}

impl fmt::Display for Supplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Roles(roles) => {
                f.pad(&roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "))
            }
            Self::System => f.pad("Landfall itself"),
            Self::At(moment) => write!(f, "time, at {moment}"),
        }
    }
}

/// What a guard read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is true.
    Met,
    /// It is not true.
    Unmet {
        /// What is missing, in words.
        missing: String,
        /// Who can supply it.
        supplier: Supplier,
    },
    /// It is not true, and those who may have let it pass.
    Waived {
        /// Who granted the waiver.
        by: Vec<PersonId>,
        /// When the waiver ends.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// Nobody knows whether it is true.
    Unknown {
        /// What is not known, in words.
        missing: String,
    },
}

impl Verdict {
    /// Returns whether the gate may be passed as far as this guard is concerned.
    pub fn passes(&self) -> bool {
        match self {
            Self::Met | Self::Waived { .. } => true,
            Self::Unmet { .. } | Self::Unknown { .. } => false,
        }
    }
}

/// What one guard read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct GuardReading {
    /// The guard.
    pub guard: Guard,
    /// What it read.
    pub verdict: Verdict,
    /// Since when it has read so, where that is known.
    pub since: Option<Timestamp>,
}

impl GuardReading {
    /// Returns the reading of a guard that is met.
    pub fn met(guard: Guard) -> Self {
        Self { guard, verdict: Verdict::Met, since: None }
    }

    /// Returns the reading of a guard that is not met.
    pub fn unmet(guard: Guard, missing: impl Into<String>, supplier: Supplier) -> Self {
        let verdict = Verdict::Unmet { missing: missing.into(), supplier };
        Self { guard, verdict, since: None }
    }

    /// Returns the reading of a guard of which nobody knows whether it is met.
    pub fn unknown(guard: Guard, missing: impl Into<String>) -> Self {
        Self { guard, verdict: Verdict::Unknown { missing: missing.into() }, since: None }
    }
}

/// A reading as it stands in the record. The shape is short; the types above are clear.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    guard: Guard,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    supplier: Option<Supplier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waived: Option<WrittenWaiver>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrittenWaiver {
    by: Vec<PersonId>,
    until: Timestamp,
    reason: String,
}

impl From<GuardReading> for Written {
    fn from(GuardReading { guard, verdict, since }: GuardReading) -> Self {
        let empty = Self {
            guard,
            met: None,
            missing: None,
            supplier: None,
            waived: None,
            unknown: None,
            since,
        };
        match verdict {
            Verdict::Met => Self { met: Some(true), ..empty },
            Verdict::Unmet { missing, supplier } => {
                Self { met: Some(false), missing: Some(missing), supplier: Some(supplier), ..empty }
            }
            Verdict::Waived { by, until, reason } => {
                Self { waived: Some(WrittenWaiver { by, until, reason }), ..empty }
            }
            Verdict::Unknown { missing } => Self { unknown: Some(missing), ..empty },
        }
    }
}

/// A stored reading says neither that its guard is met, nor what is missing, nor who waived it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reading of guard {guard} is not one of met, unmet, waived and unknown")]
pub struct InvalidReading {
    /// The guard.
    pub guard: Guard,
}

impl TryFrom<Written> for GuardReading {
    type Error = InvalidReading;

    fn try_from(written: Written) -> Result<Self, InvalidReading> {
        let Written { guard, met, missing, supplier, waived, unknown, since } = written;
        let verdict = match (met, missing, supplier, waived, unknown) {
            (Some(true), None, None, None, None) => Verdict::Met,
            (Some(false), Some(missing), Some(supplier), None, None) => {
                Verdict::Unmet { missing, supplier }
            }
            (None, None, None, Some(WrittenWaiver { by, until, reason }), None) => {
                Verdict::Waived { by, until, reason }
            }
            (None, None, None, None, Some(missing)) => Verdict::Unknown { missing },
            _ => return Err(InvalidReading { guard }),
        };
        Ok(Self { guard, verdict, since })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn each_verdict_is_written_shortly_and_reads_back() {
        let noon: Timestamp = "2027-02-07T12:00:00Z".parse().unwrap();
        let waived = Verdict::Waived {
            by: vec!["sabela.roig".parse().unwrap(), "lucan.ferreira".parse().unwrap()],
            until: noon,
            reason: "the owner is on leave and her deputy agreed by telephone".to_owned(),
        };
        let owner = Supplier::Roles(vec![RoleType::SiteOwner, RoleType::ReleaseManagement]);
        let readings = [
            GuardReading::met(Guard::S1),
            GuardReading { since: Some(noon), ..GuardReading::met(Guard::S10) },
            GuardReading::unmet(Guard::S9, "the generator of B27 is untested", owner),
            GuardReading::unmet(Guard::S7, "the window of B27 is not open", Supplier::At(noon)),
            GuardReading::unmet(Guard::S2, "RFC-2027-031 is being assessed", Supplier::System),
            GuardReading { guard: Guard::S3, verdict: waived, since: None },
            GuardReading::unknown(Guard::C2, "db-primary has not answered its probe"),
        ];
        let mut lines = String::new();
        for reading in readings {
            let line = serde_json::to_string(&reading).unwrap();
            assert_eq!(serde_json::from_str::<GuardReading>(&line).unwrap(), reading);
            lines += &format!("{line} passes: {}\n", reading.verdict.passes());
        }
        expect![[r#"
            {"guard":"S1","met":true} passes: true
            {"guard":"S10","met":true,"since":"2027-02-07T12:00:00Z"} passes: true
            {"guard":"S9","met":false,"missing":"the generator of B27 is untested","supplier":{"roles":["site-owner","release-management"]}} passes: false
            {"guard":"S7","met":false,"missing":"the window of B27 is not open","supplier":{"at":"2027-02-07T12:00:00Z"}} passes: false
            {"guard":"S2","met":false,"missing":"RFC-2027-031 is being assessed","supplier":"system"} passes: false
            {"guard":"S3","waived":{"by":["sabela.roig","lucan.ferreira"],"until":"2027-02-07T12:00:00Z","reason":"the owner is on leave and her deputy agreed by telephone"}} passes: true
            {"guard":"C2","unknown":"db-primary has not answered its probe"} passes: false
        "#]].assert_eq(&lines);
    }

    #[test]
    fn a_reading_that_says_nothing_or_two_things_is_refused() {
        for line in [
            r#"{"guard":"S1"}"#,
            r#"{"guard":"S1","met":false}"#,
            r#"{"guard":"S1","met":true,"missing":"a signature"}"#,
            r#"{"guard":"S99","met":true}"#,
            r#"{"guard":"S1","met":true,"by":"me"}"#,
        ] {
            assert!(serde_json::from_str::<GuardReading>(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_supplier_reads_aloud() {
        let owner = Supplier::Roles(vec![RoleType::SiteOwner, RoleType::ReleaseManagement]);
        let noon = Supplier::At("2027-02-07T12:00:00Z".parse().unwrap());
        expect!["Site Owner or Release Management; Landfall itself; time, at 2027-02-07T12:00:00Z"]
            .assert_eq(&format!("{owner}; {}; {noon}", Supplier::System));
    }
}
