//! Accounts that no server of the record has written: shown, and sealed where somebody knows them to be right.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use jiff::Timestamp;
use model::id::PersonId;
use record::Unsealed;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is said where nothing is left to seal.
const ALL_SEALED: &str = "all accounts, passkeys and links to single sign-on are sealed";

/// An account that is not sealed, or sealed and with something that is not.
#[derive(serde::Serialize)]
pub(crate) struct Strange {
    pub(crate) name: PersonId,
    /// Nothing where the account itself is sealed.
    pub(crate) account: Option<StrangeAccount>,
    /// What shows who they are: passkeys, and names at sign-on services.
    pub(crate) identities: Vec<StrangeIdentity>,
}

#[derive(serde::Serialize)]
pub(crate) struct StrangeAccount {
    pub(crate) is_administrator: bool,
    pub(crate) is_disabled: bool,
    pub(crate) has_password: bool,
    pub(crate) created: Timestamp,
}

#[derive(serde::Serialize)]
pub(crate) struct StrangeIdentity {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
}

/// What there is, or was sealed just now.
#[derive(serde::Serialize)]
pub(crate) struct Sealed {
    /// Whether they are sealed now.
    pub(crate) is_sealed: bool,
    pub(crate) accounts: Vec<Strange>,
}

/// Shows what is not sealed; seals what is named of it, or all.
pub(super) async fn seal_accounts(
    names: &[PersonId],
    all: bool,
    surroundings: &Surroundings,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    if surroundings.client().await?.is_some() {
        let next = "run it where the record's key is, without --server";
        return Err(Fault::usage("a server seals no accounts for others", next));
    }
    let accounts = surroundings.accounts(Arc::new(|_: &str| ())).await?;
    let mut unsealed = accounts.unsealed().await?;
    if let Some(missing) = names.iter().find(|it| !is_of(&unsealed, it)) {
        let what = format!("nothing of the account {missing} is to be sealed");
        let next = "`landfall record seal-accounts` shows what is";
        return Err(Fault::new(Exit::Refused, what).next(next));
    }
    let is_sealed = all || !names.is_empty();
    if is_sealed && !all {
        unsealed.accounts.retain(|it| names.contains(&it.name));
        unsealed.identities.retain(|it| names.contains(&it.account));
    }
    if is_sealed {
        accounts.seal(&unsealed).await?;
    }
    let sealed = Sealed { is_sealed, accounts: strange(&unsealed) };
    terminal.answer(&sealed, || {
        if sealed.accounts.is_empty() {
            return ALL_SEALED.to_owned();
        }
        let table = render::account::strange(terminal.setting(), &sealed.accounts);
        if sealed.is_sealed {
            format!("{table}\n\nThey are sealed: whoever they are of logs in again, and makes tokens anew.")
        } else {
            format!(
                "{table}\n\nNo server of this record has written them: nobody comes in by them. Seal those that you know to\nbe right: `landfall record seal-accounts NAME`, or --all right after bringing Landfall to this version. An\nadministrator who creates an account of one of these names puts it into its place."
            )
        }
    })?;
    Ok(Exit::Done)
}

fn is_of(unsealed: &Unsealed, name: &PersonId) -> bool {
    unsealed.accounts.iter().any(|it| it.name == *name)
        || unsealed.identities.iter().any(|it| it.account == *name)
}

fn strange(unsealed: &Unsealed) -> Vec<Strange> {
    let mut all: BTreeMap<&PersonId, Strange> = BTreeMap::new();
    let blank = |name: &PersonId| Strange { name: name.clone(), account: None, identities: vec![] };
    for it in &unsealed.accounts {
        all.entry(&it.name).or_insert_with(|| blank(&it.name)).account = Some(StrangeAccount {
            is_administrator: it.is_administrator,
            is_disabled: it.is_disabled,
            has_password: !it.password.is_empty(),
            created: it.created,
        });
    }
    for it in &unsealed.identities {
        let of = all.entry(&it.account).or_insert_with(|| blank(&it.account));
        let (kind, id, created) = (it.kind.clone(), it.id.clone(), it.created);
        of.identities.push(StrangeIdentity { kind, id, created });
    }
    all.into_values().collect()
}
