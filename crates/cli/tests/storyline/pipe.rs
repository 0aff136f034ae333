//! A named pipe at which a step on a computer waits until the story lets it go on.
//!
//! Opening it for writing returns only when the step has opened it for reading: so the story knows
//! that the step runs, without asking again and again.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A pipe at `path`.
pub(crate) struct Pipe(PathBuf);

/// A step that waits at a pipe.
pub(crate) struct Waiting(File);

impl Pipe {
    /// Makes the pipe at `path`, and the directory it is in.
    pub(crate) fn new(path: &Path) -> Self {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        Self(path.to_owned())
    }

    /// Returns once a step waits at the pipe.
    pub(crate) async fn reached(&self) -> Waiting {
        let path = self.0.clone();
        let (tell, told) = tokio::sync::oneshot::channel();
        // A thread of its own: where no step ever comes, the test still ends.
        std::thread::spawn(move || tell.send(File::options().write(true).open(path)));
        Waiting(told.await.unwrap().unwrap())
    }
}

impl Waiting {
    /// Lets the step go on, now and whenever it is tried again.
    pub(crate) fn go_on(mut self, pipe: &Pipe) {
        self.0.write_all(b"go on\n").unwrap();
        std::fs::remove_file(&pipe.0).unwrap();
    }
}
