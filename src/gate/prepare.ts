import { createHash } from "node:crypto";
import { resolveAction } from "../catalog/actions.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { isWrite, type Operation } from "../catalog/operation.ts";
import { buildRequest, type WireRequest } from "../catalog/request.ts";
import { HalyardError } from "../lib/errors.ts";
import { assertStrictValue, canonicalJson, isJsonObject, JSON_LIMITS, type Json, type JsonObject } from "../lib/json.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import { refuseAddresses } from "./addresses.ts";
import type { Caller, CallInput } from "./call.ts";
import { classOf } from "./class.ts";
import { keySeed, withNaturalKeys } from "./outcomes/natural-keys.ts";
import type { Undoing } from "./undo/undoing.ts";

/** A call after steps 1 to 3: one operation, its effect under these arguments, the one canonical request, and the digest of all that an approval binds. */
export interface Prepared {
  operation: Operation;
  args: JsonObject;
  request: WireRequest;
  /** SHA-256, hex. */
  digest: string;
  /** Set where it is a step of an undoing. */
  undoes?: Undoing | undefined;
}

/** One call on its way through the gate. */
export interface CallContext {
  caller: Caller;
  input: CallInput;
  callId: string;
  receivedAt: number;
  connection: ConnectionRow;
  prepared: Prepared;
}

/** How a call comes to be what it is, beside what was given. */
export interface Origin {
  /** Tells repetitions of one call apart where the gate sets keys that the agent left out (natural-keys.ts). */
  generation?: number;
  /** Set where it is a step of an undoing. */
  undoes?: Undoing | undefined;
}

/** Resolves, parses and classes a call. Throws what was wrong with it; nothing has been decided or sent by then. `isKeyed`: the gate has set keys. */
export function prepare(
  catalog: Catalog,
  caller: Caller,
  connection: ConnectionRow,
  input: CallInput,
  { generation = 0, undoes }: Origin = {},
): Prepared & { isKeyed: boolean } {
  assertStrictValue(input.args);
  if (!isJsonObject(input.args))
    throw new HalyardError("invalid_arguments", "The arguments must be an object.", {
      violations: [{ path: "", message: "must be an object" }],
    });
  const canonical = canonicalJson(input.args);
  if (Buffer.byteLength(canonical) > JSON_LIMITS.maxSizeBytes)
    throw new HalyardError("too_large", "The arguments are larger than 5 MB.", { hint: "Send less at once." });
  const resolved = resolveAction(catalog, input.action, input.args);
  // Everything after this line uses the canonical form: what is decided, shown, digested and sent cannot differ.
  const asked = JSON.parse(canonicalJson(resolved.args)) as JsonObject;
  const seed = keySeed(caller.agentId, connection.account_id, resolved.operation.id, asked, generation);
  const keyed = withNaturalKeys(resolved.operation.id, asked, seed);
  const args = keyed ?? asked;
  const operation = { ...resolved.operation, effect: classOf(resolved.operation, args) };
  refuseWrongTool(operation, input.intent);
  if (isWrite(operation)) refuseAddresses(args, connection.kind === "klaviyo");
  const request = buildRequest(operation, args, { account_id: connection.account_id });
  const digest = digestOf(caller, connection, request, undoes);
  return { operation, args, request, digest, isKeyed: keyed !== undefined, ...(undoes && { undoes }) };
}

function refuseWrongTool(operation: Operation, intent: CallInput["intent"]): void {
  if (intent === "read" && isWrite(operation)) {
    throw new HalyardError("usage", `${operation.id} changes the account, so it is not a read.`, {
      hint: `Use write with action ${operation.id}.`,
    });
  }
  if (intent === "write" && !isWrite(operation)) {
    throw new HalyardError("usage", `${operation.id} changes nothing, so it is not a write.`, {
      hint: `Use read with action ${operation.id}.`,
    });
  }
}

/** Binds the caller, the connection, its account and the whole request. Semantically equal JSON gives the same digest. */
function digestOf(caller: Caller, connection: ConnectionRow, request: WireRequest, undoes: Undoing | undefined): string {
  const bound: Json = {
    version: 1,
    agent: caller.agentId,
    connection: connection.id,
    account: connection.account_id,
    operation: request.operation,
    revision: request.revision,
    method: request.method,
    path: request.path,
    query: request.query,
    body: request.body,
    files: request.files,
    ...(undoes && { undoes: { call: undoes.call, step: undoes.step } }),
  };
  return createHash("sha256").update(canonicalJson(bound)).digest("hex");
}
