import { HalyardError } from "../../lib/errors.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import { PLAN, type Caller, type CallInput, type GateParts } from "../call.ts";
import { sha256 } from "../cards/card-leaf.ts";
import { prepareInGeneration } from "../outcomes/generations.ts";
import type { Prepared } from "../prepare.ts";

/** An ordered list of calls that are asked as one, and the list itself as if it were a call: its class is that of its riskiest step. */
export interface PreparedPlan {
  steps: Prepared[];
  whole: Prepared;
}

export const MAX_STEPS = 20;

/**
 * Takes a plan's calls through steps 1 to 3, each as if it came alone: `{calls: [{action, args}, …]}`. No call can refer to what an earlier one answers: the owner
 * could not see then what would be sent. Errors name the step.
 */
export async function preparePlan(parts: GateParts, caller: Caller, connection: ConnectionRow, input: CallInput): Promise<PreparedPlan> {
  const twins = new Map<string, number>();
  const steps: Prepared[] = [];
  for (const [at, { action, args }] of callsOf(input.args).entries()) {
    const same = `${action} ${JSON.stringify(args)}`;
    const before = twins.get(same) ?? 0;
    twins.set(same, before + 1);
    try {
      steps.push(await prepareInGeneration(parts, parts.store, caller, connection, { action, args, intent: "write" }, { twins: before }));
    } catch (thrown) {
      throw thrown instanceof HalyardError ? ofStep(thrown, at) : thrown;
    }
  }
  const bound: Json = { version: 1, plan: steps.map(({ digest }) => digest) };
  const riskiest = steps.reduce((one, other) => (other.operation.effect.risk > one.operation.effect.risk ? other : one));
  const operation = { ...riskiest.operation, id: PLAN, summary: `${steps.length} calls, one after the other` };
  const args = { calls: steps.map((step) => ({ action: step.operation.id, args: step.args })) };
  return { steps, whole: { operation, args, request: riskiest.request, digest: sha256(canonicalJson(bound)) } };
}

/** The digest of one step: of its call, in its place of this very plan. */
export function stepDigest(planDigest: string, step: number): string {
  return sha256(`${planDigest} ${step}`);
}

function ofStep(error: HalyardError, at: number): HalyardError {
  const violations = error.violations.map(({ path, message }) => ({ path: `/calls/${at}/args${path}`, message }));
  return new HalyardError(error.code, `Step ${at + 1}: ${error.message}`, {
    cause: error,
    violations,
    ...(error.hint !== undefined && { hint: error.hint }),
  });
}

function callsOf(args: Json): { action: string; args: JsonObject }[] {
  const calls = isJsonObject(args) ? args["calls"] : undefined;
  if (!isJsonObject(args) || Object.keys(args).length !== 1 || !Array.isArray(calls) || calls.length < 2 || calls.length > MAX_STEPS)
    throw wrong("/calls", `must be a list of 2 to ${MAX_STEPS} calls, and the only argument`);
  return calls.map((call, at) => {
    const { action, args: inner, ...rest } = isJsonObject(call) ? call : {};
    if (typeof action !== "string" || !isJsonObject(inner) || Object.keys(rest).length > 0)
      throw wrong(`/calls/${at}`, "must be {action, args}");
    if (action === PLAN) throw wrong(`/calls/${at}/action`, "must be no plan itself");
    return { action, args: inner };
  });
}

function wrong(path: string, message: string): HalyardError {
  return new HalyardError("invalid_arguments", `The plan is not right: ${path} ${message}.`, {
    hint: 'A plan is {"calls": [{"action": …, "args": {…}}, …]}; its calls cannot refer to each other\'s answers.',
    violations: [{ path, message }],
  });
}
