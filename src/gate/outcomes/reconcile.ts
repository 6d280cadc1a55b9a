import type { WireRequest } from "../../catalog/request.ts";
import { isoMillis } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Tables } from "../../store/tables.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { IntentRow } from "../../store/tables/intents.ts";
import type { LookRow } from "../../store/tables/looks.ts";
import type { GateParts } from "../call.ts";
import { credentialsOf } from "../credentials.ts";
import { followJob } from "./follow.ts";
import { nextLookAt } from "./look-times.ts";
import { forget, postpone, unclaimed, type Looking } from "./looking.ts";
import { memberOf } from "./reconcile/agree.ts";
import { lookupOf, type Lookup } from "./reconcile/lookups.ts";
import { createReader, searchOf, textAt, timeOf, type Finding, type Found } from "./reconcile/sighting.ts";
import { watchLate } from "./reconcile-late.ts";
import { openRequest } from "./sealed-request.ts";
import { settle } from "./settle.ts";
import { answerContext } from "./told.ts";

/** One look holds its intent for so long at most; a process that dies with it lets it go by that. */
const CLAIM_MS = 60_000;
/** More are left to the next who comes by: looking must not eat the account's limits. */
const MAX_AT_ONCE = 10;

/**
 * Looks at what is due: outcomes that are not known, jobs that were accepted, effects that may come late. Several processes share the work; each look
 * is one process's. Never throws for what the account answers.
 */
export async function lookDue(parts: GateParts, signal?: AbortSignal): Promise<number> {
  const due = await parts.store.looks.listDue(parts.clock.now(), MAX_AT_ONCE);
  parts.at("look.listed");
  let looked = 0;
  for (const look of due) {
    if (signal?.aborted) break;
    if (await lookOnce(parts, look, signal)) looked++;
  }
  return looked;
}

/** One look at one intent, if it is due and nobody else looks. */
export async function lookOnce(parts: GateParts, look: LookRow, signal?: AbortSignal): Promise<boolean> {
  const now = parts.clock.now();
  if (look.next_at > now || !(await parts.store.looks.claim(look.intent_id, parts.holder, now, CLAIM_MS))) return false;
  parts.at("look.claimed");
  try {
    await parts.dayKeys.ready();
    parts.at("look.key-ready");
    const looking = await begin(parts, look, signal);
    parts.at("look.begin");
    if (looking) await lookFor(parts, looking);
    else await parts.store.looks.remove(look.intent_id);
    parts.at("look.look-for");
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    // The account could not be read now: that says nothing of the outcome.
    await postpone(parts, parts.store, look);
  }
  parts.at("look.settled");
  return true;
}

async function begin(parts: GateParts, look: LookRow, signal: AbortSignal | undefined): Promise<Looking | undefined> {
  const intent = await parts.store.intents.find(look.intent_id);
  parts.at("look.intents-find");
  const connection = intent && (await parts.store.connections.find(intent.connection_id));
  parts.at("look.connections-find");
  if (!intent || !connection) return undefined;
  const opened = openRequest(parts, connection, intent);
  if (!opened) return undefined;
  const reader = createReader(parts, await credentialsOf(parts, connection), signal);
  return { look, intent, connection, ...opened, reader };
}

async function lookFor(parts: GateParts, looking: Looking): Promise<void> {
  const { look, intent } = looking;
  if (look.purpose === "job" && intent.job_id !== null) return followJob(parts, looking);
  const lookup = lookupOf(parts.catalog, looking.operation);
  if (!lookup) return parts.store.looks.remove(look.intent_id);
  const finding = await lookup.find(searchFor(parts, looking));
  parts.at("look.read");
  await parts.store.transaction(async (tables) => {
    const row = await tables.intents.find(intent.id);
    parts.at("look.intents-find-2");
    if (!row || !(await tables.looks.isHeld(look.intent_id, parts.holder))) return;
    parts.at("look.looks-is-held");
    const now = { ...looking, intent: row };
    if (look.purpose === "late") await watchLate(parts, tables, now, finding);
    else await conclude(parts, tables, now, lookup, finding);
    parts.at("look.watch-late");
  });
}

/** The search for the work of an intent. */
function searchFor(parts: GateParts, { intent, operation, request, reader }: Looking) {
  const knownBefore = intent.known_before === null ? null : (JSON.parse(intent.known_before) as string[]);
  return searchOf(operation, request, { sinceMs: intent.created_at - parts.limits.clockSkewMs, knownBefore, reader });
}

