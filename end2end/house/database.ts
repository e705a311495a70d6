import { randomBytes } from "node:crypto";
import { Client } from "pg";

export type Database = "sqlite" | "postgres";

async function asOwner(statement: string): Promise<void> {
  const client = new Client({ connectionString: process.env.BAILIWICK_TEST_POSTGRES_URL });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A PostgreSQL database for one server alone. */
export async function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `end2end_${randomBytes(8).toString("hex")}`;
  const url = new URL(process.env.BAILIWICK_TEST_POSTGRES_URL!);
  url.pathname = `/${name}`;
  await asOwner(`create database ${name}`);
  return { url: url.href, drop: () => asOwner(`drop database ${name} with (force)`) };
}
