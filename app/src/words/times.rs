//! Points in time in words. What ends in `_at` says them as clocks do that are `offset` ahead of UTC: those of whoever reads. The
//! server does not know these; it says UTC.

use super::count;
use domain::time::{Timestamp, UtcOffset};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `23 Nov 2026, 09:30 UTC`.
pub fn time(at: Timestamp) -> String {
    time_at(at, UtcOffset::UTC)
}

/// `23 Nov 2026`, in UTC.
pub fn day(at: Timestamp) -> String {
    day_at(at, UtcOffset::UTC)
}

/// `23 Nov 2026, 10:30`; UTC is said where it is meant.
pub fn time_at(at: Timestamp, offset: UtcOffset) -> String {
    format!("{}, {}", day_at(at, offset), clock_at(at, offset))
}

/// `23 Nov 2026`.
pub fn day_at(at: Timestamp, offset: UtcOffset) -> String {
    match at.calendar_at(offset) {
        Some((year, month, day, ..)) => format!("{day} {} {year}", MONTHS[usize::from(month) - 1]),
        None => at.to_rfc3339(),
    }
}

/// `10:30`, or `09:30 UTC`: beside what says the day.
pub fn clock_at(at: Timestamp, offset: UtcOffset) -> String {
    let utc = if offset == UtcOffset::UTC { " UTC" } else { "" };
    match at.calendar_at(offset) {
        Some((.., hour, minute)) => format!("{hour:02}:{minute:02}{utc}"),
        None => at.to_rfc3339(),
    }
}

/// Without any doubt: `23 Nov 2026, 10:30 UTC+01:00 (23 Nov 2026, 09:30 UTC)`.
pub fn exact(at: Timestamp, offset: UtcOffset) -> String {
    if offset == UtcOffset::UTC {
        return time(at);
    }
    format!("{} {offset} ({})", time_at(at, offset), time(at))
}

/// How far a point in time is from now, either way: `2 minutes ago`, `in 90 days`. What is past for more than a week is told
/// by its day.
pub fn relative_at(at: Timestamp, now: Timestamp, offset: UtcOffset) -> String {
    const LONG_AGO: u64 = 7;
    let past = at <= now;
    let seconds = (if past { now.since(at) } else { at.since(now) }).as_secs_f64();
    // To the nearest: what was just made for 90 days has a little less than 90 left.
    let [minutes, hours, days] = [60.0, 3_600.0, 86_400.0].map(|unit| (seconds / unit).round() as u64);
    let distance = match (minutes, hours, days) {
        _ if seconds < 60.0 => return if past { "just now" } else { "in less than a minute" }.to_owned(),
        (..60, ..) => count(minutes, "minute", "minutes"),
        (_, ..24, _) => count(hours, "hour", "hours"),
        _ if past && days > LONG_AGO => return day_at(at, offset),
        _ => count(days, "day", "days"),
    };
    if past { format!("{distance} ago") } else { format!("in {distance}") }
}

#[cfg(test)]
mod tests {
    use super::{clock_at, day_at, exact, relative_at, time_at};
    use domain::time::{Timestamp, UtcOffset};
    use std::time::Duration;

    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn now() -> Timestamp {
        at("2026-11-23T09:30:00Z")
    }

    fn relative(at: Timestamp, now: Timestamp) -> String {
        relative_at(at, now, UtcOffset::UTC)
    }

    fn hours(hours: i16) -> UtcOffset {
        UtcOffset::from_minutes(hours * 60)
    }

    #[test]
    fn what_is_past_is_told_by_how_long_ago_and_later_by_its_day() {
        for (seconds, words) in [
            (0, "just now"),
            (59, "just now"),
            (MINUTE, "1 minute ago"),
            (2 * MINUTE, "2 minutes ago"),
            (59 * MINUTE, "59 minutes ago"),
            (HOUR - 1, "1 hour ago"),
            (3 * HOUR, "3 hours ago"),
            (23 * HOUR + 29 * MINUTE, "23 hours ago"),
            (23 * HOUR + 59 * MINUTE, "1 day ago"),
            (DAY, "1 day ago"),
            (6 * DAY, "6 days ago"),
            (7 * DAY, "7 days ago"),
            (8 * DAY, "15 Nov 2026"),
            (31 * DAY, "23 Oct 2026"),
            (400 * DAY, "19 Oct 2025"),
        ] {
            assert_eq!(relative(now().minus(Duration::from_secs(seconds)), now()), words, "{seconds}");
        }
    }

    #[test]
    fn what_is_to_come_is_told_by_how_long_it_will_take() {
        for (seconds, words) in [
            (1, "in less than a minute"),
            (59, "in less than a minute"),
            (MINUTE, "in 1 minute"),
            (20 * MINUTE, "in 20 minutes"),
            (HOUR, "in 1 hour"),
            (8 * HOUR, "in 8 hours"),
            (23 * HOUR + 59 * MINUTE, "in 1 day"),
            (6 * DAY, "in 6 days"),
            (365 * DAY, "in 365 days"),
        ] {
            assert_eq!(relative(now().plus(Duration::from_secs(seconds)), now()), words, "{seconds}");
        }
    }

    #[test]
    fn what_was_just_made_has_all_of_its_life_left() {
        let moment_later = now().plus(Duration::from_millis(900));
        for (lifetime, words) in [(HOUR, "in 1 hour"), (8 * HOUR, "in 8 hours"), (90 * DAY, "in 90 days")] {
            assert_eq!(relative(now().plus(Duration::from_secs(lifetime)), moment_later), words);
        }
    }

    #[test]
    fn days_are_those_of_the_reader() {
        for (text, offset, day) in [
            ("2026-11-23T22:59:00Z", hours(1), "23 Nov 2026"),
            ("2026-11-23T23:00:00Z", hours(1), "24 Nov 2026"),
            ("2026-11-23T10:00:00Z", hours(14), "24 Nov 2026"),
            ("2026-11-23T10:59:00Z", hours(-11), "22 Nov 2026"),
            ("2028-02-28T23:30:00Z", hours(1), "29 Feb 2028"),
            ("2027-01-01T00:30:00Z", hours(-1), "31 Dec 2026"),
        ] {
            assert_eq!(day_at(at(text), offset), day, "{text}");
        }
        assert_eq!(relative_at(at("2026-10-22T23:00:00Z"), now(), hours(1)), "23 Oct 2026");
    }

    #[test]
    fn clock_times_say_utc_where_they_are() {
        let at = at("2026-11-23T23:30:00Z");
        assert_eq!(clock_at(at, UtcOffset::UTC), "23:30 UTC");
        assert_eq!(clock_at(at, hours(-11)), "12:30");
        assert_eq!(time_at(at, UtcOffset::UTC), "23 Nov 2026, 23:30 UTC");
        assert_eq!(time_at(at, hours(14)), "24 Nov 2026, 13:30");
    }

    #[test]
    fn exact_times_say_their_zone_and_utc() {
        let at = at("2026-11-23T23:30:00Z");
        assert_eq!(exact(at, UtcOffset::UTC), "23 Nov 2026, 23:30 UTC");
        assert_eq!(exact(at, hours(2)), "24 Nov 2026, 01:30 UTC+02:00 (23 Nov 2026, 23:30 UTC)");
        assert_eq!(exact(at, UtcOffset::from_minutes(-210)), "23 Nov 2026, 20:00 UTC-03:30 (23 Nov 2026, 23:30 UTC)");
    }
}
