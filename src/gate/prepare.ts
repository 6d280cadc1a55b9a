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
import type { Undoing } from "./undoing.ts";

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

/** Resolves, parses and classes a call. Throws what was wrong with it; nothing has been decided or sent by then. */
export function prepare(catalog: Catalog, caller: Caller, connection: ConnectionRow, input: CallInput, undoes?: Undoing): Prepared {
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
  const args = JSON.parse(canonicalJson(resolved.args)) as JsonObject;
  const operation = { ...resolved.operation, effect: classOf(resolved.operation, args) };
  refuseWrongTool(operation, input.intent);
  if (isWrite(operation)) refuseAddresses(args, connection.kind === "klaviyo");
  const request = buildRequest(operation, args, { account_id: connection.account_id });
  return { operation, args, request, digest: digestOf(caller, connection, request, undoes), ...(undoes && { undoes }) };
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
