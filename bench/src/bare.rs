//! The limit: the same work in a loop over the SSH library that Landfall uses.
//!
//! One connection and four channels a computer, fifty computers at once. No
//! plan, no record, no journal, no second look: what Landfall costs beyond this
//! is what Landfall is.

use crate::Fault;
use crate::cost::{BareTimes, Confession, own_peak_kib};
use crate::scene::{self, Computer};
use crate::tally::median_of as median;
use futures::TryStreamExt as _;
use russh::client::{self, Config, Handle, Handler};
use russh::keys::key::PrivateKeyWithHashAlg;
use russh::keys::{PrivateKey, PublicKeyOrCertificate, check_known_hosts_path, load_secret_key};
use russh::{ChannelMsg, Disconnect, Preferred, kex};
use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

/// The key exchange of the scene's servers.
const KEY_EXCHANGES: [kex::Name; 2] =
    [kex::CURVE25519, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT];

/// Our side of a connection: it looks at the host key.
struct Visitor {
    computer: Computer,
}

impl Handler for Visitor {
    type Error = Fault;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Fault> {
        let Computer { ansible_host, ansible_port, known_hosts, .. } = &self.computer;
        match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => {
                Ok(check_known_hosts_path(ansible_host, *ansible_port, key, known_hosts)?)
            }
            PublicKeyOrCertificate::Certificate(_) => Ok(false),
        }
    }
}

/// What all connections share.
struct Loop {
    config: Arc<Config>,
    key: Arc<PrivateKey>,
    payload: Vec<u8>,
    /// How long each connection, and all of each computer's work, took.
    took: Mutex<Vec<(f64, f64)>>,
}

/// Does the work of the scene at `folder`.
pub(crate) fn deploy(folder: &Path) -> Result<(), Fault> {
    let scene::Group { hosts: computers, vars } = scene::computers(folder)?;
    let first = computers.values().next().ok_or("there are no computers")?;
    let preferred = Preferred { kex: Cow::Borrowed(&KEY_EXCHANGES), ..Preferred::DEFAULT };
    let shared = Loop {
        config: Arc::new(Config { nodelay: true, preferred, ..Config::default() }),
        key: Arc::new(load_secret_key(&first.ansible_ssh_private_key_file, None)?),
        payload: std::fs::read(&first.payload)?,
        took: Mutex::default(),
    };
    let shared = Arc::new(shared);
    let shared_took = Arc::clone(&shared);
    let shared_took = &shared_took.took;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let each = futures::stream::iter(computers.into_values().map(|computer| {
            let shared = Arc::clone(&shared);
            Ok::<_, Fault>(async move { tokio::spawn(one(shared, computer)).await? })
        }));
        each.try_buffer_unordered(vars.at_once).try_for_each(|()| async { Ok(()) }).await
    })?;
    let took = shared_took.lock().map_err(|_| "a task panicked")?;
    let connect_s = median(took.iter().map(|it| it.0));
    let site_s = median(took.iter().map(|it| it.1));
    let bare = Some(BareTimes { connect_s, site_s });
    let confession = Confession { peak_kib: own_peak_kib(), site_phase: None, bare };
    std::fs::write(scene::confession(folder), serde_json::to_vec(&confession)?)?;
    Ok(())
}

async fn one(shared: Arc<Loop>, computer: Computer) -> Result<(), Fault> {
    let began = Instant::now();
    let address = (computer.ansible_host.clone(), computer.ansible_port);
    let visitor = Visitor { computer: computer.clone() };
    let mut handle = client::connect(Arc::clone(&shared.config), address, visitor).await?;
    let key = PrivateKeyWithHashAlg::new(Arc::clone(&shared.key), None);
    if !handle.authenticate_publickey(&computer.ansible_user, key).await?.success() {
        return Err(format!("{} does not let us in", computer.ansible_host).into());
    }
    let connect_s = began.elapsed().as_secs_f64();
    let Computer { folder, install, verify, .. } = &computer;
    run(&handle, &format!("mkdir -p {folder}"), None).await?;
    run(&handle, &format!("cat > {folder}/payload"), Some(&shared.payload)).await?;
    run(&handle, install, None).await?;
    run(&handle, verify, None).await?;
    let took = (connect_s, began.elapsed().as_secs_f64());
    shared.took.lock().map_err(|_| "a task panicked")?.push(took);
    handle.disconnect(Disconnect::ByApplication, "", "").await?;
    Ok(())
}

/// Runs one command over a channel of its own.
async fn run(handle: &Handle<Visitor>, command: &str, input: Option<&[u8]>) -> Result<(), Fault> {
    let mut channel = handle.channel_open_session().await?;
    channel.exec(true, command).await?;
    if let Some(input) = input {
        channel.data_bytes(input.to_vec()).await?;
        channel.eof().await?;
    }
    let mut code = None;
    while let Some(message) = channel.wait().await {
        if let ChannelMsg::ExitStatus { exit_status } = message {
            code = Some(exit_status);
        }
    }
    match code {
        Some(0) => Ok(()),
        other => Err(format!("`{command}` ended with {other:?}").into()),
    }
}
