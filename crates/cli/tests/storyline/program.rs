//! The program, as somebody types it who looks at the record.

use super::stage::Stage;
use std::process::Command;

impl Stage {
    /// Returns what the program says to `words`.
    pub(crate) fn landfall(&self, words: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
            .args(words)
            .env_clear()
            .env("LANDFALL_DATA", self.world())
            .env("LANDFALL_WITNESS", self.world().join("witness"))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let failed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "landfall {words:?}: {said}{failed}");
        said
    }

    /// Returns what the program says where `words` fail.
    pub(crate) fn fails(&self, words: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
            .args(words)
            .env_clear()
            .env("LANDFALL_DATA", self.world())
            .output()
            .unwrap();
        assert!(!output.status.success(), "landfall {words:?} did not fail");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Returns what the program answers to `words` in JSON.
    pub(crate) fn asked(&self, words: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.landfall(&[words, &["--json"]].concat())).unwrap()
    }
}
