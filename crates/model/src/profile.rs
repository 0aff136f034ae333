//! Profiles: how formal a deployment is.
//!
//! The machines, the documents and the record are the same in each. A profile
//! changes how many persons an act needs, and which separations of duties may
//! be relaxed and are then disclosed.
//!
//! House rule: docs/decisions/0010-solo-profile.md.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

/// How formal a deployment is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Display,
    EnumString,
    VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Profile {
    /// One person may hold every role type; for one site, or for a rehearsal of any size.
    Solo,
    /// Separate persons where the separation of duties asks for them.
    #[default]
    Standard,
    /// As standard, and every signature needs a second factor.
    Regulated,
}

/// What a deployment is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Display, VariantArray, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Purpose {
    /// It changes production.
    #[default]
    Production,
    /// It is tried out, its clock jumps, and every paper of it is marked.
    Rehearsal,
}

/// Where a deployment deploys to.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Display,
    VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Environment {
    /// Where people do their work.
    #[default]
    Production,
    /// Where a few try it in their work, before it is final.
    Pilot,
    /// Where nobody works.
    Test,
}

impl Environment {
    /// Returns whether what is measured there is a measure of production.
    pub fn is_production(&self) -> bool {
        match self {
            Self::Production => true,
            Self::Pilot | Self::Test => false,
        }
    }
}

/// The most sites that one person may deploy to production alone.
///
/// Beyond one site there is a second site owner, and so a second person.
pub const SOLO_SITES_MAX: usize = 1;

/// A profile does not fit a deployment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "profile {profile} allows {SOLO_SITES_MAX} site in production and the plan has {sites}: use profile standard, or rehearse"
)]
pub struct ProfileTooSmall {
    /// The profile.
    pub profile: Profile,
    /// The number of sites of the plan.
    pub sites: usize,
}

impl Profile {
    /// Returns whether a deployment of this size and purpose may use the profile.
    ///
    /// # Errors
    ///
    /// Where it is too large for one person: another profile, or a rehearsal, is the way on.
    pub fn fits(self, sites: usize, purpose: Purpose) -> Result<(), ProfileTooSmall> {
        let small_enough = match (self, purpose) {
            (Self::Solo, Purpose::Production) => sites <= SOLO_SITES_MAX,
            (Self::Solo, Purpose::Rehearsal) => true,
            (Self::Standard | Self::Regulated, Purpose::Production | Purpose::Rehearsal) => true,
        };
        if small_enough { Ok(()) } else { Err(ProfileTooSmall { profile: self, sites }) }
    }

    /// Returns what is stamped on every signature made under the profile.
    pub fn stamp(self) -> Option<&'static str> {
        match self {
            Self::Solo => Some("separation of duties waived (solo profile)"),
            Self::Standard | Self::Regulated => None,
        }
    }

    /// Returns how many distinct persons must approve a waiver.
    pub fn waiver_approvers_min(self) -> usize {
        match self {
            Self::Solo => 1,
            Self::Standard | Self::Regulated => 2,
        }
    }

    /// Returns how many distinct persons must have signed a sheet.
    pub fn sheet_persons_min(self) -> usize {
        match self {
            Self::Solo => 1,
            Self::Standard | Self::Regulated => 2,
        }
    }

    /// Returns how many distinct persons must have signed the Deployment Complete Milestone.
    pub fn completion_persons_min(self) -> usize {
        match self {
            Self::Solo => 1,
            Self::Standard | Self::Regulated => 3,
        }
    }

    /// Returns how many factors a signer authenticates with, at the moment of signing.
    pub fn signing_factors_min(self) -> usize {
        match self {
            Self::Solo | Self::Standard => 1,
            Self::Regulated => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn what_each_profile_asks_for() {
        let mut table = String::new();
        for it in Profile::VARIANTS {
            let sites = [1, 2].map(|sites| it.fits(sites, Purpose::Production).is_ok());
            table += &format!(
                "{it:9} one site {}, two sites {}; persons: waiver {}, sheet {}, completion {}; factors {}; {}\n",
                sites[0],
                sites[1],
                it.waiver_approvers_min(),
                it.sheet_persons_min(),
                it.completion_persons_min(),
                it.signing_factors_min(),
                it.stamp().unwrap_or("no stamp"),
            );
        }
        expect![[r#"
            solo      one site true, two sites false; persons: waiver 1, sheet 1, completion 1; factors 1; separation of duties waived (solo profile)
            standard  one site true, two sites true; persons: waiver 2, sheet 2, completion 3; factors 1; no stamp
            regulated one site true, two sites true; persons: waiver 2, sheet 2, completion 3; factors 2; no stamp
        "#]].assert_eq(&table);
    }

    #[test]
    fn one_person_may_rehearse_any_number_of_sites_and_deploy_one() {
        assert_eq!(Profile::Solo.fits(100_000, Purpose::Rehearsal), Ok(()));
        let refusal = Profile::Solo.fits(40, Purpose::Production).unwrap_err();
        expect!["profile solo allows 1 site in production and the plan has 40: use profile standard, or rehearse"].assert_eq(&refusal.to_string());
    }
}
