//! What a step does: programs, scripts, copies, requests, and what people do.
//!
//! House rule: references are filled into single arguments, paths and values,
//! never into a script, so no value can become code.

use super::{StepList, With};
use crate::build::Names;
use crate::code::Code;
use crate::diagnostic::quoted;
use crate::span::Span;
use crate::suggest;
use crate::written::{self, EnvironmentValue, Work};
use model::order::Setting;
use model::role_type::RoleType;
use model::step::StepWork;
use model::template_text::references;
use std::collections::BTreeMap;

/// Permission bits of a copied file where a step says nothing.
pub(crate) const FILE_MODE: u32 = 0o644;

impl StepList<'_, '_> {
    pub(super) fn work(&mut self, work: &Work, at: Span, with: &With) -> Option<StepWork> {
        match work {
            Work::Run(argv) if argv.is_empty() => {
                self.report(
                    Code::StepWork,
                    at,
                    "`run` names no program",
                    "write the program, then its arguments: `[tar, -xf, app.tar]`",
                );
                None
            }
            Work::Run(argv) => {
                Some(StepWork::Run(argv.iter().map(|it| self.text(it, it.at, with)).collect()))
            }
            Work::Script(text) => {
                self.script(text, at);
                Some(StepWork::Script(text.clone()))
            }
            Work::Copy(copy) => self.copy(copy, with),
            Work::Http(http) => Some(StepWork::Http {
                url: self.text(&http.url, http.url.at, with),
                status: http.status.unwrap_or(200),
                contains: http.contains.as_deref().map(|it| self.text(it, at, with)),
            }),
            Work::Manual(manual) => Some(StepWork::Manual {
                instructions: self.text(&manual.instructions, manual.instructions.at, with),
                evidence: manual.evidence.unwrap_or_default(),
                role: manual.role.unwrap_or(RoleType::ReleaseManagement),
            }),
        }
    }

    fn copy(&mut self, copy: &written::CopyWork, with: &With) -> Option<StepWork> {
        let to = self.text(&copy.to, copy.to.at, with);
        if !to.starts_with('/') && !to.starts_with("${") {
            let what = format!("the target {} is not an absolute path", quoted(&to));
            self.report(
                Code::RelativeTarget,
                copy.to.at,
                what,
                "begin it with `/`: a step has no working directory of its own",
            );
        }
        let is_known = self.building.names.deliverables.contains(&copy.deliverable.value);
        let all = |names: &Names| names.deliverables.iter().cloned().collect();
        self.building.knows("deliverable", &copy.deliverable, is_known, all);
        let mode = copy.mode.map_or(FILE_MODE, |it| it.0);
        Some(StepWork::Copy { deliverable: copy.deliverable.value.clone(), to, mode })
    }

    fn script(&mut self, text: &str, at: Span) {
        // A dot cannot stand in a name of the shell's own: this can only be one of ours.
        let ours = references(text).into_iter().find(|it| it.contains('.')).map(str::to_owned);
        if let Some(name) = ours {
            let what = format!("scripts are never filled in, and this one holds `${{{name}}}`");
            let help = "give the value by `environment` and read the variable in the script";
            self.report(Code::ReferenceInScript, at, what, help);
        }
    }

    fn text(&mut self, text: &str, at: Span, with: &With) -> String {
        let filled = fill_with(text, with);
        for name in references(&filled) {
            if !self.known.contains(name) {
                let what = format!("`${{{name}}}` names nothing here");
                let mut known: Vec<&str> = self.known.iter().map(String::as_str).collect();
                known.sort_unstable();
                let help = suggest::help(name, known);
                let help = help.unwrap_or_else(|| "use `${plan.…}`, `${site.…}` or `${component.…}` with a declared variable; `$${` stands for `${` itself".to_owned());
                self.building.findings.report_with(Code::UnknownReference, at, what, Some(help));
            }
        }
        filled
    }

    pub(super) fn environment(
        &mut self,
        written: &written::Step,
        with: &With,
    ) -> BTreeMap<String, Setting> {
        let mut all = BTreeMap::new();
        for (name, value) in &written.environment {
            let is_name = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
                && name.bytes().next().is_some_and(|it| !it.is_ascii_digit());
            if !is_name {
                let what = format!("{} is not the name of an environment variable", quoted(name));
                self.report(
                    Code::BadValue,
                    value.at,
                    what,
                    "use letters, digits and `_`, beginning with a letter",
                );
            }
            let setting = match &value.value {
                EnvironmentValue::Plain(text) => Setting::Plain(self.text(text, value.at, with)),
                EnvironmentValue::Secret(reference) => Setting::Secret(reference.clone()),
            };
            all.insert(name.clone(), setting);
        }
        all
    }
}

/// Returns `text` with each `${with.name}` replaced; `$${` stays as it is.
pub(super) fn fill_with(text: &str, with: &With) -> String {
    if !text.contains("${with.") {
        return text.to_owned();
    }
    let fill = |piece: &str| {
        let replace = |text: String, (name, value): (&String, &String)| {
            text.replace(&format!("${{with.{name}}}"), value)
        };
        with.iter().fold(piece.to_owned(), replace)
    };
    text.split("$${").map(fill).collect::<Vec<_>>().join("$${")
}
