//! Forms that write: each posts its fields to a function of the API, by itself before the program is there and without it. Here stands what all of them share: where a plain post comes back to, what was typed, and errors at fields.

use crate::{
    address::{FAILED_PATH, FAILED_TYPED, pairs, use_address},
    components::{
        dialog::{Cancel, Leave},
        draft,
        reveal::{PASSWORDS, Reveal, use_revealed},
    },
    error::ApiError,
    refresh::Refresh,
    session::Proof,
    write::{Call, Posting, Write},
};
use leptos::{context::Provider, ev, html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlButtonElement, HtmlFormElement, HtmlInputElement, UrlSearchParams};

/// What a field asks of the form around it.
#[derive(Clone, Copy)]
pub struct Post {
    pub error: Signal<Option<ApiError>>,
    pub pending: Signal<bool>,
    typed: StoredValue<Vec<(String, String)>>,
}

impl Post {
    /// What is wrong with the field of this name.
    pub fn problem(self, name: &'static str) -> Signal<String> {
        Signal::derive(move || {
            self.error.with(|error| match error {
                Some(error) if error.field.as_deref() == Some(name) => error.message.clone(),
                _ => String::new(),
            })
        })
    }

    /// What was typed into the field of this name, where a plain post failed.
    pub fn typed(self, name: &str) -> Option<String> {
        self.typed.with_value(|typed| typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
    }

    /// All that was sent under names that begin so, where a plain post failed; `None` where none did.
    pub fn all_typed(self, prefix: &str) -> Option<Vec<String>> {
        self.typed.with_value(|typed| {
            let of_name = typed.iter().filter(|(key, _)| key.starts_with(prefix)).map(|(_, value)| value.clone());
            (!typed.is_empty()).then(|| of_name.collect())
        })
    }
}

/// The form around this, if one is.
pub fn use_post() -> Option<Post> {
    use_context::<Post>()
}

/// A form that calls the function `S`.
///
/// `next`: where a browser goes when it was done, where the function itself does not say. Inside a dialog that is the page
/// below it, which needs no word here. `done` hears the answer, and may go on to where that says.
#[component]
pub fn Form<S>(
    action: Write<S>,
    #[prop(optional, into)] next: Option<String>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(default = "form")] class: &'static str,
    /// Inside a dialog that stays open: what was done is seen there.
    #[prop(default = false)]
    stays: bool,
    #[prop(optional)] done: Option<Callback<S::Output>>,
    /// Whether what is typed is kept until it is sent or given up. Forms with a password never keep anything.
    #[prop(default = true)]
    keeps: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView
where
    S: Call,
{
    let took = done.map(|done| {
        Callback::new(move |()| {
            if let Some(answer) = untrack(|| action.answer()) {
                done.run(answer);
            }
        })
    });
    Shell { posting: *action, next, id, class, stays, took, keeps }.form(children)
}

/// All of a form that does not depend on what it calls: compiled once.
struct Shell {
    posting: Posting,
    next: Option<String>,
    id: Option<String>,
    class: &'static str,
    stays: bool,
    took: Option<Callback<()>>,
    keeps: bool,
}

impl Shell {
    fn form(self, children: Option<Children>) -> AnyView {
        let (posting, id, class) = (self.posting, self.id.clone(), self.class);
        let node = NodeRef::<html::Form>::new();
        // The id of the button that sent it: its value may be what says which row is meant.
        let pressed = StoredValue::new(String::new());
        let inside = self.inside(node, pressed, children);
        view! {
            <form
                method="post"
                action=posting.path()
                node_ref=node
                class=class
                id=id
                on:submit=move |event: ev::SubmitEvent| {
                    if !event.default_prevented() {
                        event.prevent_default();
                        pressed.set_value(event.submitter().map(|it| it.id()).unwrap_or_default());
                        if let Some(fields) = fields(&event) {
                            posting.post(fields);
                        }
                    }
                }
            >
                {inside}
            </form>
        }
        .into_any()
    }

    fn inside(self, node: NodeRef<html::Form>, pressed: StoredValue<String>, children: Option<Children>) -> AnyView {
        let Self { posting, next, stays, took, keeps, .. } = self;
        let (path, error, pending, version) = (posting.path(), posting.error(), posting.pending(), posting.version());
        let address = use_address();
        let typed = address.with_untracked(|address| {
            if address.get(FAILED_PATH) == Some(path) { pairs(&address.text(FAILED_TYPED)) } else { Vec::new() }
        });
        let post = Post { error, pending, typed: StoredValue::new(typed) };
        let (refresh, leave) = (use_context::<Refresh>(), use_context::<Leave>().filter(|_| !stays));
        let (proof, navigate, to) = (use_context::<Proof>(), use_navigate(), next.clone());
        if keeps {
            keep_what_is_typed(node, path);
        }
        let page = use_location().pathname;
        Effect::new(move |before: Option<usize>| {
            let now = version.get();
            if before.is_none_or(|before| before == now) {
                return now;
            }
            match error.get_untracked() {
                None => {
                    let before = page.get_untracked();
                    forget_passwords(node);
                    if let Some(form) = node.get_untracked() {
                        draft::forget(&form, path);
                    }
                    if let Some(took) = took {
                        took.run(());
                    }
                    if let Some(leave) = leave {
                        leave.now();
                    }
                    if let Some(to) = &to {
                        navigate(to, NavigateOptions { scroll: false, ..NavigateOptions::default() });
                    }
                    // Another page reads for itself.
                    if let Some(refresh) = refresh.filter(|_| page.get_untracked() == before) {
                        refresh.now();
                    }
                }
                Some(error) => match proof.filter(|_| error.asks_who()) {
                    // Once they said who they are, the same is sent again.
                    Some(proof) => proof.ask(error, move || send_again(node, pressed)),
                    None => show(node, &error),
                },
            }
            now
        });
        let back = move || address.with(crate::address::Address::here);
        let next = next.or_else(|| leave.map(Leave::address));
        let hidden = next.map(|next| view! { <input type="hidden" name="next" value=next /> });
        view! {
            <Provider value=post>
                <input type="hidden" name="back" value=back />
                {hidden}
                {children.map(|children| children())}
                <Problem post />
            </Provider>
        }
        .into_any()
    }
}

/// What a form sends, with the value of the button that was pressed, as a browser would write it.
fn fields(event: &ev::SubmitEvent) -> Option<String> {
    let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
    let data = FormData::new_with_form(&form).ok()?;
    if let Some(button) = event.submitter().and_then(|button| button.dyn_into::<HtmlButtonElement>().ok())
        && !button.name().is_empty()
    {
        data.append_with_str(&button.name(), &button.value()).ok()?;
    }
    UrlSearchParams::new_with_str_sequence_sequence(&data).ok().map(|fields| fields.to_string().into())
}

/// What is not about a field stands above the form's buttons.
#[component]
fn Problem(post: Post) -> impl IntoView {
    let whole = move || {
        // Gone while it is sent again: the same words are heard a second time only where they were away.
        if post.pending.get() {
            return String::new();
        }
        post.error.with(|error| match error {
            // What is there instead is shown by whoever asked for it.
            Some(error) if error.field.is_none() && !error.asks_who() && error.present.is_none() => {
                error.message.clone()
            }
            _ => String::new(),
        })
    };
    view! {
        <p class="form-error" role="alert" hidden=move || whole().is_empty()>
            {whole}
        </p>
    }
}

fn keep_what_is_typed(node: NodeRef<html::Form>, path: &'static str) {
    Effect::new(move |_| {
        let Some(form) = node.get() else { return };
        // After the fields have drawn themselves and listen.
        request_animation_frame(move || draft::restore(&form, path));
    });
    let listening = window_event_listener(ev::input, move |event| {
        let Some(form) = node.get_untracked() else { return };
        let inside = event.target().is_some_and(|target| form.contains(target.dyn_ref::<web_sys::Node>()));
        if inside && event.is_trusted() {
            draft::keep(&form, path);
        }
    });
    on_cleanup(move || listening.remove());
}

fn send_again(node: NodeRef<html::Form>, pressed: StoredValue<String>) {
    if let Some(form) = node.get_untracked() {
        let button = super::browser::by_id(&pressed.get_value()).and_then(|button| button.dyn_into().ok());
        let _ = HtmlFormElement::request_submit_with_submitter(&form, button.as_ref());
    }
}

/// What was sent is in force: nothing of it stays in the page, also where somebody looks at it.
fn forget_passwords(node: NodeRef<html::Form>) {
    let Some(form) = node.get_untracked() else { return };
    for input in super::browser::all::<HtmlInputElement>(&form, PASSWORDS) {
        input.set_value("");
    }
}

/// Leads to the field that is wrong.
fn show(node: NodeRef<html::Form>, error: &ApiError) {
    let (Some(form), Some(field)) = (node.get_untracked(), &error.field) else { return };
    let named = format!("[name='{field}'], [name='{field}[]']:not([type=hidden])");
    if let Ok(Some(input)) = form.query_selector(&named) {
        super::browser::focus(&input);
    }
}

/// The button that sends the form around it: pressed once, it says that it works, and can't be pressed again meanwhile.
#[component]
pub fn Submit(
    #[prop(default = "button primary")] class: &'static str,
    #[prop(optional, into)] id: Option<String>,
    /// Why it can't be pressed; empty: it can.
    #[prop(optional, into)]
    closed: Signal<bool>,
    #[prop(default = false)] autofocus: bool,
    children: Children,
) -> impl IntoView {
    let post = use_post();
    let busy = move || post.is_some_and(|post| post.pending.get());
    view! {
        <button
            type="submit"
            class=class
            id=id
            disabled=move || closed.get()
            autofocus=autofocus
            aria-busy=move || busy().then_some("true")
            on:click=move |event| {
                if busy() {
                    event.prevent_default();
                }
            }
        >
            {children()}
        </button>
    }
    .into_any()
}

/// A labelled input with its hint and its error.
#[component]
pub fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] placeholder: Option<String>,
    /// Tells fields of the same name apart, where a page has two forms.
    #[prop(optional)]
    prefix: &'static str,
    /// In characters; `None`: the server alone says what is too long.
    #[prop(optional)]
    longest: Option<usize>,
    #[prop(default = true)] required: bool,
    #[prop(default = false)] autofocus: bool,
) -> impl IntoView {
    let post = use_post();
    let value = post.and_then(|post| post.typed(name)).or(value).unwrap_or_default();
    let id = format!("{prefix}{name}");
    let (problem, described, error) = described(post, name, &id, hint.is_some());
    let hint = hint.map(|hint| view! { <small id=format!("{id}-hint")>{hint}</small> });
    let revealed = (kind == "password").then(|| use_revealed(post.map(|post| post.pending)));
    let input = view! {
        <input
            class="input"
            id=id.clone()
            name=name
            type=move || if revealed.is_some_and(|revealed| revealed.get()) { "text" } else { kind }
            value=value
            placeholder=placeholder
            maxlength=longest
            autocomplete=autocomplete
            // Where it is shown, nothing may correct it, or send it away to be looked up.
            spellcheck=revealed.map(|_| "false")
            autocapitalize=revealed.map(|_| "none")
            required=required
            autofocus=autofocus
            aria-invalid=move || (!problem.with(String::is_empty)).then_some("true")
            aria-describedby=described
        />
    };
    let input = match revealed {
        Some(revealed) => view! {
            <div class="with-reveal">
                {input}
                <Reveal revealed field=id.clone() />
            </div>
        }
        .into_any(),
        None => input.into_any(),
    };
    view! {
        <div class="field">
            <label for=id.clone() id=revealed.map(|_| format!("{id}-label"))>
                {label}
            </label>
            {input}
            {error}
            {hint}
        </div>
    }
    .into_any()
}

/// What is wrong with a field, the ids that describe it, and where its error stands.
pub fn described(
    post: Option<Post>,
    name: &'static str,
    id: &str,
    has_hint: bool,
) -> (Signal<String>, String, impl IntoView + use<>) {
    let problem = post.map_or_else(|| Signal::stored(String::new()), |post| post.problem(name));
    let error_id = format!("{id}-error");
    let described = if has_hint { format!("{error_id} {id}-hint") } else { error_id.clone() };
    let error = view! {
        <p class="field-error" id=error_id hidden=move || problem.with(String::is_empty)>
            {problem}
        </p>
    };
    (problem, described, error.into_any())
}

/// The buttons of a dialog that takes something away; the harmless one has the focus.
#[component]
pub fn Confirm(word: &'static str) -> impl IntoView {
    view! {
        <footer>
            <Cancel autofocus=true />
            <Submit class="button danger">{word}</Submit>
        </footer>
    }
}
