import { BUSINESS_TASKS, type BusinessTask } from "../../scripts/business-tasks.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { isWrite } from "../../src/catalog/operation.ts";
import type { CallResult } from "../../src/gate/call.ts";
import { HalyardError } from "../../src/lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/lib/json.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { suggestPolicy, type Suggestion, type Usage } from "../../src/policy/suggest.ts";
import { markOf, reckon } from "./oracle.ts";
import { openRange, type Range } from "./range.ts";

export interface TaskReport {
  tasks: number;
  calls: number;
  /** How often the owner was asked. */
  prompts: number;
  /** Tasks in which nobody was asked, and those that a denial stopped. */
  quiet: number;
  stopped: number;
  usage: Usage[];
  wrong: string[];
}

const BETWEEN_MS = 31 * 60_000;

/** Lets an agent do the tasks under a policy, with an owner who says yes to everything. */
export async function runTasks(policy: string, tasks: readonly BusinessTask[] = BUSINESS_TASKS): Promise<TaskReport> {
  const report: TaskReport = { tasks: 0, calls: 0, prompts: 0, quiet: 0, stopped: 0, usage: [], wrong: [] };
  const range = await openRange({ policy });
  try {
    const mark = await markOf(range);
    for (const one of tasks) {
      await runTask(range, one, report);
      // Each task is a conversation of its own: what was read for one has faded before the next begins.
      range.clock.advance(BETWEEN_MS);
    }
    report.wrong.push(...(await reckon(range, mark)));
  } finally {
    await range.close();
  }
  return report;
}

async function runTask(range: Range, { title, steps }: BusinessTask, report: TaskReport): Promise<void> {
  const known = new Map<string, string>();
  const before = report.prompts;
  report.tasks++;
  for (const [action, given = {}, as] of steps) {
    const operation = range.app.catalog.find(action);
    if (!operation) throw new Error(`${title}: there is no ${action}`);
    const sample = await range.requests.argsFor(operation);
    const args = { ...sample, ...((await filled(range, known, given)) as JsonObject) };
    report.calls++;
    const usage = report.usage.find((one) => one.operation === action) ?? { operation: action, allowed: 0, approved: 0, refused: 0 };
    if (usage.allowed + usage.approved + usage.refused === 0) report.usage.push(usage);
    const result = await call(range, action, args, isWrite(operation) ? "write" : "read");
    const isAsked = result.status === "approval_required";
    const ended = "approval_id" in result && isAsked ? (await range.approve(result.approval_id ?? "", true)).result : result;
    if (isAsked) report.prompts++;
    if (ended?.status === "done" || ended?.status === "accepted") usage[isAsked ? "approved" : "allowed"]++;
    else {
      if (ended?.status === "denied") report.stopped++;
      else report.wrong.push(`${title}: ${action}: ${JSON.stringify(ended ?? result).slice(0, 300)}`);
      return;
    }
    const id = idIn("body" in ended ? ended.body : null);
    if (as !== undefined && id !== undefined) known.set(as, id);
  }
  if (report.prompts === before) report.quiet++;
}

async function call(
  range: Range,
  action: string,
  args: JsonObject,
  intent: "read" | "write",
): Promise<CallResult | { status: string; message: string }> {
  try {
    return await range.gate.call(await range.caller(), { action, args, intent, reason: "the owner wants it" });
  } catch (thrown) {
    if (thrown instanceof HalyardError) return { status: thrown.code, message: `${thrown.message} ${JSON.stringify(thrown.violations)}` };
    throw thrown;
  }
}

function idIn(body: Json): string | undefined {
  const data = isJsonObject(body) ? body["data"] : undefined;
  return isJsonObject(data) && typeof data["id"] === "string" ? data["id"] : undefined;
}

/** Puts ids in the place of what stands for them. */
async function filled(range: Range, known: ReadonlyMap<string, string>, value: Json): Promise<Json> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => filled(range, known, item)));
  if (isJsonObject(value))
    return Object.fromEntries(
      await Promise.all(Object.entries(value).map(async ([name, inner]) => [name, await filled(range, known, inner)] as const)),
    );
  if (typeof value !== "string" || !value.startsWith("@")) return value;
  if (value.startsWith("@any:")) return range.requests.idsFor({ channel: "stable" }).one(value.slice(5));
  return known.get(value.slice(1)) ?? value;
}

export interface PromptReport {
  preset: string;
  now: TaskReport;
  /** After what the suggestion narrows, and with what it widens as well. */
  tightened: TaskReport;
  widened: TaskReport;
}

/** Prompts of the tasks under a preset, before and after what `policy suggest` would make of a week like this. */
export async function promptsUnder(preset: string, tasks: readonly BusinessTask[] = BUSINESS_TASKS): Promise<PromptReport> {
  const text = `version: 1\npreset: ${preset}\nrules: []\negress: { hosts: ["*.example.com", example.com] }\nhold: { sends_seconds: 0 }\n`;
  const now = await runTasks(text, tasks);
  const suggested = suggest(text, now.usage);
  return { preset, now, tightened: await runTasks(suggested.document, tasks), widened: await runTasks(suggested.wider, tasks) };
}

function suggest(text: string, usage: Usage[]): Suggestion {
  const catalog = loadCatalog();
  return suggestPolicy(parsePolicy(text, catalog), catalog, usage);
}
