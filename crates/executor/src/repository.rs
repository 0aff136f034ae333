//! A repository at another computer, into which files are put: `git`, run without a shell.
//!
//! What is put there can be read by whoever may read it, and taken back by nobody here: nothing is
//! ever pushed by force, and what was rewritten there is noticed and not followed.
//!
//! House rule: no word of an address is ever taken for an option, a program or a shell's text.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The branch that holds the files: a repository may have others.
const BRANCH: &str = "refs/heads/landfall-checkpoints";

/// How long one call of `git` may take: a small file goes to a repository far away.
const TAKES_MAX: Duration = Duration::from_secs(60);

/// By which ways `git` may go; `ext` would run a program.
const PROTOCOLS: &str = "file:https:ssh";

/// The most letters of what `git` says that are passed on.
const SAID_LETTERS_MAX: usize = 300;

/// Why a repository could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("git {does}: {why}")]
pub struct RepositoryFault {
    /// What `git` was asked to do.
    pub does: &'static str,
    /// What it said.
    pub why: String,
}

/// A repository at another computer, and the folder here through which it is reached.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
    address: String,
}

/// Returns whether `address` names a repository that may be used: by file, HTTPS or SSH, and without a
/// password in it.
pub fn is_address(address: &str) -> bool {
    let rest = ["file://", "https://", "ssh://"].iter().find_map(|it| address.strip_prefix(it));
    let plain = address.chars().all(|it| it.is_ascii_graphic());
    let place = rest.unwrap_or_default().split('/').next().unwrap_or_default();
    let has_password = place.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
    rest.is_some_and(|it| !it.is_empty() && !it.starts_with('-')) && plain && !has_password
}

