//! `bailiwick serve`

use super::{Failed, controller, open};
use crate::{
    config::{Config, Controller},
    http::{Server, router},
    judge::ApiServer,
    metrics,
    office::Here,
    worker,
};
use axum::serve::ListenerExt;
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
    let installation = open::installation(&config).await?;
    let server = open::server(&config, installation.clone())?;
    let listener = bind(config.listen).await?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    // Without it the kernel holds small answers back for 40 ms.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    if !server.assets.site.has_wasm {
        tracing::warn!("the site was not built: pages work, but nothing in them is alive. `make build` builds it.");
    }
    if !config.is_https() {
        tracing::warn!(
            "plain HTTP: session cookies are not bound to TLS. Set BAILIWICK_BASE_URL to https://… behind a TLS front."
        );
    }
    let Server { mailer, leaving, metrics, traces, .. } = server.clone();
    let (stop, stopping) = watch::channel(false);
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

    let service = router(server).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(told(stopping.clone()));
    let serving = tokio::spawn(serving.into_future());
    let watched = match metrics_listener {
        Some(listener) => {
            tracing::info!("Prometheus finds http://{}/metrics", listener.local_addr()?);
            let service = metrics::router(metrics, installation.clone());
            let watched = axum::serve(listener, service).with_graceful_shutdown(told(stopping.clone()));
            Some(tokio::spawn(watched.into_future()))
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
    // Connections that are kept open without a request would hold us for ever.
    let all = async { tokio::join!(serving, ended(watched), mail, house, ended(controller)) };
    let _ = tokio::time::timeout(FAREWELL, all).await;
    tokio::join!(installation.db.close(), traces.end());
    Ok(ExitCode::SUCCESS)
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failed> {
    TcpListener::bind(address).await.map_err(|error| Failed(format!("can't listen on {address}: {error}")))
}

/// When it is time to stop.
async fn told(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
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
