//! A real object store on loopback, for tests: the S3 protocol over a folder, with its signatures and
//! conditions. All of it is the `s3s` crates'; only the socket is ours.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The key that opens it, as it is written in a file.
const KEY: &str = "LANDFALLTESTS:a/secret+with:signs";

/// An object store with one bucket, which is there as long as the test.
pub struct ObjectHouse {
    folder: tempfile::TempDir,
    address: SocketAddr,
    bucket: String,
}

impl ObjectHouse {
    /// Opens an object store with an empty bucket.
    ///
    /// # Errors
    ///
    /// When this computer has no free port or no room.
    pub fn open(bucket: &str) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join(bucket))?;
        let files =
            FileSystem::new(folder.path()).map_err(|it| io::Error::other(format!("{it:?}")))?;
        let mut service = S3ServiceBuilder::new(files);
        let (id, secret) = KEY.split_once(':').unwrap_or_default();
        service.set_auth(SimpleAuth::from_single(id, secret));
        let service = service.build();
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build()?;
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                while let Ok((socket, _)) = listener.accept().await {
                    let service = service.clone();
                    tokio::spawn(async move {
                        let server = Builder::new(TokioExecutor::new());
                        server.serve_connection(TokioIo::new(socket), service).await.ok();
                    });
                }
            });
        });
        Ok(Self { folder, address, bucket: bucket.to_owned() })
    }

    /// Returns the address of the bucket.
    pub fn bucket(&self) -> String {
        format!("http://{}/{}", self.address, self.bucket)
    }

    /// Returns the key that opens it: its name, `:` and its secret.
    pub fn key(&self) -> &str {
        KEY
    }

    /// Returns the folder in which the bucket's objects lie, as files.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join(&self.bucket)
    }

    /// Puts `count` objects into a folder of the bucket, past the protocol.
    ///
    /// # Panics
    ///
    /// When they cannot be written.
    pub fn fill(&self, folder: &str, count: u32) {
        let folder = self.folder().join(folder);
        let filled = std::fs::create_dir_all(&folder).and_then(|()| {
            (0..count).try_for_each(|it| std::fs::write(folder.join(format!("{it:06}")), "x"))
        });
        filled.expect("because the folder is a test's own");
    }
}
