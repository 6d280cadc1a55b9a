import type { Operation } from "../../src/catalog/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/lib/json.ts";
import { callMessage, type Door, type RawAnswer, type Told } from "./doors.ts";
import type { Range } from "./range.ts";
import type { Dice } from "./dice.ts";

/** Under which policy an attempt is made. `open`: what gets through runs. `asking`: every write is asked. `locked`: every write is denied. */
export type Setting = "open" | "asking" | "locked";

/** One write that the account would take, and who tries to misuse it. */
export interface Target {
  range: Range;
  door: Door;
  operation: Operation;
  /** Arguments that are valid. */
  args: JsonObject;
  dice: Dice;
}

/** One way to misuse a write. */
export interface Mutator {
  name: string;
  family: string;
  setting: Setting;
  /** What it has to come to: a refusal, or anything that sends nothing. */
  must: "refuse" | "send nothing";
  /** Effects that the owner said yes to on the way. */
  allowed?: number;
  /** The answer to the misuse; undefined where the operation has no place for it. */
  attempt(target: Target): Promise<Told> | undefined;
}

/** The write tool, as an agent calls it. */
export function tryWrite({ door, operation }: Target, args: Json, more: JsonObject = {}): Promise<Told> {
  return door.call("write", { action: operation.id, args, reason: "an attack", ...more });
}

/** The write tool, with the text of its arguments as it is given. */
export async function tryBytes({ door, operation }: Target, argsText: string, before = "", after = ""): Promise<Told> {
  return toldOf(
    await door.raw(
      `${before}${callMessage("write", `{"action":${JSON.stringify(operation.id)},"args":${argsText},"reason":"x"}`)}${after}`,
    ),
  );
}

/** A raw answer as a tool's: whatever the protocol refused is an error. */
export function toldOf({ status, text }: RawAnswer): Told {
  const isRefused = status >= 400 || /"error":\{"code":-?\d+/.test(text) || text === "";
  const found = /\\?"status\\?":\\?"(\w+)/.exec(text)?.[1] ?? "";
  return {
    status: isRefused ? "error" : found,
    code: isRefused ? "protocol" : (/\\?"code\\?":\\?"(\w+)/.exec(text)?.[1] ?? ""),
    data: {},
    text,
  };
}

/** The arguments that are ids in a path or of the resource itself. */
export function idNames({ args, body }: Operation): string[] {
  return args.filter((arg) => arg.in === "path" || (arg.place?.[0] === "id" && body !== null)).map(({ name }) => name);
}

/** The text of an object with one more member, written as it is given. */
export function withMember(args: JsonObject, memberText: string): string {
  const text = JSON.stringify(args);
  return text === "{}" ? `{${memberText}}` : `{${memberText},${text.slice(1)}`;
}

/** A value of another type than `value`. */
export function otherType(value: Json, dice: Dice): Json {
  const others: Json[] = [7.5, true, "x", ["x"], { x: 1 }].filter((one) => kindOf(one) !== kindOf(value));
  return dice.pick(others);
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return "list";
  return isJsonObject(value) ? "object" : typeof value;
}
