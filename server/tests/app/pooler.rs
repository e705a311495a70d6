//! The same where every transaction gets whatever connection of a proxy's is free: PgBouncer, as it comes with Debian.

use crate::{house::House, story};
use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use storage::{Db, Options, Pooler, Rest, trial::on_postgres};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// Gone when it is dropped.
struct Bouncer {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Bouncer {
    /// Two connections to the server, whoever comes: nobody can rely on having the one they had.
    async fn before(url: &str) -> Self {
        let (credentials, server) = url.trim_start_matches("postgres://").split_once('@').unwrap();
        let (user, password) = credentials.split_once(':').unwrap();
        let (host, port) = server.split('/').next().unwrap().split_once(':').unwrap();
        let folder = tempfile::tempdir().unwrap();
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("users.txt"), format!("\"{user}\" \"{password}\"\n")).unwrap();
        let settings = format!(
            "[databases]\n* = host={host} port={port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {listen}\n\
             unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {users}\npool_mode = transaction\n\
             default_pool_size = 2\nmax_client_conn = 200\nlogfile = {log}\n",
            users = path("users.txt").display(),
            log = path("log").display(),
        );
        fs::write(path("pgbouncer.ini"), settings).unwrap();
        let child = program(folder.path()).spawn().expect("PgBouncer is installed: .ci/tools pgbouncer");
        let mut bouncer = Self { child, port: listen, _folder: folder };
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", listen)).await.is_err() {
            let ended = bouncer.child.try_wait().unwrap();
            assert!(
                ended.is_none() && began.elapsed() < Duration::from_secs(20),
                "PgBouncer does not listen: {ended:?}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bouncer
    }

    /// The address of the same database behind it.
    fn url(&self, url: &str) -> String {
        let (before, after) = url.split_once('@').unwrap();
        let (_, database) = after.split_once('/').unwrap();
        format!("{before}@127.0.0.1:{}/{database}", self.port)
    }
}

/// It refuses to run as root, and becomes the user that Debian's PostgreSQL has.
fn program(folder: &Path) -> Command {
    let mut command = Command::new("pgbouncer");
    command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
    let root = fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    if root {
        let owned = Command::new("chown").args(["-R", "postgres"]).arg(folder).status().unwrap();
        assert!(owned.success());
        command.args(["-u", "postgres"]);
    }
    command.arg(folder.join("pgbouncer.ini")).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn all_that_people_do_goes_through_a_proxy_that_gives_a_connection_for_one_transaction() {
    on_postgres(async |trial| {
        let bouncer = Bouncer::before(&trial.url()).await;
        let options = Options { pooler: Pooler::Transaction, ..Options::default() };
        let db = Db::open(&bouncer.url(&trial.url()), options).await.unwrap();
        db.migrate().await.unwrap();
        House::live_in(trial, &async |house: House| {
            let house = house.at(db.clone());
            story::tell(&house).await;
            let ada = house.again("ada@northwind.example", "northwind-traders").await;
            // More at once than there are connections behind it.
            let mut all = JoinSet::new();
            for _ in 0..40 {
                let browser = ada.browser.clone();
                all.spawn(async move { browser.read("members/list", &[("organization", "northwind-traders")]).await });
            }
            for answer in all.join_all().await {
                assert_eq!(answer.status, 200, "{}", answer.text);
            }
            house.post().await;
        })
        .await;
        db.close().await;
    });
}

#[test]
fn a_process_that_stands_still_between_requests_goes_through_it_as_well() {
    on_postgres(async |trial| {
        let bouncer = Bouncer::before(&trial.url()).await;
        let options = Options { pooler: Pooler::Transaction, rest: Rest::Frozen, ..Options::default() };
        let db = Db::open_existing(&bouncer.url(&trial.url()), options).await.unwrap();
        for _ in 0..3 {
            let (done, all) = db.migrations().await.unwrap();
            assert_eq!(done, all);
        }
        db.close().await;
    });
}