impl Repository {
    /// Returns the repository at `address`, which [`is_address`], through the folder, which is made.
    pub fn at(address: &str, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), address: address.to_owned() }
    }

    /// Fetches what is there now, and returns its newest commit; nothing where nothing is there, whatever
    /// was there before.
    ///
    /// # Errors
    ///
    /// What `git` says, also where what is there does not go on from what was there before.
    pub async fn fetch(&self) -> Result<Option<String>, RepositoryFault> {
        if !self.folder.join("HEAD").exists() {
            let folder = self.folder.display().to_string();
            self.git("init", &["init", "--quiet", "--bare", "--", &folder], None).await?;
        }
        // What was fetched once stays here, so that what is rewritten there is noticed: only the other side
        // knows whether it still has the branch.
        let words = ["ls-remote", "--quiet", "--", &self.address, BRANCH];
        let listed = self.git("ls-remote", &self.inside(&words), None).await?;
        let there = listed.lines().filter_map(|it| it.split_once('\t'));
        let Some((there, _)) = there.into_iter().find(|(_, name)| *name == BRANCH) else {
            return Ok(None);
        };
        if self.tip().await?.as_deref() == Some(there) {
            return Ok(Some(there.to_owned()));
        }
        // Without `+`: what was rewritten is a fault.
        let branch = format!("{BRANCH}:{BRANCH}");
        let words = ["fetch", "--quiet", "--no-tags", "--", &self.address, &branch];
        self.git("fetch", &self.inside(&words), None).await?;
        self.tip().await
    }

    /// Returns every version of `file` up to the commit `newest` that was fetched, the newest first.
    ///
    /// # Errors
    ///
    /// What `git` says.
    pub async fn versions(&self, newest: &str, file: &str) -> Result<Vec<String>, RepositoryFault> {
        let words = ["rev-list", "--full-history", newest, "--", file];
        let commits = self.git("rev-list", &self.inside(&words), None).await?;
        let asked: String = commits.lines().map(|it| format!("{it}:{file}\n")).collect();
        let words = ["cat-file", "--batch"];
        let batch = self.git("cat-file", &self.inside(&words), Some(&asked)).await?;
        let (mut versions, mut rest) = (Vec::new(), batch.as_str());
        while let Some((head, after)) = rest.split_once('\n') {
            rest = after;
            // A commit that removed it has no version.
            let Some(size) = head.rsplit_once(" blob ").map(|it| it.1) else {
                if head.rsplit_once(' ').is_some_and(|(_, size)| size.parse::<usize>().is_ok()) {
                    return Err(unreadable("cat-file"));
                }
                continue;
            };
            let text = size.parse().ok().and_then(|size| after.split_at_checked(size));
            let (text, after) = text.ok_or_else(|| unreadable("cat-file"))?;
            versions.push(text.to_owned());
            rest = after.strip_prefix('\n').unwrap_or(after);
        }
        Ok(versions)
    }

    /// Puts `text` there as `file`, in a commit of its own that says `why`.
    ///
    /// # Errors
    ///
    /// What `git` says, also where somebody else was first: fetch, and look again.
    pub async fn put(&self, file: &str, text: &str, why: &str) -> Result<(), RepositoryFault> {
        let words = ["hash-object", "-w", "--stdin"];
        let blob = self.git("hash-object", &self.inside(&words), Some(text)).await?;
        let tip = self.tip().await?;
        let others = match &tip {
            Some(tip) => self.git("ls-tree", &self.inside(&["ls-tree", tip]), None).await?,
            None => String::new(),
        };
        let is_other = |it: &&str| it.split_once('\t').is_none_or(|(_, name)| name != file);
        let mut tree: String =
            others.lines().filter(is_other).map(|it| format!("{it}\n")).collect();
        tree += &format!("100644 blob {}\t{file}\n", blob.trim());
        let tree = self.git("mktree", &self.inside(&["mktree"]), Some(&tree)).await?;
        let mut words = vec!["commit-tree", tree.trim(), "-m", why];
        words.extend(tip.iter().flat_map(|it| ["-p", it.as_str()]));
        let commit = self.git("commit-tree", &self.inside(&words), None).await?;
        let branch = format!("{}:{BRANCH}", commit.trim());
        let words = ["push", "--quiet", "--no-verify", "--", &self.address, &branch];
        self.git("push", &self.inside(&words), None).await?;
        let words = ["update-ref", BRANCH, commit.trim()];
        self.git("update-ref", &self.inside(&words), None).await.map(|_| ())
    }

    /// Returns the newest commit that was fetched.
    async fn tip(&self) -> Result<Option<String>, RepositoryFault> {
        let words = ["for-each-ref", "--format=%(objectname)", BRANCH];
        let found = self.git("for-each-ref", &self.inside(&words), None).await?;
        Ok(found.lines().next().map(str::to_owned))
    }

    /// Returns `words` for the folder here, with nothing of anybody's settings that would run a program.
    fn inside<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        let folder = self.folder.to_str().unwrap_or_default();
        let settings = ["core.hooksPath=/dev/null", "user.name=Landfall", "gc.auto=0"];
        let mut all = vec!["-C", folder];
        all.extend(settings.iter().flat_map(|it| ["-c", *it]));
        all.extend(["-c", "user.email=landfall@localhost"]);
        all.extend(words);
        all
    }

    async fn git(
        &self,
        does: &'static str,
        words: &[&str],
        input: Option<&str>,
    ) -> Result<String, RepositoryFault> {
        let fault = |why: String| RepositoryFault { does, why };
        let mut command = Command::new("git");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
            command.env_remove(name);
        }
        command
            .args(words)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", PROTOCOLS)
            .env("LC_ALL", "C")
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let run = async {
            let mut child =
                command.spawn().map_err(|it| fault(format!("it could not be run: {it}")))?;
            let stdin = child.stdin.take();
            let feed = async {
                if let (Some(mut stdin), Some(input)) = (stdin, input) {
                    // What does not want to read more says itself why.
                    stdin.write_all(input.as_bytes()).await.ok();
                }
            };
            let (output, ()) = tokio::join!(child.wait_with_output(), feed);
            let output = output.map_err(|it| fault(it.to_string()))?;
            if output.status.success() {
                return String::from_utf8(output.stdout).map_err(|_| unreadable(does));
            }
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            Err(fault(said.chars().take(SAID_LETTERS_MAX).collect()))
        };
        match tokio::time::timeout(TAKES_MAX, run).await {
            Ok(output) => output,
            Err(_) => Err(fault(format!("it took more than {} s", TAKES_MAX.as_secs()))),
        }
    }
}

