//! Who competes, and how each is started.

use crate::Fault;
use crate::cost::program;
use crate::scene::Scene;
use clap::ValueEnum;
use std::path::Path;
use std::process::Command;

/// The files of the contenders, in this crate.
pub(crate) const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/contenders");

/// Who competes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Contender {
    /// Landfall, whole: plan, rules, record, orders.
    Landfall,
    /// A loop over the SSH library that Landfall uses, with nothing around it.
    Bare,
    /// parallel-ssh.
    ParallelSsh,
    /// pyinfra.
    Pyinfra,
    /// ansible-core with pipelining and without facts.
    Ansible,
}

impl Contender {
    /// Everybody.
    pub(crate) const ALL: [Self; 5] =
        [Self::Landfall, Self::Bare, Self::ParallelSsh, Self::Pyinfra, Self::Ansible];

    /// Returns how it is called in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Landfall => "landfall",
            Self::Bare => "bare",
            Self::ParallelSsh => "parallel-ssh",
            Self::Pyinfra => "pyinfra",
            Self::Ansible => "ansible",
        }
    }

    /// Returns the command that does the work of `scene`.
    pub(crate) fn command(self, scene: &Scene, venv: &Path) -> Result<Command, Fault> {
        let venv = venv.canonicalize().unwrap_or_else(|_| venv.to_owned()).join("bin");
        let mut command = match self {
            Self::Landfall | Self::Bare => {
                let mut command = program(std::env::current_exe()?);
                command.arg(self.name()).arg(scene.folder());
                command
            }
            Self::ParallelSsh => {
                let mut command = program(venv.join("python"));
                command.arg(format!("{FILES}/parallel_ssh.py"));
                command
            }
            Self::Pyinfra => {
                let mut command = program(venv.join("pyinfra"));
                command.args(["-y", "--parallel"]).arg(scene.at_once().to_string());
                command.arg(format!("{FILES}/pyinfra_inventory.py"));
                command.arg(format!("{FILES}/pyinfra_deploy.py"));
                command
            }
            Self::Ansible => {
                let mut command = program(venv.join("ansible-playbook"));
                command.arg("--forks").arg(scene.at_once().to_string());
                command.arg("--inventory").arg(scene.inventory());
                command.arg(format!("{FILES}/playbook.yml"));
                command
            }
        };
        command.env("BENCH_SCENE", scene.inventory()).env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("ANSIBLE_PIPELINING", "1").env("ANSIBLE_HOST_KEY_CHECKING", "1");
        command.env("ANSIBLE_HOME", scene.folder().join("ansible"));
        // A socket's path may be a hundred bytes long, so it lies near the root.
        command.env("ANSIBLE_SSH_CONTROL_PATH_DIR", scene.folder().join("cp"));
        command.env("ANSIBLE_NOCOLOR", "1").env("ANSIBLE_DEPRECATION_WARNINGS", "0");
        command.current_dir(scene.folder());
        Ok(command)
    }
}
