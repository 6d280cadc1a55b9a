import type { EffectKind, Operation } from "../../src/catalog/operation.ts";
import { isJsonObject, type Json } from "../../src/lib/json.ts";

/** From here on an operation reaches people, costs money or cannot be taken back (policy/presets.ts). */
const NEVER_FROM_RISK = 4;
const NEVER: EffectKind[] = ["send-message", "consent-change", "privacy-erasure", "merge", "export", "security"];

/** How the names begin of all that a run makes. */
export const RUN_NAME = "halyard-test-";

/** What a run has made and may therefore change. */
export interface Own {
  has(id: string): boolean;
}

/** One request as it would go to the account. */
export interface Asked {
  method: string;
  path: string;
  /** Parsed; `undefined` for none. */
  body: Json | undefined;
}

/** Why an operation is never called on a real account, whatever its arguments and the switch; `undefined` if it may be. */
export function never(operation: Operation): string | undefined {
  const { kind, risk, flags } = operation.effect;
  if (risk >= NEVER_FROM_RISK) return `${operation.id} is of risk ${risk}: it is never called on a real account`;
  if (NEVER.includes(kind)) return `${operation.id} is of the kind ${kind}: it is never called on a real account`;
  if (flags.includes("may-trigger-automation")) return `${operation.id} may start flows of the account`;
  if (kind === "create" && operation.shape === "job") return `${operation.id} makes what the test could not find and delete again`;
  return undefined;
}

/**
 * Why a request may not go to a real account, or `undefined`. Reads and what only computes may; writes need the switch, an operation below
 * risk 4, and touch nothing but what the run itself made. `deletion` is the operation that deletes what is made, if there is one.
 */
export function refusal(
  operation: Operation | undefined,
  { method, path, body }: Asked,
  { mayWrite, own, deletion }: { mayWrite: boolean; own: Own; deletion: Operation | undefined },
): string | undefined {
  if (["GET", "HEAD", "OPTIONS"].includes(method) && (operation?.effect.risk ?? 0) === 0) return undefined;
  if (!operation) return `${method} ${path.split("?")[0]} is no operation of the catalog`;
  const forbidden = never(operation);
  if (forbidden !== undefined) return forbidden;
  const { kind, risk } = operation.effect;
  if (risk === 0) return undefined;
  if (!mayWrite) return `${operation.id} writes, and KLAVIYO_TEST_WRITES is not 1`;
  if (kind === "create") {
    if (!deletion && operation.effect.flags.includes("customer-visible"))
      return `${operation.id} makes what visitors see and nobody can delete`;
    return deletion && never(deletion) !== undefined
      ? `${deletion.id}, which would delete what it makes, is of risk ${deletion.effect.risk}`
      : undefined;
  }
  const ids = [...pathIds(operation, path), ...identifiersIn(body ?? null)];
  if (ids.some((id) => !own.has(id))) return `${operation.id} would change what the account had before`;
  // Whoever is not told by an id is told by a name, and that is one of the run's own.
  return ids.length === 0 && !JSON.stringify(body ?? null).includes(RUN_NAME)
    ? `${operation.id} does not name what the run made`
    : undefined;
}

/** The ids in a path, decoded. */
export function pathIds(operation: Operation, path: string): string[] {
  const given = path.split("?")[0]?.split("/") ?? [];
  return operation.path.split("/").flatMap((part, at) => (part.startsWith("{") ? [decodeURIComponent(given[at] ?? "")] : []));
}

/** Ids of every resource or identifier in a body. */
function identifiersIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(identifiersIn);
  if (!isJsonObject(value)) return [];
  const own = typeof value["type"] === "string" && typeof value["id"] === "string" ? [value["id"]] : [];
  return [...own, ...Object.values(value).flatMap(identifiersIn)];
}
