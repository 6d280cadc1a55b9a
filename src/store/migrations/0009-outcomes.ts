import { type Kysely, sql } from "kysely";

/** What finding out an outcome needs: what an intent made and was known before it, what has to be looked up, and the fence between processes. */
const STATEMENTS = [
  `alter table intents add column object_id text`,
  `alter table intents add column known_before text`,
  `alter table intents add column heard_by text`,
  `alter table intents add column told_at bigint`,
  `create index intents_untold on intents (heard_by) where told_at is null`,
  `create index calls_by_intent on calls (intent_id) where intent_id is not null`,
  `alter table intents add column alarm text`,
  `alter table intents add column alarm_at bigint`,
  `alter table intents add column job_counts text`,
  `create index intents_by_digest on intents (connection_id, digest, created_at)`,
  `create index intents_by_object on intents (connection_id, operation, object_id)`,
  `create index intents_by_alarm on intents (alarm_at) where alarm is not null`,

  `create table looks (
    intent_id text not null primary key references intents (id), purpose text not null, since bigint not null, next_at bigint not null,
    looks bigint not null, claimed_by text, claimed_until bigint not null)`,
  `create index looks_by_time on looks (next_at, intent_id)`,

  `create table fence (
    id bigint not null primary key check (id = 1), epoch bigint not null, version text not null, intents bigint not null,
    stopped_at bigint, stopped_by text)`,
  `insert into fence (id, epoch, version, intents) values (1, 0, '', 0)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
