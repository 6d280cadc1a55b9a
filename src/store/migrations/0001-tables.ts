import { type Kysely, sql } from "kysely";

/** The words are those that SQLite and Postgres share: text, bigint (which SQLite reads as integer), partial indexes, references. */
const STATEMENTS = [
  `create table connections (
    id text not null primary key, name text not null unique, kind text not null, origin text not null, account_id text not null,
    account_name text not null, scopes text not null, status text not null, created_at bigint not null, checked_at bigint not null,
    revoked_at bigint)`,

  `create table secrets (
    id text not null primary key, connection_id text references connections (id), purpose text not null, version bigint not null,
    sealed text not null, created_at bigint not null)`,
  `create index secrets_by_connection on secrets (connection_id, purpose, version)`,

  `create table agents (
    id text not null primary key, name text not null unique, token_hash text not null unique,
    connection_id text not null references connections (id), created_at bigint not null, last_used_at bigint, revoked_at bigint)`,

  `create table calls (
    id text not null primary key, door text not null, agent_id text, connection_id text not null references connections (id),
    action text not null, operation text not null, digest text not null, effect_kind text not null, risk bigint not null,
    verdict text, because text, approval_id text, intent_id text, status text not null, reason text, error_code text,
    http_status bigint, target text, received_at bigint not null, finished_at bigint)`,
  `create index calls_by_time on calls (received_at, id)`,
  `create index calls_by_connection on calls (connection_id, received_at, id)`,
  `create index calls_by_digest on calls (digest, agent_id, received_at, id)`,
  `create index calls_by_agent on calls (agent_id, received_at, id)`,

  `create table approvals (
    id text not null primary key, call_id text not null references calls (id), connection_id text not null references connections (id),
    account_id text not null, agent_id text not null, operation text not null, revision text not null, catalog_hash text not null,
    digest text not null, preconditions_digest text not null, effect_kind text not null, risk bigint not null, people bigint,
    people_basis text not null, tainted bigint not null, policy_version bigint not null, card text not null, card_digest text not null,
    request_sealed text not null, created_at bigint not null, decide_by bigint not null, use_by bigint not null, status text not null,
    status_reason text, decided_by text, decided_at bigint, consumed_at bigint, intent_id text, told_at bigint, hmac text not null)`,
  `create unique index approvals_one_live on approvals (agent_id, digest) where status in ('pending', 'approved')`,
  `create index approvals_by_digest on approvals (agent_id, digest, created_at)`,
  `create index approvals_by_status on approvals (status, created_at, id)`,
  `create index approvals_by_time on approvals (created_at, id)`,

  `create table intents (
    id text not null primary key, call_id text not null unique references calls (id), approval_id text unique references approvals (id),
    connection_id text not null references connections (id), operation text not null, digest text not null, retry_class text not null,
    request_sealed text, holder text not null, created_at bigint not null, status text not null, http_status bigint,
    klaviyo_request_id text, job_id text, finished_at bigint, evidence text, answer_sealed text)`,
  `create index intents_by_status on intents (status, created_at, id)`,

  `create table audit (
    seq bigint not null primary key, at bigint not null, event text not null, call_id text, agent_id text, connection_id text,
    fields text not null, prev_hash text not null, hash text not null)`,
  `create index audit_by_call on audit (call_id, seq)`,
  `create table audit_head (id bigint not null primary key check (id = 1), seq bigint not null, hash text not null)`,
  `insert into audit_head (id, seq, hash) values (1, 0, '${"0".repeat(64)}')`,

  `create table policies (
    connection_id text not null references connections (id), version bigint not null, document text not null, digest text not null,
    author text not null, created_at bigint not null, primary key (connection_id, version))`,

  `create table rate_windows (
    "key" text not null, width_s bigint not null, start_ms bigint not null, used bigint not null, primary key ("key", width_s))`,

  `create table leases (name text not null primary key, holder text not null, expires_at bigint not null)`,
  `create table meta ("key" text not null primary key, value text not null)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
