import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  // Records that were written before have version 1: they are voided when they are next looked at.
  `alter table approvals add column record_version bigint not null default 1`,
  `alter table approvals add column seen_sealed text`,
  `alter table approvals add column replaces text`,
  `alter table approvals add column replaced_by text`,
  `alter table approvals add column edited_by text`,
  `alter table approvals add column variant_of text`,
  `alter table approvals add column held_until bigint`,
  `alter table approvals add column runs_itself bigint not null default 0`,
  `alter table approvals add column stop_asked_at bigint`,
  `alter table approvals add column plan_id text`,
  `alter table approvals add column plan_step bigint`,
  `create index approvals_by_plan on approvals (plan_id, plan_step)`,
  `create index approvals_by_agent on approvals (agent_id, operation, decided_at)`,

  `alter table agents add column paused_at bigint`,
  `alter table agents add column pause_reason text`,
  `alter table agents add column resumed_at bigint`,

  `create table denials (
    call_id text not null primary key references calls (id), agent_id text not null, digest text not null, at bigint not null)`,
  `create index denials_by_digest on denials (agent_id, digest, at)`,
];

/** What an approval shows, holds and belongs to; pauses of agents, and the denials that lead to them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
