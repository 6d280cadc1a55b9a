import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  `create table privacy_tokens (
    connection_id text not null references connections (id), token text not null, sealed text not null, created_at bigint not null,
    primary key (connection_id, token))`,

  `create table untrusted_reads (
    call_id text not null primary key, agent_id text not null, connection_id text not null references connections (id), at bigint not null,
    objects text not null, more bigint not null, shingles text not null)`,
  `create index untrusted_reads_by_agent on untrusted_reads (agent_id, at)`,
  `create index untrusted_reads_by_connection on untrusted_reads (connection_id)`,
];

/** What stands behind the tokens that agents get in the place of people's data, and what agents read that outsiders can write. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
