//! Fuzzy match of what somebody typed with a name: its letters in this order, with others between them.

const LETTER: u32 = 1;
/// Right behind the letter before.
const ADJACENT: u32 = 5;
const WORD_START: u32 = 8;

/// How well `query` fits `text`: the more, the better; `None` where its letters do not occur in this order. Upper and lower case
/// are the same, and spaces in the query stand for nothing. An empty query fits everything, with 0.
///
/// Of all ways to find the letters the best one counts. It takes time in the length of both multiplied, so both are to be short.
pub fn score(query: &str, text: &str) -> Option<u32> {
    let letters = letters(text);
    // For each letter of the text, the best score of a way that ends there.
    let mut ends: Option<Vec<Option<u32>>> = None;
    for wanted in query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
        // The best of all ways that end before this letter, and of those that end right before it.
        let mut before = ends.is_none().then_some(0);
        let mut right_before = None;
        let mut next = Vec::with_capacity(letters.len());
        for (at, (letter, starts)) in letters.iter().enumerate() {
            let best = before.max(right_before.map(|score| score + ADJACENT));
            let points = LETTER + if *starts { WORD_START } else { 0 };
            next.push(best.filter(|_| *letter == wanted).map(|score| score + points));
            right_before = ends.as_ref().and_then(|ends| ends.get(at).copied().flatten());
            before = before.max(right_before);
        }
        ends = Some(next);
    }
    ends.map_or(Some(0), |ends| ends.into_iter().flatten().max())
}

/// In lower case, each with whether a word starts there: behind what is no letter or digit, and where a capital follows a small
/// letter.
fn letters(text: &str) -> Vec<(char, bool)> {
    let mut letters = Vec::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        let starts =
            letter.is_alphanumeric() && (!before.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase()));
        before = letter;
        letters.extend(letter.to_lowercase().enumerate().map(|(at, letter)| (letter, starts && at == 0)));
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::score;

    fn is_better(query: &str, better: &str, worse: &str) {
        assert!(score(query, better) > score(query, worse), "{query}: {better} before {worse}");
    }

    #[test]
    fn fuzzy_match_takes_letters_in_order_alone() {
        for (query, text) in
            [("name", "Namespaces"), ("crns", "Create a namespace"), ("PROD", "northwind-prod"), ("é", "Émile")]
        {
            assert!(score(query, text).is_some(), "{query} in {text}");
        }
        for (query, text) in [("eman", "Namespaces"), ("namee", "name"), ("x", ""), ("operator", "Create a token")] {
            assert_eq!(score(query, text), None, "{query} not in {text}");
        }
    }

    #[test]
    fn fuzzy_match_prefers_word_starts_and_adjacent_letters() {
        is_better("ann", "ann@northwind.example", "Organization");
        is_better("ct", "Create a token", "Activity");
        is_better("dev", "northwind-dev", "deserve it");
        is_better("lab", "northwind-lab", "calabash");
        is_better("aa", "apiAccess", "banana");
    }

    #[test]
    fn fuzzy_match_finds_the_best_way_and_not_the_first() {
        // The first `n` stands alone; the word is found all the same.
        assert_eq!(score("name", "northwind-name"), score("name", "name"));
    }

    #[test]
    fn fuzzy_match_ignores_spaces_and_an_empty_query_fits_everything() {
        assert_eq!(score("api access", "API access"), score("apiaccess", "API access"));
        assert_eq!((score("", "Namespaces"), score("  ", "")), (Some(0), Some(0)));
    }
}
