//! What a browser says of itself, in the few words that its owner knows it by.

/// `Firefox on Linux`; the program's own name where it is no browser.
pub fn device(user_agent: Option<&str>) -> String {
    let Some(agent) = user_agent.map(str::trim).filter(|agent| !agent.is_empty()) else {
        return "Unknown device".to_owned();
    };
    let found =
        |marks: &[(&str, &'static str)]| marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = found(&BROWSERS).map(ToOwned::to_owned);
    // `curl/8.5.0`: what is no browser puts its own name first.
    let browser = browser.unwrap_or_else(|| {
        let name = agent.split(['/', ' ']).next().unwrap_or(agent);
        name.chars().take(30).collect()
    });
    match found(&SYSTEMS) {
        Some(system) => format!("{browser} on {system}"),
        None => browser,
    }
}

// Browsers claim to be one another, so the order counts: Edge says Chrome and Safari too, Chrome says Safari.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

// Android says Linux, and an iPad may say Mac OS X.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn browsers_that_claim_to_be_others_are_known_by_their_own_name() {
        for (agent, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
        ] {
            assert_eq!(device(Some(agent)), words);
        }
    }

    #[test]
    fn a_program_goes_by_its_own_name_and_silence_by_unknown() {
        assert_eq!(device(Some("curl/8.14.1")), "curl");
        assert_eq!(device(Some("  ")), "Unknown device");
        assert_eq!(device(None), "Unknown device");
    }
}
