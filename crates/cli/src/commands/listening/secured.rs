//! TLS at the door: certificates read from files, and read again when they change.

use crate::exit::Exit;
use crate::fault::Fault;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How often the files are looked at: a certificate is replaced weeks before its end.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How long a caller may take to agree on keys.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// Where the certificate and its key lie.
#[derive(Clone, Debug)]
pub(super) struct Files {
    /// The certificate and those that vouch for it, as PEM.
    pub(super) certificate: PathBuf,
    /// Its key, as PEM.
    pub(super) key: PathBuf,
}

/// The certificate in force.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Files {
    /// Returns what the files say.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or do not belong together.
    fn read(&self) -> Result<CertifiedKey, Fault> {
        let unusable = |path: &Path, why: String| {
            Fault::new(Exit::Usage, format!("{} cannot be used for TLS", path.display()))
                .why(why)
                .next("name PEM files of a certificate and its key with --certificate and --key")
        };
        let read = CertificateDer::pem_file_iter(&self.certificate).and_then(Iterator::collect);
        let chain: Vec<CertificateDer<'static>> =
            read.map_err(|error| unusable(&self.certificate, error.to_string()))?;
        let key = PrivateKeyDer::from_pem_file(&self.key);
        let key = key.map_err(|error| unusable(&self.key, error.to_string()))?;
        CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(|error| unusable(&self.certificate, error.to_string()))
    }

    fn changed(&self) -> Option<(SystemTime, SystemTime)> {
        let changed = |path: &Path| std::fs::metadata(path).and_then(|it| it.modified()).ok();
        Some((changed(&self.certificate)?, changed(&self.key)?))
    }
}

/// What callers agree on keys with.
pub(super) struct Secured(TlsAcceptor);

impl Secured {
    /// Returns what shows the certificate of `files`, and what they say later, once it can be used.
    ///
    /// # Errors
    ///
    /// When the files cannot be used.
    pub(super) fn by(files: Files) -> Result<Self, Fault> {
        let shown = Arc::new(Shown(RwLock::new(Arc::new(files.read()?))));
        let broken = |error: String| Fault::new(Exit::Failure, "TLS cannot be offered").why(error);
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| broken(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        tokio::spawn(follow(files, Arc::downgrade(&shown)));
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Agrees on keys with whoever calls through `stream`. Nothing where they do not, or too slowly.
    pub(super) async fn agree(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let agreed = tokio::time::timeout(HANDSHAKE_WITHIN, self.0.accept(stream)).await;
        agreed.ok()?.ok()
    }
}

/// Takes what the files say into force whenever they change and can be used, for as long as it is shown.
async fn follow(files: Files, shown: Weak<Shown>) {
    let mut known = files.changed();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(shown) = shown.upgrade() else { break };
        let found = files.changed();
        if found == known {
            continue;
        }
        // A file that is half written is looked at again.
        match files.read() {
            Ok(read) => {
                *shown.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
                known = found;
                tracing::info!("the certificate was read anew");
            }
            Err(fault) => tracing::warn!(why = fault.what, "the old certificate stays in force"),
        }
    }
}
