import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  // When the last row was written: a clock that was set back is seen by the next one.
  `alter table audit_head add column at bigint not null default 0`,
  `update audit_head set at = coalesce((select audit.at from audit where audit.seq = audit_head.seq), 0)`,
  `create index audit_tombstones on audit (seq) where event = 'pruned'`,

  `create table audit_bodies (id text not null primary key, day text not null, sealed text not null)`,
  `create index audit_bodies_by_day on audit_bodies (day)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
