import { createHash } from "node:crypto";
import type { Catalog } from "../../catalog/catalog.ts";
import { isWrite } from "../../catalog/operation.ts";
import { canonicalJson, type Json } from "../../lib/json.ts";
import type { PolicyRow } from "../../store/tables/policies.ts";
import type { Vault } from "../../vault/vault.ts";

/** SHA-256 of a document, hex. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** MAC over all of a version, so that one that was written past Halyard is not taken for one of its own. */
export function versionMac(vault: Vault, row: Omit<PolicyRow, "mac">): string {
  const { connection_id, version, digest, author, created_at, known, diff } = row;
  return vault.mac(canonicalJson({ connection_id, version, digest, author, created_at, known, diff }), "policy version");
}

/** Whether a version is as Halyard wrote it, document included. */
export function isGenuineVersion(vault: Vault, row: PolicyRow): boolean {
  return row.mac === versionMac(vault, row) && row.digest === digestOf(row.document);
}

/** Every write of the catalog with its class, as a version of a policy keeps it. */
export function knownWrites(catalog: Catalog): string {
  const entries = catalog.operations.filter(isWrite).map(({ id, effect }) => [id, `${effect.kind} ${effect.risk}`]);
  return canonicalJson(Object.fromEntries(entries) as Json);
}

/** The writes that are not in the catalog, or not of the class, that the owner has seen. */
export function unseenWrites(catalog: Catalog, known: string | null): ReadonlySet<string> {
  const seen = JSON.parse(known ?? "{}") as Record<string, string>;
  const isSeen = (id: string, kind: string, risk: number): boolean => Object.hasOwn(seen, id) && seen[id] === `${kind} ${risk}`;
  return new Set(catalog.operations.filter((one) => isWrite(one) && !isSeen(one.id, one.effect.kind, one.effect.risk)).map(({ id }) => id));
}

/**
 * Looks at the newest version of each connection: whether it is genuine, and which writes its owner has not seen. Every call asks, and seldom of another row than
 * before: the same row, member for member, is answered from memory.
 */
export function createVersionCheck(
  vault: Vault,
  catalog: Catalog,
): (row: PolicyRow) => { isGenuine: boolean; unseen: ReadonlySet<string> } {
  const last = new Map<string, { row: PolicyRow; isGenuine: boolean; unseen: ReadonlySet<string> }>();
  return (row) => {
    const known = last.get(row.connection_id);
    if (known && isSameRow(known.row, row)) return known;
    const isGenuine = isGenuineVersion(vault, row);
    const checked = { row, isGenuine, unseen: unseenWrites(catalog, isGenuine ? row.known : null) };
    last.set(row.connection_id, checked);
    return checked;
  };
}

function isSameRow(a: PolicyRow, b: PolicyRow): boolean {
  return Object.entries(a).every(([name, value]) => b[name as keyof PolicyRow] === value);
}

/** When a document was last found whole in its file. */
export interface GoodStamp {
  version: number;
  digest: string;
  at: number;
}

/** The stamp as text with its MAC, for one connection. */
export function writeStamp(vault: Vault, connectionId: string, { version, digest, at }: GoodStamp): string {
  const text = canonicalJson({ version, digest, at });
  return `${vault.mac(`${connectionId} ${text}`, "policy good")} ${text}`;
}

/** The stamp that a text holds; undefined when it was not written by Halyard for this connection. */
export function readStamp(vault: Vault, connectionId: string, written: string | undefined): GoodStamp | undefined {
  const text = written?.slice(65) ?? "";
  if (written === undefined || written.slice(0, 65) !== `${vault.mac(`${connectionId} ${text}`, "policy good")} `) return undefined;
  return JSON.parse(text) as GoodStamp;
}
