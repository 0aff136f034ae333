//! A place to which checkpoints are carried, or where they were kept.

use notices::BucketAddress;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A place outside for the record's checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A directory, best of a second volume. Or a file in it.
    Folder(PathBuf),
    /// A bucket of an object store (S3), by its address.
    Bucket(BucketAddress),
    /// A git repository, by its address.
    Repository(String),
    /// An authority that says when it saw one (RFC 3161), by its address.
    Authority(String),
    /// Somebody's mail.
    Mail(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket(address) => write!(f, "s3+{address}"),
            Self::Repository(address) => write!(f, "git+{address}"),
            Self::Authority(address) => write!(f, "tsa+{address}"),
            Self::Mail(address) => write!(f, "mailto:{address}"),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(address) = text.strip_prefix("git+") {
            return if executor::is_address(address) {
                Ok(Self::Repository(address.to_owned()))
            } else {
                Err("a repository is `git+ssh://`, `git+https://` or `git+file://` with its address, \
                     and without a password in it: git has its own ways to keep one"
                    .to_owned())
            };
        }
        if let Some(address) = text.strip_prefix("s3+") {
            return address.parse().map(Self::Bucket).map_err(|_| {
                "an object store is `s3+https://HOST/BUCKET`, with more names after it or \
                 `?region=REGION` where that is wanted, and without a key in it: say where that is \
                 with `--object-store-key`"
                    .to_owned()
            });
        }
        if let Some(address) = text.strip_prefix("tsa+") {
            let rest = ["https://", "http://"].iter().find_map(|it| address.strip_prefix(it));
            return match rest.filter(|it| !it.is_empty() && !it.contains(['@', ' '])) {
                Some(_) => Ok(Self::Authority(address.to_owned())),
                None => Err("a timestamp authority is `tsa+https://` with its address".to_owned()),
            };
        }
        if let Some(address) = text.strip_prefix("mailto:") {
            return match address.split_once('@') {
                Some((name, host)) if !name.is_empty() && !host.is_empty() => {
                    Ok(Self::Mail(address.to_owned()))
                }
                Some(_) | None => {
                    Err("`mailto:` is followed by an address, such as mailto:audit@example.org"
                        .to_owned())
                }
            };
        }
        if text.is_empty() || text.contains("://") {
            return Err("a place is a directory, `git+ssh://…`, `git+https://…`, `git+file://…`, \
                        `s3+https://…`, `mailto:ADDRESS` or `tsa+https://…`"
                .to_owned());
        }
        Ok(Self::Folder(PathBuf::from(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is_one() {
        for text in [
            "/mnt/other",
            "git+ssh://git@example.org/c.git",
            "s3+https://s3.example.org/audit/landfall?region=eu-central-1",
            "mailto:audit@example.org",
            "tsa+https://example.org/tsr",
        ] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "git+ext::sh",
            "s3+https://id:secret@s3.example.org/audit",
            "s3+x",
            "https://example.org/c.git",
            "mailto:",
            "mailto:audit",
            "tsa+x",
        ] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
