import type { JsonObject } from "../../src/lib/json.ts";
import { actions } from "../../src/sandbox/actions.ts";
import { resources } from "../../src/sandbox/resources.ts";
import { dataOf, open, type Called, type Opened } from "./open.ts";

/** An account whose calls name the beta revision. */
export async function openInBeta(profiles = 0): Promise<Opened> {
  return asBeta(await open({ resources, actions, profiles }));
}

/** The same account by the beta revision. */
export function asBeta(sandbox: Opened): Opened {
  return { ...sandbox, call: (request, body, headers) => sandbox.call(request, body, { revision: "2026-07-15.pre", ...headers }) };
}

/** Body of a write, without `attributes` where they are null; relations are `name: [type, id]`. */
export function resource(
  type: string,
  attributes: JsonObject | null,
  { id, ...relations }: { id?: string } & Record<string, string | [type: string, id: string] | undefined> = {},
): JsonObject {
  const pairs = Object.entries(relations).filter((pair): pair is [string, [string, string]] => Array.isArray(pair[1]));
  const relationships = Object.fromEntries(pairs.map(([name, [kind, key]]) => [name, { data: { type: kind, id: key } }]));
  return {
    data: { type, ...(id !== undefined && { id }), ...(attributes && { attributes }), ...(pairs.length > 0 && { relationships }) },
  };
}

/** `{type, id}` that a relationship of the first resource shows, undefined where it shows none. */
export function relatedOf(answer: Called, name: string): unknown {
  return dataOf(answer)[0]?.relationships[name]?.["data"];
}
