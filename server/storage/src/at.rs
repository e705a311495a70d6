//! How a [`Timestamp`] is kept: microseconds as INTEGER on SQLite, `timestamptz` on PostgreSQL. sqlx's own text form
//! on SQLite compares as text, which puts times in the wrong order.

use domain::time::Timestamp;
use sqlx::{
    Database, Decode, Encode, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgTypeInfo, PgValueFormat, types::Oid},
};

#[derive(Debug, Clone, Copy)]
pub(crate) struct At(pub(crate) Timestamp);

impl From<At> for Timestamp {
    fn from(at: At) -> Self {
        at.0
    }
}

impl Type<Sqlite> for At {
    fn type_info() -> <Sqlite as Database>::TypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
    fn compatible(ty: &<Sqlite as Database>::TypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(ty)
    }
}

impl<'q> Encode<'q, Sqlite> for At {
    fn encode_by_ref(&self, buffer: &mut <Sqlite as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<'q, Sqlite>>::encode_by_ref(&self.0.micros(), buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for At {
    fn decode(value: <Sqlite as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        <i64 as Decode<'r, Sqlite>>::decode(value).map(|micros| Self(Timestamp::from_micros(micros)))
    }
}

/// `timestamptz` in PostgreSQL's catalogue (`pg_type.dat`).
const TIMESTAMPTZ: Oid = Oid(1184);

/// PostgreSQL counts its microseconds from 2000-01-01T00:00:00Z.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

impl Type<Postgres> for At {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}

impl<'q> Encode<'q, Postgres> for At {
    fn encode_by_ref(&self, buffer: &mut <Postgres as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<'q, Postgres>>::encode_by_ref(&(self.0.micros() - POSTGRES_EPOCH_MICROS), buffer)
    }
}

impl<'r> Decode<'r, Postgres> for At {
    fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        // The text form comes only from the simple protocol, which this crate never uses for reading.
        if value.format() != PgValueFormat::Binary {
            return Err("a timestamptz in text form".into());
        }
        let micros = i64::from_be_bytes(value.as_bytes()?.try_into()?);
        Ok(Self(Timestamp::from_micros(micros + POSTGRES_EPOCH_MICROS)))
    }
}
