//! Points in time, always handed in: asking a clock inside a rule would make the rule untestable.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, time::Duration};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Microseconds since 1970-01-01T00:00:00Z. Cut to microseconds because both databases keep exactly that;
/// finer times would come back different from how they were stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// In microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

impl Timestamp {
    /// The last second of the year 9999: after every time that there is, and what both databases can still keep.
    pub const LATEST: Self = Self(253_402_300_799_000_000);

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_micros().min(i64::MAX as u128) as i64))
    }

    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration.as_micros().min(i64::MAX as u128) as i64))
    }

    /// How long from `earlier` to here; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0) as u64)
    }

    /// How far two times are from each other, whichever is the earlier.
    pub fn apart(self, other: Self) -> Duration {
        self.since(other).max(other.since(self))
    }

    /// RFC 3339 in UTC, such as `2026-11-23T09:30:00.25Z`.
    pub fn to_rfc3339(self) -> String {
        self.date_time().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_else(|| self.0.to_string())
    }

    /// Reads RFC 3339, with any offset, or a day alone (`2026-11-23`, its beginning in UTC).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let midnight;
        let text = if text.len() == 10 {
            midnight = format!("{text}T00:00:00Z");
            &midnight
        } else {
            text
        };
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).ok().map(Self)
    }

    /// Year, month (1–12), day, hour, minute in UTC: what a page prints.
    pub fn calendar(self) -> Option<(i32, u8, u8, u8, u8)> {
        self.calendar_at(UtcOffset::UTC)
    }

    /// The same where clocks are this far ahead of UTC.
    pub fn calendar_at(self, offset: UtcOffset) -> Option<(i32, u8, u8, u8, u8)> {
        let at = self.shifted(offset).date_time()?;
        Some((at.year(), at.month() as u8, at.day(), at.hour(), at.minute()))
    }

    /// How many days of UTC have begun since 1970-01-01.
    pub const fn days(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// The beginning of the day of UTC that so many days have passed before, since 1970-01-01.
    pub const fn from_days(days: i64) -> Self {
        Self(days.saturating_mul(DAY))
    }

    /// `2026-11-23`: the day of UTC, for programs.
    pub fn to_date(self) -> String {
        self.to_rfc3339().chars().take(10).collect()
    }

    /// The date where clocks are this far ahead of UTC, as the midnight in UTC that this date begins with.
    #[must_use]
    pub fn date_at(self, offset: UtcOffset) -> Self {
        Self::from_days(self.shifted(offset).days())
    }

    /// What a calendar of UTC has to be asked for, to answer as one does that is this far ahead.
    const fn shifted(self, offset: UtcOffset) -> Self {
        Self(self.0.saturating_add(offset.0 as i64 * 60_000_000))
    }

    fn date_time(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000).ok()
    }
}

/// How far the clocks of a place are ahead of UTC, in minutes, at one point in time: with summer time it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UtcOffset(i16);

impl UtcOffset {
    pub const UTC: Self = Self(0);

    /// In minutes. No place is more than 14 hours from UTC, but the type allows for a whole day.
    pub fn from_minutes(minutes: i16) -> Self {
        Self(minutes.clamp(-24 * 60, 24 * 60))
    }
}

/// `UTC`, `UTC+05:30`.
impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.0 {
            0 => return f.write_str("UTC"),
            1.. => '+',
            _ => '-',
        };
        let minutes = self.0.unsigned_abs();
        write!(f, "UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, UtcOffset};

    const HOUR: i16 = 60;

    #[test]
    fn calendar_follows_the_offset_over_midnight_the_month_and_the_year() {
        for (at, minutes, calendar) in [
            ("2026-11-23T09:30:00Z", 0, (2026, 11, 23, 9, 30)),
            ("2026-11-23T09:30:00Z", 14 * HOUR, (2026, 11, 23, 23, 30)),
            ("2026-11-23T10:00:00Z", 14 * HOUR, (2026, 11, 24, 0, 0)),
            ("2026-11-23T10:59:59Z", -11 * HOUR, (2026, 11, 22, 23, 59)),
            ("2026-11-23T18:45:00Z", 5 * HOUR + 30, (2026, 11, 24, 0, 15)),
            ("2028-02-28T23:30:00Z", HOUR, (2028, 2, 29, 0, 30)),
            ("2028-03-01T00:30:00Z", -HOUR, (2028, 2, 29, 23, 30)),
            ("2026-12-31T23:00:00Z", HOUR, (2027, 1, 1, 0, 0)),
        ] {
            let offset = UtcOffset::from_minutes(minutes);
            let at = Timestamp::parse(at).unwrap();
            assert_eq!(at.calendar_at(offset), Some(calendar), "{at} {offset}");
            let (year, month, day, ..) = calendar;
            assert_eq!(at.date_at(offset).calendar(), Some((year, month, day, 0, 0)), "{at} {offset}");
        }
    }

    #[test]
    fn days_are_those_of_utc_on_either_side_of_1970() {
        for (at, days, date) in [
            ("1969-12-31T23:59:59Z", -1, "1969-12-31"),
            ("1970-01-01T00:00:00Z", 0, "1970-01-01"),
            ("2026-11-23T23:59:59Z", 20_780, "2026-11-23"),
        ] {
            let at = Timestamp::parse(at).unwrap();
            assert_eq!((at.days(), at.to_date().as_str()), (days, date));
            assert_eq!(Timestamp::from_days(days).to_rfc3339(), format!("{date}T00:00:00Z"));
        }
    }

    #[test]
    fn offset_is_written_with_its_sign() {
        for (minutes, text) in [
            (0, "UTC"),
            (60, "UTC+01:00"),
            (330, "UTC+05:30"),
            (14 * HOUR, "UTC+14:00"),
            (-11 * HOUR, "UTC-11:00"),
            (-210, "UTC-03:30"),
        ] {
            assert_eq!(UtcOffset::from_minutes(minutes).to_string(), text);
        }
    }
}
