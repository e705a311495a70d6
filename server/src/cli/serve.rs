//! `bailiwick serve`

use super::{Failed, controller, open};
use crate::{
    config::{Config, Controller},
    http::{Assets, Server, router},
    judge::ApiServer,
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
};

/// How long what is under way may take after the signal to stop, all of it. With a few seconds to leave, below the ten that
/// those who start programs usually wait.
pub(super) const FAREWELL: Duration = Duration::from_secs(7);

pub(super) async fn run(config: Config) -> Result<ExitCode, Failed> {
    let installation = open::installation(&config).await?;
    let mailer = open::mailer(&config)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failed(format!("can't listen on {}: {error}", config.listen)))?;
    // Without it the kernel holds small answers back for 40 ms.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let assets = Assets::find();
    if !assets.site.has_wasm {
        tracing::warn!("the site was not built: pages work, but nothing in them is alive. `make build` builds it.");
    }
    if !config.is_https() {
        tracing::warn!(
            "plain HTTP: session cookies are not bound to TLS. Set BAILIWICK_BASE_URL to https://… behind a TLS front."
        );
    }
    let server = Server {
        installation: installation.clone(),
        assets: Arc::new(assets),
        https: config.is_https(),
        trusted_proxies: config.trusted_proxies.clone().into(),
        mailer: mailer.clone(),
        leaving: Arc::default(),
    };
    let leaving = server.leaving.clone();
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
    let mut told = stopping.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = told.wait_for(|stop| *stop).await;
    });
    let serving = tokio::spawn(serving.into_future());
    wait_for_signal().await?;
    // Until whoever sends requests here has seen that we leave; a second signal says that nobody does.
    leaving.store(true, Ordering::Relaxed);
    if !config.drain.is_zero() {
        tracing::info!(seconds = config.drain.as_secs(), "leaving: /readyz says so, and requests are still answered");
        let _ = tokio::time::timeout(config.drain, wait_for_signal()).await;
    }
    tracing::info!("stopping");
    let _ = stop.send(true);
    // Controllers far away wait here for changes.
    installation.bell.silence();
    let controller = async {
        if let Some(controller) = controller {
            let _ = controller.await;
        }
    };
    // Connections that are kept open without a request would hold us for ever.
    let _ = tokio::time::timeout(FAREWELL, async { tokio::join!(serving, mail, house, controller) }).await;
    installation.db.close().await;
    Ok(ExitCode::SUCCESS)
}

fn mail_words(config: &Config) -> String {
    match &config.smtp_url {
        Some(_) => "SMTP".to_owned(),
        None => format!("files in {}", config.mail_folder().display()),
    }
}

pub(super) async fn wait_for_signal() -> Result<(), Failed> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
