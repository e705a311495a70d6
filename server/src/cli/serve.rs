//! `bailiwick serve`

use super::{Failed, controller, open};
use crate::{
    config::{Config, Controller},
    connections::{self, ConnectionMetrics, Limits},
    http::{self, Listeners, Server, router},
    judge::ApiServer,
    metrics,
    office::Here,
    worker,
};
use std::{
    net::SocketAddr,
    process::ExitCode,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};

/// How long what is under way may take after the signal to stop, all of it. With a few seconds to leave, below the ten that
/// those who start programs usually wait.
pub(super) const FAREWELL: Duration = Duration::from_secs(7);

pub(super) async fn run(config: Config) -> Result<ExitCode, Failed> {
    config.refuse_plain_http()?;
    let database_connections = usize::try_from(config.database.connections).unwrap_or(usize::MAX);
    let limits = Limits::for_files(connections::open_files(), database_connections)
        .map_err(|error| Failed(error.to_string()))?;
    let installation = open::installation(&config).await?;
    // Half of the places at most are held by those who only listen.
    let listeners = Listeners::up_to(limits.total / 2);
    let server = Server { listeners, ..open::server(&config, installation.clone())? };
    let listener = bind(config.listen)?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(bind(address)?),
        None => None,
    };
    if !server.assets.site.has_wasm {
        tracing::warn!("the site was not built: pages work, but nothing in them is alive. `make build` builds it.");
    }
    if config.is_plain_in_public() {
        tracing::warn!(
            "plain HTTP in public, as BAILIWICK_INSECURE_HTTP says: whoever listens on the way reads passwords and sessions. Put a \
             front before it that ends TLS, and set BAILIWICK_BASE_URL to https://…"
        );
    } else if !config.is_https() {
        tracing::warn!(
            "plain HTTP: session cookies are not bound to TLS. Set BAILIWICK_BASE_URL to https://… behind a TLS front."
        );
    }
    if config.is_https() && config.trusted_proxies.is_empty() {
        tracing::warn!(
            "no proxy is trusted: X-Forwarded-For of what ends TLS does not count, and everybody shares the limits of its address. \
             Name it in BAILIWICK_TRUSTED_PROXIES, unless it keeps the addresses of those who come."
        );
    }
    let Server { mailer, leaving, metrics, traces, readiness, .. } = server.clone();
    let (stop, stopping) = watch::channel(false);
    let checks = tokio::spawn(readiness.keep(installation.clone(), mailer.clone(), stopping.clone()));
    let mail = tokio::spawn(worker::send_mail(installation.clone(), mailer, stopping.clone()));
    let house = tokio::spawn(worker::keep_house(installation.clone(), stopping.clone()));
    let client = match config.controller {
        Controller::Inside => Some(controller::client(&config).await?),
        Controller::Remote if config.kubeconfig.is_some() => Some(controller::client(&config).await?),
        Controller::Remote | Controller::Nowhere => None,
    };
    if let Some(client) = &client {
        installation.lend(Arc::new(ApiServer::new(client.clone())));
    }
    let controller = client.filter(|_| config.controller == Controller::Inside).map(|client| {
        let office = Here::new(installation.clone());
        tokio::spawn(controller::control(client, office, stopping.clone()))
    });
    if installation.settings.enforced {
        usecases::cluster::await_one(&installation).await.map_err(|error| open::failed(&error))?;
    }
    // Whoever reads that it serves may stop it at once.
    let told_to_stop = signalled()?;
    tracing::info!(
        database = installation.db.kind(),
        mail = mail_words(&config),
        cluster = match config.controller {
            Controller::Inside => "followed",
            Controller::Remote => "followed from elsewhere",
            Controller::Nowhere => "none",
        },
        "Bailiwick serves {}",
        config.base_url
    );

    let details = http::details(server.clone());
    let (proxies, counts) = (server.trusted_proxies.clone(), metrics.connections.clone());
    let serving = connections::serve(listener, router(server), limits, proxies, counts, stopping.clone());
    let serving = tokio::spawn(serving);
    let watched = match metrics_listener {
        Some(listener) => {
            tracing::info!("Prometheus finds http://{}/metrics", listener.local_addr()?);
            let router = metrics::router(metrics, installation.clone()).merge(details);
            let (limits, counts) = (Limits::for_metrics(), ConnectionMetrics::default());
            let watched = connections::serve(listener, router, limits, Arc::default(), counts, stopping.clone());
            Some(tokio::spawn(watched))
        }
        None => None,
    };
    told_to_stop.await;
    // Until whoever sends requests here has seen that we leave; a second signal says that nobody does.
    leaving.store(true, Ordering::Relaxed);
    if !config.drain.is_zero() {
        tracing::info!(seconds = config.drain.as_secs(), "leaving: /readyz says so, and requests are still answered");
        let _ = tokio::time::timeout(config.drain, signalled()?).await;
    }
    tracing::info!("stopping");
    let _ = stop.send(true);
    // Controllers far away wait here for changes.
    installation.bell.silence();
    installation.live.silence();
    // Connections that are kept open without a request would hold us for ever.
    let all = async { tokio::join!(serving, ended(watched), mail, house, checks, ended(controller)) };
    let _ = tokio::time::timeout(FAREWELL, all).await;
    tokio::join!(installation.db.close(), traces.end());
    Ok(ExitCode::SUCCESS)
}

fn bind(address: SocketAddr) -> Result<TcpListener, Failed> {
    connections::listen(address).map_err(|error| Failed(format!("can't listen on {address}: {error}")))
}

/// When what may run has ended.
async fn ended<T>(task: Option<JoinHandle<T>>) {
    if let Some(task) = task {
        let _ = task.await;
    }
}

fn mail_words(config: &Config) -> String {
    match &config.smtp_url {
        Some(_) => "SMTP".to_owned(),
        None => format!("files in {}", config.mail_folder().display()),
    }
}

/// Waits for the signal to stop. One that comes before this is awaited is not lost.
pub(super) fn signalled() -> Result<impl Future<Output = ()>, Failed> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
