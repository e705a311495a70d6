//! A page's two readers: whoever looks at it, and the browser's program, to which its scripts carry what the server has read.

use super::Answer;

impl Answer {
    /// What is drawn: all but scripts, and without the marks that the framework leaves between texts, and the tags of times in
    /// them.
    #[allow(dead_code, reason = "not every binary of tests looks at pages")]
    pub(crate) fn drawn(&self) -> String {
        let mut drawn = String::new();
        let mut rest = self.text.as_str();
        while let Some(at) =
            ["<script", "<!--", "<!>", "<time", "</time"].iter().filter_map(|mark| rest.find(mark)).min()
        {
            drawn.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = if rest.starts_with("<script") { "</script>" } else { ">" };
            let end = if rest.starts_with("<!--") { "-->" } else { end };
            rest = rest.split_once(end).map_or("", |(_, after)| after);
        }
        drawn.push_str(rest);
        drawn
    }

    /// Whether whoever looks at it sees this. What must not be there is looked for in all of [`Answer::text`].
    #[allow(dead_code, reason = "not every binary of tests looks at pages")]
    pub(crate) fn shows(&self, words: &str) -> bool {
        self.drawn().contains(words)
    }

    /// Its scripts: what stands in the tag, and what stands inside.
    #[allow(dead_code, reason = "not every binary of tests looks at pages")]
    pub(crate) fn scripts(&self) -> Vec<(&str, &str)> {
        let begun = self.text.split("<script").skip(1).map(|script| script.split_once('>').expect("a tag ends"));
        begun.map(|(tag, rest)| (tag, rest.split_once("</script").expect("a script ends").0)).collect()
    }

    /// What the browser's program is handed, each as JSON again.
    #[allow(dead_code, reason = "not every binary of tests looks at pages")]
    #[track_caller]
    pub(crate) fn carried(&self) -> Vec<serde_json::Value> {
        let scripts = self.scripts();
        let assigned = scripts.iter().flat_map(|(_, script)| script.split("__RESOLVED_RESOURCES[").skip(1));
        assigned
            .map(|assignment| {
                // A text of JavaScript, in which there is JSON.
                let text = assignment.split_once("] = ").expect("a number, and what it is").1;
                let text: String = serde_json::Deserializer::from_str(&without_braces(text))
                    .into_iter()
                    .next()
                    .expect("a text")
                    .unwrap_or_else(|error| panic!("{error}: {text}"));
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
            })
            .collect()
    }
}

/// JavaScript has two more ways to write a character than JSON: `\u{200b}`, and a quote behind a backslash.
fn without_braces(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let (pair, after) = rest[at..].split_at(2);
        rest = after;
        match pair {
            "\\u" if rest.starts_with('{') => {
                let (code, after) = rest[1..].split_once('}').expect("a brace ends");
                let character =
                    char::from_u32(u32::from_str_radix(code, 16).expect("hexadecimal")).expect("a character");
                plain.push_str(serde_json::to_string(&character).unwrap().trim_matches('"'));
                rest = after;
            }
            "\\'" => plain.push('\''),
            "\\0" => plain.push_str("\\u0000"),
            pair => plain.push_str(pair),
        }
    }
    plain + rest
}
