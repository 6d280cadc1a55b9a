import { actionIndex, CHOOSER } from "../../src/catalog/actions.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { isWrite } from "../../src/catalog/operation.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import type { Told } from "./doors.ts";
import { DOORS } from "./doors.ts";
import { markOf, reckon } from "./oracle.ts";
import { openRange, OPEN_POLICY, type Range } from "./range.ts";

export interface NamedReport {
  /** Named actions that were tried, and those of which every choice succeeded. */
  tried: number;
  succeeded: number;
  /** Operations behind them. */
  calls: number;
  /** Refused or denied although the policy allows them. */
  falseRefusals: string[];
  wrong: string[];
}

/** What one action read of outsiders' text would have the next one asked, as it should; each begins untainted. */
const TAINT_MS = 31 * 60_000;

/** So many actions share a range. */
const LAP = 45;

/** From which to before which named action each range goes. */
export const NAMED_LAPS: readonly (readonly [from: number, to: number])[] = lapsOf(actionIndex(loadCatalog()).named.length);

function lapsOf(count: number): [number, number][] {
  return Array.from({ length: Math.ceil(count / LAP) }, (_, at) => [at * LAP, Math.min((at + 1) * LAP, count)]);
}

/** Hosts that the samples name: what is looked at here is the policy that allows. */
const ALLOWING = `${OPEN_POLICY}egress: { hosts: ["*.example.com", example.com, "*.example.org", example.org] }\n`;

/** Every named action, under a policy that allows it; risk 5 is never less than asked, so there the owner says yes. */
export async function tryNamed(only: (name: string, at: number) => boolean = () => true): Promise<NamedReport> {
  const report: NamedReport = { tried: 0, succeeded: 0, calls: 0, falseRefusals: [], wrong: [] };
  const named = actionIndex(loadCatalog()).named.filter(({ name }, at) => only(name, at));
  for (const [from, to] of lapsOf(named.length)) {
    const range = await openRange({ policy: ALLOWING });
    try {
      const mark = await markOf(range);
      for (const { name, choices } of named.slice(from, to)) {
        report.tried++;
        const wrong: string[] = [];
        for (const [choice, id] of Object.entries(choices)) {
          report.calls++;
          range.clock.advance(TAINT_MS);
          const told = await tryChoice(range, name, Object.keys(choices).length > 1 ? choice : "", id, report.calls);
          if (["error", "denied", "approval_required"].includes(told.status))
            report.falseRefusals.push(`${name} ${choice}: ${told.text.slice(0, 200)}`);
          else if (told.status !== "done" && told.status !== "accepted") wrong.push(`${name} ${choice}: ${told.text.slice(0, 300)}`);
          else continue;
          wrong.push("");
        }
        if (wrong.length === 0) report.succeeded++;
        report.wrong.push(...wrong.filter((why) => why !== ""));
      }
      report.wrong.push(...(await reckon(range, mark)));
    } finally {
      await range.close();
    }
  }
  return report;
}

async function tryChoice(range: Range, name: string, choice: string, id: string, number: number): Promise<Told> {
  const operation = range.app.catalog.find(id);
  if (!operation) throw new Error(`There is no operation ${id}`);
  const args: JsonObject = { ...(await range.requests.argsFor(operation)), ...(choice !== "" && { [CHOOSER]: choice }) };
  const door = await range.door(DOORS[number % DOORS.length] ?? "http");
  const tool = isWrite(operation) ? "write" : "read";
  const call = (): Promise<Told> => door.call(tool, { action: name, args, ...(tool === "write" && { reason: "the owner wants it" }) });
  const told = await call();
  if (told.status !== "approval_required" || operation.effect.risk < 5) return told;
  const { result } = await range.approve(String(told.data["approval_id"]), true);
  return { ...told, status: result?.status ?? "error", text: JSON.stringify(result ?? told.data) };
}