fn unreadable(does: &'static str) -> RepositoryFault {
    RepositoryFault { does, why: "its answer cannot be read".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn remote(folder: &Path) -> String {
        let path = folder.join("remote.git").display().to_string();
        let words = ["init", "--quiet", "--bare", &path];
        Repository::at("", folder).git("init", &words, None).await.unwrap();
        format!("file://{path}")
    }

    #[tokio::test]
    async fn what_is_put_there_is_found_again_with_all_that_was_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let address = remote(folder.path()).await;
        let here = Repository::at(&address, &folder.path().join("here"));
        assert_eq!(here.fetch().await.unwrap(), None);
        here.put("FG30.checkpoint", "one\n\nline\n", "1 entry").await.unwrap();
        here.put("OTHER.checkpoint", "other\n", "1 entry").await.unwrap();
        here.put("FG30.checkpoint", "two\n", "2 entries").await.unwrap();
        let there = Repository::at(&address, &folder.path().join("there"));
        let newest = there.fetch().await.unwrap().unwrap();
        let found = there.versions(&newest, "FG30.checkpoint").await.unwrap();
        assert_eq!(found, ["two\n", "one\n\nline\n"]);
        assert_eq!(there.versions(&newest, "OTHER.checkpoint").await.unwrap(), ["other\n"]);
        assert_eq!(there.versions(&newest, "FG31.checkpoint").await.unwrap(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_branch_that_was_removed_there_is_not_there_whatever_was_fetched_before() {
        let folder = tempfile::tempdir().unwrap();
        let address = remote(folder.path()).await;
        let [here, there] =
            ["here", "there"].map(|it| Repository::at(&address, &folder.path().join(it)));
        here.fetch().await.unwrap();
        here.put("a", "1\n", "first").await.unwrap();
        there.fetch().await.unwrap();
        let remote = address.strip_prefix("file://").unwrap();
        let removes = ["-C", remote, "update-ref", "-d", BRANCH];
        here.git("update-ref", &removes, None).await.unwrap();
        assert_eq!(here.fetch().await.unwrap(), None);
        assert_eq!(there.fetch().await.unwrap(), None);

        // Whoever puts something else into its place is found out all the same.
        let other = Repository::at(&address, &folder.path().join("other"));
        other.fetch().await.unwrap();
        other.put("a", "2\n", "first").await.unwrap();
        assert_eq!(here.fetch().await.unwrap_err().does, "fetch");
    }

    #[tokio::test]
    async fn whoever_comes_second_is_told_and_overwrites_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let address = remote(folder.path()).await;
        let [here, there] =
            ["here", "there"].map(|it| Repository::at(&address, &folder.path().join(it)));
        here.fetch().await.unwrap();
        there.fetch().await.unwrap();
        here.put("a", "1\n", "first").await.unwrap();
        let second = there.put("a", "2\n", "second").await.unwrap_err();
        assert_eq!(second.does, "push");
        let newest = there.fetch().await.unwrap().unwrap();
        assert_eq!(there.versions(&newest, "a").await.unwrap(), ["1\n"]);
    }

    #[tokio::test]
    async fn a_repository_that_is_not_there_is_a_fault_with_what_git_says() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("file://{}/nowhere", folder.path().display());
        let fault = Repository::at(&address, &folder.path().join("here")).fetch().await;
        let said = fault.unwrap_err().to_string();
        assert!(said.starts_with("git ls-remote: fatal: "), "{said}");
    }

    #[test]
    fn an_address_is_no_option_and_no_program_and_holds_no_password() {
        for (address, is_one) in [
            ("file:///srv/checkpoints.git", true),
            ("https://git.example.org/checkpoints", true),
            ("ssh://git@git.example.org/checkpoints", true),
            ("https://user:secret@git.example.org/checkpoints", false),
            ("ssh://-oProxyCommand=id/x", false),
            ("ext::sh -c id", false),
            ("--upload-pack=id", false),
            ("http://git.example.org/checkpoints", false),
            ("https://git.example.org/with space", false),
            ("https://", false),
        ] {
            assert_eq!(is_address(address), is_one, "{address}");
        }
    }
}
