import { resolveAction } from "../../catalog/actions.ts";
import { isWrite } from "../../catalog/operation.ts";
import { HalyardError } from "../../lib/errors.ts";
import { assertStrictValue, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { PrivacyTokenRow } from "../../store/tables/privacy-tokens.ts";
import {
  OWNER,
  PLAN,
  type ApprovalView,
  type Caller,
  type CallInput,
  type CallResult,
  type GateParts,
  type PlanRan,
  type PlanStep,
  type Ran,
} from "../call.ts";
import { openCursor, sealCursor } from "./cursors.ts";
import { MAX_STEPS } from "../plans/plan.ts";
import { privacyKeyOf } from "./privacy-key.ts";
import { putBack, type PutBack } from "./privacy-put-back.ts";
import { sealContext, tokenOf } from "./privacy-tokens.ts";
import { createVeil, type Veil } from "./privacy-veil.ts";
import { noteUntrusted } from "./taint.ts";

/** What a caller gave, with people's data in the place of tokens and Klaviyo's cursor in the place of a sealed one: what is decided, shown and sent. */
export async function unveil(
  parts: GateParts,
  caller: Caller,
  connection: ConnectionRow,
  input: CallInput,
  back: PutBack,
): Promise<CallInput> {
  assertStrictValue(input.args);
  if (!isJsonObject(input.args)) return input;
  const filled = await putBack(parts, connection, input.action, input.args, back);
  if (caller.agentId === OWNER || filled["page_cursor"] === undefined) return { ...input, args: filled };
  const { operation } = resolveAction(parts.catalog, input.action, filled);
  return { ...input, args: openCursor(await privacyKeyOf(parts, connection), caller, operation, filled) };
}

/** {@link unveil} for each call of a plan; what is not formed like one is left as it is, and refused where the plan is prepared. */
export async function unveilPlan(
  parts: GateParts,
  caller: Caller,
  connection: ConnectionRow,
  input: CallInput,
  back: PutBack,
): Promise<CallInput> {
  assertStrictValue(input.args);
  const calls = isJsonObject(input.args) ? input.args["calls"] : undefined;
  if (!isJsonObject(input.args) || !Array.isArray(calls) || calls.length > MAX_STEPS) return input;
  const filled: Json[] = [];
  for (const call of calls) {
    const { action, args } = isJsonObject(call) ? call : {};
    if (!isJsonObject(call) || typeof action !== "string" || action === PLAN || !isJsonObject(args)) filled.push(call);
    else filled.push({ ...call, args: (await unveil(parts, caller, connection, { action, args, intent: "write" }, back)).args });
  }
  return { ...input, args: { ...input.args, calls: filled } };
}

/** A result as its caller may see it: the owner all of it; an agent without people's data, with sealed cursors, and on the record where outsiders' text is in it. */
export async function forAgent(parts: GateParts, caller: Caller, result: CallResult): Promise<CallResult> {
  if (caller.agentId === OWNER) return result;
  if ("steps" in result) return planForAgent(parts, caller, result);
  try {
    return await veiled(parts, caller, result);
  } catch (thrown) {
    const operation = parts.catalog.find(result.operation);
    if (!operation || !isWrite(operation)) throw thrown;
    // What happened is told as it happened, whatever fails now: an error would have the agent do it again.
    return bare(result);
  }
}

async function planForAgent(parts: GateParts, caller: Caller, plan: PlanRan): Promise<PlanRan> {
  const steps: PlanStep[] = [];
  for (const { result, ...step } of plan.steps) steps.push({ ...step, ...(result && { result: await forAgent(parts, caller, result) }) });
  return { ...plan, steps };
}

async function veiled(parts: GateParts, caller: Caller, result: Exclude<CallResult, PlanRan>): Promise<CallResult> {
  const lens = await lensOf(parts, caller);
  if (!lens) throw new HalyardError("connection_revoked", "The connection has been revoked.");
  const { connection, policy, veil } = lens;
  if ("body" in result) {
    const sealed = sealCursor(await privacyKeyOf(parts, connection), caller, result.operation, result.body);
    const seen = sealed === null ? null : veil.value(sealed);
    await noteUntrusted(parts, { caller, connection, callId: result.call_id, taint: policy.taint }, result.operation, {
      body: result.body,
      seen,
    });
    await lens.keep();
    return { ...executedVeiled(result, veil), body: seen, ...(policy.privacy.free_text === "mark" && { marked: true as const }) };
  }
  const told = textsVeiled(result, veil);
  await lens.keep();
  return told;
}

/** How it ended, without anything that Klaviyo said. */
function bare(result: CallResult): CallResult {
  if (!("body" in result || "error" in result)) return result;
  const { executed: _executed, ...told } = result;
  if ("body" in told) return { ...told, body: null, unrecorded: true };
  const { violations: _, ...error } = told.error;
  return { ...told, error };
}

/** The arguments that the owner put in the place of the agent's may name people. */
function executedVeiled<T extends { executed?: JsonObject }>(told: T, veil: Veil | undefined): T {
  const { executed, ...rest } = told;
  if (!executed) return told;
  const value = veil?.value(executed);
  return { ...rest, ...(isJsonObject(value) && { executed: value }) } as T;
}

/** What Klaviyo says of an error may name a person; so may what the owner writes. */
function textsVeiled(result: Exclude<CallResult, PlanRan | Ran>, veil: Veil): CallResult {
  if ("error" in result) {
    const violations = result.error.violations?.map(({ path, message }) => ({ path: veil.text(path), message: veil.text(message) }));
    return { ...executedVeiled(result, veil), error: { ...result.error, ...(violations && { violations }) } };
  }
  return "because" in result ? { ...result, because: veil.text(result.because) } : result;
}

/** An approval as its agent may see it. */
export async function viewForAgent(parts: GateParts, caller: Caller, view: ApprovalView): Promise<ApprovalView> {
  if (caller.agentId === OWNER) return view;
  const lens = await lensOf(parts, caller);
  const reason = view.status_reason === null ? null : (lens?.veil.text(view.status_reason) ?? null);
  const told = executedVeiled(view, lens?.veil);
  await lens?.keep();
  return { ...told, status_reason: reason, ...(view.result && { result: await forAgent(parts, caller, view.result) }) };
}

/** An error as its caller may see it: with tokens where it names people, those that the call's own tokens stood for too. */
export async function errorForAgent(parts: GateParts, caller: Caller, thrown: unknown, back: PutBack): Promise<unknown> {
  if (caller.agentId === OWNER || !(thrown instanceof HalyardError)) return thrown;
  const lens = await lensOf(parts, caller);
  const own = [...back].toSorted(([, a], [, b]) => b.length - a.length);
  const hide = (text: string): string => {
    const replaced = own.reduce((whole, [token, value]) => whole.replaceAll(value, () => token), text);
    return lens ? lens.veil.text(replaced) : replaced;
  };
  const error = new HalyardError(thrown.code, hide(thrown.message), {
    cause: thrown,
    ...(thrown.hint !== undefined && { hint: hide(thrown.hint) }),
    violations: thrown.violations.map(({ path, message }) => ({ path: hide(path), message: hide(message) })),
    ...(thrown.retryAfterMs !== undefined && { retryAfterMs: thrown.retryAfterMs }),
  });
  await lens?.keep();
  return error;
}

/** A veil by the policy of this moment, and the keeping of the tokens that it gave out. Undefined for a connection that is gone. */
async function lensOf(parts: GateParts, caller: Caller) {
  const connection = await parts.store.connections.find(caller.connectionId);
  if (connection?.status !== "active") return undefined;
  const { policy } = await parts.policies.current(connection);
  const key = await privacyKeyOf(parts, connection);
  const given = new Map<string, PrivacyTokenRow>();
  const stored = storedTokens(parts);
  const veil = createVeil(policy.privacy, (kind, text) => {
    const token = tokenOf(key, kind, text);
    if (!given.has(token) && !stored.has(token)) {
      given.set(token, { connection_id: connection.id, token, sealed: key.seal(text, sealContext(token)), created_at: parts.clock.now() });
    }
    return token;
  });
  const keep = async (): Promise<void> => {
    await parts.store.privacyTokens.add([...given.values()]);
    for (const token of given.keys()) stored.add(token);
  };
  return { connection, policy, veil, keep };
}

/** Most tokens of which a process remembers that they are in the store. */
const MAX_REMEMBERED = 100_000;
/** Another process may erase some: after so long they are written anew where they are not there. */
const REMEMBERED_MS = 10 * 60_000;
const remembered = new WeakMap<GateParts, { tokens: Set<string>; sinceMs: number }>();

/** Tokens that this process knows to be kept: the same page of people a second time costs no sealing and no writing. */
function storedTokens(parts: GateParts): Set<string> {
  const known = remembered.get(parts);
  const now = parts.clock.now();
  if (known && known.tokens.size < MAX_REMEMBERED && Math.abs(now - known.sinceMs) < REMEMBERED_MS) return known.tokens;
  const fresh = { tokens: new Set<string>(), sinceMs: now };
  remembered.set(parts, fresh);
  return fresh.tokens;
}
