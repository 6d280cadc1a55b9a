import { isWrite, type Operation } from "../../src/catalog/operation.ts";
import { parseRequest, type WireRequest } from "../../src/catalog/request.ts";
import { prepare } from "../../src/gate/prepare.ts";
import type { Json } from "../../src/lib/json.ts";
import type { LedgerEntry } from "../../src/sandbox/server/ledger.ts";
import type { AuditRow } from "../../src/store/tables/audit.ts";
import { replayAudit } from "./audit-replay.ts";
import type { Range } from "./range.ts";
import type { Tapped } from "./wire-tap.ts";

/** A moment of a range, to look back to. */
export interface Mark {
  ledger: number;
  audit: number;
  tapped: number;
}

export async function markOf({ app, shop, tapped, settled }: Range): Promise<Mark> {
  await settled();
  return { ledger: shop.sandbox.control.ledger().at(-1)?.n ?? 0, audit: (await app.store.audit.head()).seq, tapped: tapped.length };
}

/** Name of the key with which the tests prepare the account. */
const OWN_KEY = "full";

/** The first witness: what reached the account and could change it, whatever it answered. */
export function effectsSince({ app, shop, accounts: [own, other] }: Range, { ledger }: Mark): LedgerEntry[] {
  return shop.sandbox.control.ledger(ledger).filter(({ operation, method, changed, account, key }) => {
    if (account === own ? key === OWN_KEY : account !== other) return false;
    const known = operation === undefined ? undefined : app.catalog.find(operation);
    return known ? isWrite(known) : method !== "GET" || changed !== undefined;
  });
}

/** Rows of the record since a mark, oldest first. */
export async function rowsSince({ app, settled }: Range, { audit }: Mark): Promise<AuditRow[]> {
  await settled();
  const rows: AuditRow[] = [];
  for (;;) {
    const page = await app.store.audit.list({ after: rows.at(-1)?.seq ?? audit, limit: 1000 });
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

/**
 * Holds the three witnesses against each other, from a mark on: what reached the account, what left this process, and what the record says had a right to.
 * Gives what does not add up; nothing when all does. The record is read from its beginning.
 */
export async function reckon(range: Range, mark: Mark): Promise<string[]> {
  const rows = await rowsSince(range, { ...mark, audit: 0 });
  const later = new Set(
    rows.filter(({ seq, event }) => seq > mark.audit && event === "intent").map(({ fields }) => String(fields["intent"])),
  );
  const { intents, violations } = replayAudit(rows);
  const sent = intents.filter(({ id, outcome }) => later.has(id) && outcome !== "not_sent");
  const wrong = [...violations];
  const count = (names: string[]): Record<string, number> =>
    Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
  const reached = count(effectsSince(range, mark).map(({ operation }) => operation ?? "unknown"));
  const promised = count(sent.map(({ operation }) => operation));
  for (const name of new Set([...Object.keys(reached), ...Object.keys(promised)])) {
    if (reached[name] !== promised[name]) wrong.push(`${name}: ${reached[name] ?? 0} reached the account, ${promised[name] ?? 0} intents`);
  }
  const digests = count(sent.map(({ digest }) => digest));
  for (const request of range.tapped.slice(mark.tapped)) {
    const told = await digestOf(range, request);
    if (told === undefined || told.digests.some((digest) => (digests[digest] ?? 0) > 0)) continue;
    wrong.push(`${told.operation}: what left is not what was intended`);
  }
  const verdict = await range.app.verifyAudit();
  if (verdict.bad) wrong.push(`the record is broken at ${verdict.bad.seq}: ${verdict.bad.why}`);
  return wrong;
}

/** The digests that a request would have as the call of each agent; undefined for reads and for files, whose parts have a boundary of their own. */
async function digestOf(
  range: Range,
  { method, path: whole, body }: Tapped,
): Promise<{ operation: string; digests: string[] } | undefined> {
  const [path = "", search = ""] = whole.split("?");
  const matching = range.app.catalog.operations.filter((one) => one.method === method && patternOf(one).test(path) && isWrite(one));
  if (matching.length === 0 || matching.some((one) => one.body?.mediaType === "multipart")) return undefined;
  const digests: string[] = [];
  for (const operation of matching) {
    const query = [...new URLSearchParams(search)] satisfies WireRequest["query"];
    const request: WireRequest = {
      operation: operation.id,
      revision: operation.revision,
      method,
      path,
      query,
      body: body === null ? null : (JSON.parse(Buffer.from(body).toString()) as Json),
      files: {},
    };
    for (const caller of range.callers) {
      const connection = await range.app.store.connections.find(caller.connectionId);
      if (!connection) continue;
      try {
        digests.push(
          prepare(range.app.catalog, caller, connection, { action: operation.id, args: parseRequest(operation, request), intent: "any" })
            .digest,
        );
      } catch {
        // Not a call of this operation: another of the same path is.
      }
    }
  }
  return { operation: matching[0]?.id ?? "", digests };
}

function patternOf({ path }: Operation): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}
