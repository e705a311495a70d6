//! The application: the table of its addresses, and what all pages share.

use crate::{
    address::Routing,
    components::{announcer::Announcer, browser::document, clock::Clock},
    pages::{self, console::Console},
    refresh::Refresh,
    session::Proof,
};
use leptos::{prelude::*, server::ServerActionError};
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

/// What stands in the window's title. The framework writes it into the page as it is, and names may hold whatever can be seen; in
/// the browser it is set as a text.
fn title(page: String) -> String {
    let title = if page.is_empty() { "Bailiwick".to_owned() } else { format!("{page} · Bailiwick") };
    if cfg!(feature = "ssr") { title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") } else { title }
}

/// Every address of the console is known here and in `domain::path`, and nowhere else.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Refresh::provide();
    Proof::provide();
    Clock::provide();
    settle();
    let routing = RwSignal::new(false);
    provide_context(Routing(routing));
    view! {
        <Title formatter=title />
        <Router set_is_routing=routing.write_only()>
            <Routes fallback=|| view! { <pages::not_found::NotFound /> }>
                <Route path=path!("") view=pages::home::Home ssr=SsrMode::Async />
                <Route path=path!("sign-in") view=pages::sign_in::SignIn ssr=SsrMode::Async />
                <Route path=path!("sign-up") view=pages::sign_up::SignUp ssr=SsrMode::Async />
                <Route path=path!("verify/:secret") view=pages::verify::Verify ssr=SsrMode::Async />
                <Route path=path!("forgot-password") view=pages::forgot_password::ForgotPassword ssr=SsrMode::Async />
                <Route path=path!("reset-password/:secret") view=pages::reset_password::ResetPassword ssr=SsrMode::Async />
                <Route path=path!("invitations/:secret") view=pages::invitation::InvitationPage ssr=SsrMode::Async />
                <Route path=path!("device") view=pages::device::DevicePage ssr=SsrMode::Async />
                <Route path=path!("o/:slug") view=pages::home::Organization ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=Console ssr=SsrMode::Async>
                    <Route path=path!("o/:slug/api-access") view=pages::api_access::ApiAccessPage ssr=SsrMode::Async />
                    <Route path=path!("o/:slug/organization") view=pages::organization::OrganizationPage ssr=SsrMode::Async />
                    <Route path=path!("o/:slug/activity") view=pages::activity::ActivityPage ssr=SsrMode::Async />
                    <Route path=path!("operator") view=pages::operator::OverviewPage ssr=SsrMode::Async />
                    <Route path=path!("operator/requests") view=pages::operator::RequestsPage ssr=SsrMode::Async />
                    <Route path=path!("operator/organizations") view=pages::operator::OrganizationsPage ssr=SsrMode::Async />
                    <Route path=path!("operator/organizations/:slug") view=pages::operator::OrganizationPage ssr=SsrMode::Async />
                    <Route path=path!("operator/cluster") view=pages::operator::ClusterPage ssr=SsrMode::Async />
                    <Route path=path!("operator/mail") view=pages::operator::MailPage ssr=SsrMode::Async />
                    <Route path=path!("operator/activity") view=pages::operator::ActivityPage ssr=SsrMode::Async />
                    <Route path=path!("operator/*rest") view=pages::operator::Nothing ssr=SsrMode::Async />
                    <Route path=path!("o/:slug/namespaces") view=pages::namespaces::NamespacesPage ssr=SsrMode::Async />
                    <Route path=path!("o/:slug/access") view=pages::access::AccessPage ssr=SsrMode::Async />
                    <Route path=path!("o/:slug/settings") view=pages::settings::SettingsPage ssr=SsrMode::Async />
                    <Route path=path!("account") view=pages::account::AccountPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
        <Announcer />
    }
}

/// Once the program runs: the page says so, and the address no longer tells of a plain post that failed, so that a reload does
/// not say it again.
fn settle() {
    let owner = Owner::current();
    Effect::new(move |_| {
        let Some(document) = document() else { return };
        if let Some(root) = document.document_element() {
            let _ = root.set_attribute("data-ready", "");
        }
        // What was said about it is drawn; forms that come later were not what failed.
        if let Some(owner) = &owner {
            owner.with(|| provide_context(ServerActionError::new("", "")));
        }
        let Some(location) = document.location() else { return };
        let (path, search) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
        if search.contains(crate::address::FAILED_PATH) {
            let here = crate::address::Address::parse(&path, search.trim_start_matches('?')).here();
            if let Some(Ok(history)) = crate::components::browser::window().map(|window| window.history()) {
                let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&here));
            }
        }
    });
}
