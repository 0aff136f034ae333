//! Accounts as people read them.

use super::table::{Tone, cell, table, text};
use crate::commands::accounts::Own;
use crate::commands::sealing::Strange;
use crate::terminal::Setting;
use api::{AccountLine, RefusalLine};
use views::time::in_utc;

/// Returns one's own account.
pub(crate) fn own(setting: Setting, own: &Own) -> String {
    let Own { account, admissions, passkeys, sign_on } = own;
    let duty = if account.is_administrator { ", and look after accounts" } else { "" };
    let mut said = format!("You are {}{duty}.\n", account.name);
    said += &match (&sign_on.service, sign_on.is_linked) {
        (None, _) => String::new(),
        (Some(service), true) => format!("You are linked with who you are at {service}.\n"),
        (Some(service), false) => format!(
            "You are not linked with who you are at {service}: `landfall account link-sign-on`.\n"
        ),
    };
    let mut admitting = table(setting, &["What", "Label", "Since", "Ends", "Digest"]);
    for it in admissions {
        let ends = cell(in_utc(it.ends), Tone::Plain);
        admitting.add_row(vec![
            cell(&it.kind, Tone::Plain),
            cell(&it.label, Tone::Plain),
            cell(in_utc(it.created), Tone::Plain),
            ends,
            cell(it.digest, Tone::Plain),
        ]);
    }
    said += &format!("\nWhat admits you:\n{}", text(&admitting));
    if !passkeys.is_empty() {
        let mut keys = table(setting, &["Passkey", "Since", "Name"]);
        for it in passkeys {
            keys.add_row(vec![
                cell(&it.label, Tone::Plain),
                cell(in_utc(it.created), Tone::Plain),
                cell(&it.id, Tone::Plain),
            ]);
        }
        said += &format!("\nYour passkeys:\n{}", text(&keys));
    }
    said.trim_end().to_owned()
}

/// Returns all accounts.
pub(crate) fn all(setting: Setting, all: &[AccountLine]) -> String {
    let mut lines = table(setting, &["Name", "Looks after accounts", "Password", "May come in"]);
    for it in all {
        let may = if it.is_disabled { cell("no", Tone::Bad) } else { cell("yes", Tone::Plain) };
        lines.add_row(vec![
            cell(&it.name, Tone::Plain),
            cell(yes(it.is_administrator), Tone::Plain),
            cell(yes(it.has_password), Tone::Plain),
            may,
        ]);
    }
    text(&lines).trim_end().to_owned()
}

/// Returns what was refused.
pub(crate) fn refusals(setting: Setting, all: &[RefusalLine]) -> String {
    if all.is_empty() {
        return "Nothing was refused for want of authority.".to_owned();
    }
    let mut lines = table(setting, &["When", "Account", "Deployment", "What", "Why not"]);
    for it in all {
        lines.add_row(vec![
            cell(in_utc(it.at), Tone::Plain),
            cell(&it.account, Tone::Plain),
            cell(&it.deployment, Tone::Plain),
            cell(&it.what, Tone::Plain),
            cell(&it.why, Tone::Plain),
        ]);
    }
    text(&lines).trim_end().to_owned()
}

/// Returns the accounts of which something is not sealed.
pub(crate) fn strange(setting: Setting, all: &[Strange]) -> String {
    let headings = ["Name", "Not sealed", "Since", "Looks after accounts", "Password"];
    let mut lines = table(setting, &headings);
    for it in all {
        if let Some(account) = &it.account {
            lines.add_row(vec![
                cell(&it.name, Tone::Plain),
                cell("the account", Tone::Plain),
                cell(in_utc(account.created), Tone::Plain),
                cell(yes(account.is_administrator), Tone::Plain),
                cell(yes(account.has_password), Tone::Plain),
            ]);
        }
        for identity in &it.identities {
            lines.add_row(vec![
                cell(&it.name, Tone::Plain),
                cell(format!("{} {}", identity.kind, identity.id), Tone::Plain),
                cell(identity.created, Tone::Plain),
                cell("", Tone::Plain),
                cell("", Tone::Plain),
            ]);
        }
    }
    text(&lines).trim_end().to_owned()
}

fn yes(it: bool) -> &'static str {
    if it { "yes" } else { "no" }
}
