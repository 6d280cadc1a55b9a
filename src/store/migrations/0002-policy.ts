import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  `alter table policies add column known text`,
  `alter table policies add column diff text`,
  `alter table policies add column mac text`,

  `create table cap_uses (
    call_id text not null references calls (id), cap text not null, connection_id text not null references connections (id),
    agent_id text not null, amount bigint not null, at bigint not null, primary key (call_id, cap))`,
  `create index cap_uses_by_time on cap_uses (connection_id, at)`,
];

/** Versions of a policy with what the owner has seen, and what calls used of its caps. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
