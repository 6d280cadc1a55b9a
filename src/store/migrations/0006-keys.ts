import { type Kysely, sql } from "kysely";

/** Master keys by name and check value (never the keys), the data keys that they wrap, and the marks by which a revocation knows what is under way. */
const STATEMENTS = [
  `create table master_keys (
    id text not null primary key, provider text not null, check_value text not null, derivation text, status text not null,
    created_at bigint not null, ended_at bigint)`,
  `create unique index master_keys_one_active on master_keys (status) where status = 'active'`,
  `create unique index master_keys_one_next on master_keys (status) where status = 'next'`,

  `create table data_keys (
    id text not null primary key, connection_id text references connections (id), wrapped_by text not null references master_keys (id),
    wrapped text not null, created_at bigint not null)`,
  `create index data_keys_by_connection on data_keys (connection_id)`,

  `alter table connections add column epoch bigint not null default 1`,
  `alter table intents add column leaving_at bigint`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