/** What one look at an outcome comes to: it is there, it is not, or it cannot be told yet. */
async function conclude(parts: GateParts, tables: Tables, looking: Looking, lookup: Lookup, finding: Finding): Promise<void> {
  const { look, intent } = looking;
  if (intent.status !== "unknown" && intent.status !== "accepted") return tables.looks.remove(intent.id);
  const free = await unclaimed(tables, intent, finding);
  parts.at("look.unclaimed");
  const verdict = await verdictOf(tables, intent, finding, free);
  parts.at("look.verdict-of");
  if (verdict === "there") return concludeThere(parts, tables, looking, lookup, finding, free);
  const waitedMs = parts.clock.now() - look.since;
  // One look after the window, and one before it: an absence that was seen once may be a read that lags (attack M10).
  const isProof = verdict === "absent" && intent.status === "unknown" && waitedMs >= parts.limits.reconcileWindowMs && look.looks >= 1;
  if (!isProof) return postpone(parts, tables, look);
  const evidence = `${finding.read} showed nothing of it in ${look.looks + 1} looks, the last ${Math.round(waitedMs / 1000)} s after it may have been sent`;
  await settle(parts, tables, intent, {
    event: "reconciled",
    end: { status: "not_done", evidence },
    fields: { read: finding.read, looks: look.looks + 1 },
  });
  parts.at("look.settle");
  await goOnWatching(parts, tables, intent, look);
}

async function verdictOf(tables: Tables, intent: IntentRow, finding: Finding, free: Found[]): Promise<"there" | "absent" | "unsure"> {
  if (finding.kind === "state") return finding.holds === undefined ? "unsure" : finding.holds ? "there" : "absent";
  // What another write is making at this moment is not to be taken for this one's.
  if (await tables.intents.isOpen(intent.connection_id, intent.operation)) return "unsure";
  if (free.length > 0) return "there";
  return finding.isSure ? "absent" : "unsure";
}

async function concludeThere(
  parts: GateParts,
  tables: Tables,
  looking: Looking,
  lookup: Lookup,
  finding: Finding,
  [first, ...more]: Found[],
): Promise<void> {
  const { look, intent, connection, request } = looking;
  const jobId = lookup.isJob ? (first?.id ?? namedId(request)) : null;
  const status = lookup.isJob && intent.status === "unknown" ? ("accepted" as const) : ("done" as const);
  const evidence = first
    ? `${finding.read} shows ${first.id}${madeAt(first)}, as it was sent and on record for no other call`
    : `${finding.read} shows the account as this write leaves it`;
  // Others of the same kind whose outcome is not known either may be whose the rest is.
  const others = (await tables.intents.listUnknown()).filter(({ id, operation }) => id !== intent.id && operation === intent.operation);
  parts.at("look.intents-list-unknown");
  const isTwice = more.length > others.length;
  await settle(parts, tables, intent, {
    event: intent.status === "accepted" ? "followed" : "reconciled",
    end: {
      status,
      evidence,
      ...(first && { object_id: first.id, answer_sealed: sealFound(parts, connection, intent, first.row) }),
      ...(jobId !== null && { job_id: jobId }),
    },
    ...(isTwice && { alarm: "twice" as const }),
    ...(first && { found: first.row }),
    fields: { read: finding.read, object: first?.id ?? null, looks: look.looks + 1 },
  });
  if (status === "accepted" && jobId !== null) {
    const now = parts.clock.now();
    return tables.looks.put({ intent_id: intent.id, purpose: "job", since: now, next_at: nextLookAt(now, now, parts.limits) ?? now });
  }
  if (finding.kind === "rows" && !isTwice) return goOnWatching(parts, tables, intent, look);
  return forget(parts, tables, intent.id);
}

/** A send job has the id of what its body names. */
function namedId({ body }: WireRequest): string | null {
  return textAt(memberOf(body, "data"), "id") ?? null;
}

function madeAt({ row }: Found): string {
  const atMs = timeOf(row);
  return atMs === undefined ? "" : `, of ${isoMillis(atMs)}`;
}

function sealFound(parts: GateParts, connection: ConnectionRow, intent: IntentRow, row: JsonObject): string {
  return parts.vault.seal(JSON.stringify({ data: row }), answerContext(connection, intent.id));
}

/** After an outcome was found out, effects that come late or twice are still looked for (attack M7). */
async function goOnWatching(parts: GateParts, tables: Tables, intent: IntentRow, look: LookRow): Promise<void> {
  const next_at = nextLookAt(look.since, parts.clock.now(), parts.limits);
  if (next_at === undefined) return forget(parts, tables, intent.id);
  await tables.looks.put({ intent_id: intent.id, purpose: "late", since: look.since, next_at });
}
