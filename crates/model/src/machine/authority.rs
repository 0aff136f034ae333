//! Authority: who may bring a transition about.
//!
//! House rule: nothing runs that was not authorised, and nobody has authority
//! by being an administrator.

use crate::role_type::RoleType;
use std::fmt;

/// Who may bring a transition about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The program alone, on a true condition.
    System,
    /// The program on a true condition, or any one person who holds one of these.
    SystemOr(&'static [RoleType]),
    /// The program's own checks, and each of these for what the program cannot check.
    SystemWith(&'static [RoleType]),
    /// Any one person who holds one of these.
    Any(&'static [RoleType]),
    /// Each of these.
    All(&'static [RoleType]),
    /// The named signer of the slot, or the delegate recorded beforehand.
    Signer,
    /// The role types that may waive the guard in question: see `Guard::waiver`.
    WaiverAuthority,
    /// Whoever requested the waiver, and whoever approved it.
    RequesterAndApprover,
    /// The signers of every slot of the milestone's sheet.
    EverySlot,
    /// The person whose assignment it is.
    Member,
}

impl Authority {
    /// Returns the role types it names; none where the thing itself names the persons.
    pub fn roles(self) -> &'static [RoleType] {
        match self {
            Self::SystemOr(roles)
            | Self::SystemWith(roles)
            | Self::Any(roles)
            | Self::All(roles) => roles,
            Self::System
            | Self::Signer
            | Self::WaiverAuthority
            | Self::RequesterAndApprover
            | Self::EverySlot
            | Self::Member => &[],
        }
    }

    /// Returns whether the program may act on a true condition, without a person.
    pub fn system_may_act(self) -> bool {
        match self {
            Self::System | Self::SystemOr(_) => true,
            Self::SystemWith(_)
            | Self::Any(_)
            | Self::All(_)
            | Self::Signer
            | Self::WaiverAuthority
            | Self::RequesterAndApprover
            | Self::EverySlot
            | Self::Member => false,
        }
    }

    /// Returns whose agreement is still missing, once holders of `agreed` have given theirs.
    ///
    /// Of `Any`, all are missing until one agrees. Where the thing itself names
    /// the persons nothing is missing here: compare the persons.
    pub fn missing(self, agreed: &[RoleType]) -> Vec<RoleType> {
        let lacking = |roles: &[RoleType]| -> Vec<RoleType> {
            roles.iter().copied().filter(|role| !agreed.contains(role)).collect()
        };
        match self {
            Self::All(roles) | Self::SystemWith(roles) => lacking(roles),
            Self::Any(roles) if lacking(roles).len() == roles.len() => roles.to_vec(),
            Self::Any(_) | Self::System | Self::SystemOr(_) => Vec::new(),
            Self::Signer
            | Self::WaiverAuthority
            | Self::RequesterAndApprover
            | Self::EverySlot
            | Self::Member => Vec::new(),
        }
    }

    /// Returns the authority in the catalogue's codes, such as `SYS|REL` or `PGM+REL`.
    pub fn codes(self) -> String {
        let join = |first: &[&'static str], between: &str, roles: &[RoleType]| {
            let codes = roles.iter().map(|role| role.code());
            first.iter().copied().chain(codes).collect::<Vec<_>>().join(between)
        };
        match self {
            Self::System => "SYS".to_owned(),
            Self::SystemOr(roles) => join(&["SYS"], "|", roles),
            Self::SystemWith(roles) => join(&["SYS"], "+", roles),
            Self::Any(roles) => join(&[], "|", roles),
            Self::All(roles) => join(&[], "+", roles),
            Self::Signer => "signer".to_owned(),
            Self::WaiverAuthority => "waiver authority".to_owned(),
            Self::RequesterAndApprover => "requester+approver".to_owned(),
            Self::EverySlot => "every slot".to_owned(),
            Self::Member => "member".to_owned(),
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |roles: &[RoleType], last: &str| -> String {
            let names: Vec<String> = roles.iter().map(ToString::to_string).collect();
            match names.split_last() {
                Some((end, [])) => end.clone(),
                Some((end, begin)) => format!("{} {last} {end}", begin.join(", ")),
                None => String::new(),
            }
        };
        f.pad(&match self {
            Self::System => "Landfall itself".to_owned(),
            Self::SystemOr(roles) => format!("Landfall itself, or {}", names(roles, "or")),
            Self::SystemWith(roles) => format!("Landfall itself with {}", names(roles, "and")),
            Self::Any(roles) => names(roles, "or"),
            Self::All(roles) => names(roles, "and"),
            Self::Signer => "the named signer or a recorded delegate".to_owned(),
            Self::WaiverAuthority => "those who may waive the guard".to_owned(),
            Self::RequesterAndApprover => "the requester and an approver of the waiver".to_owned(),
            Self::EverySlot => "the signers of every slot of its sheet".to_owned(),
            Self::Member => "the person whose assignment it is".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RoleType::{ProgramManager, ReleaseManagement, SiteOwner, Tester};
    use expect_test::expect;

    #[test]
    fn who_may_act_and_whose_agreement_is_missing() {
        let rows = [
            Authority::System,
            Authority::SystemOr(&[ReleaseManagement, SiteOwner]),
            Authority::SystemWith(&[Tester]),
            Authority::Any(&[ReleaseManagement]),
            Authority::Any(&[ReleaseManagement, ProgramManager, Tester]),
            Authority::All(&[ReleaseManagement, ProgramManager]),
            Authority::Signer,
            Authority::WaiverAuthority,
            Authority::RequesterAndApprover,
            Authority::EverySlot,
            Authority::Member,
        ];
        let mut table = String::new();
        for it in rows {
            let codes = |roles: Vec<RoleType>| {
                roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(" ")
            };
            table += &format!(
                "{} = {it}; alone: {}; missing at first [{}], after Release Management [{}]\n",
                it.codes(),
                it.system_may_act(),
                codes(it.missing(&[])),
                codes(it.missing(&[ReleaseManagement])),
            );
        }
        expect![[r#"
            SYS = Landfall itself; alone: true; missing at first [], after Release Management []
            SYS|REL|SO = Landfall itself, or Release Management or Site Owner; alone: true; missing at first [], after Release Management []
            SYS+TST = Landfall itself with Tester; alone: false; missing at first [TST], after Release Management [TST]
            REL = Release Management; alone: false; missing at first [REL], after Release Management []
            REL|PGM|TST = Release Management, Program Manager or Tester; alone: false; missing at first [REL PGM TST], after Release Management []
            REL+PGM = Release Management and Program Manager; alone: false; missing at first [REL PGM], after Release Management [PGM]
            signer = the named signer or a recorded delegate; alone: false; missing at first [], after Release Management []
            waiver authority = those who may waive the guard; alone: false; missing at first [], after Release Management []
            requester+approver = the requester and an approver of the waiver; alone: false; missing at first [], after Release Management []
            every slot = the signers of every slot of its sheet; alone: false; missing at first [], after Release Management []
            member = the person whose assignment it is; alone: false; missing at first [], after Release Management []
        "#]].assert_eq(&table);
    }
}
