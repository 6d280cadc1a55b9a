import type { Shop } from "../fidelity/shop.ts";
import { canonicalJson, type Json } from "../../src/lib/json.ts";

type Change = ReturnType<Shop["sandbox"]["control"]["compare"]>[number];
type Row = Record<string, unknown>;

/** Records of what happened, which stay however it is undone: events and what is counted of them, jobs, receipts. */
const RECORDS = /^(events|metrics|metric_properties|receipts|scheduled|.*_jobs)$/;

/** When something was made, changed, joined or indexed, and how often it was worked on: never as before. */
const TIMES = /^(id|created|updated|changed|recorded|lastEvent|scheduled|at|.*At|.*Updated|indexed|round|run|serial)$/;

/** What is not as it was: `collection.field` for rows that are there again, `collection new` and `collection gone` for others. */
export function differencesIn(changes: Change[]): string[] {
  const rest = changes.filter(({ collection }) => !RECORDS.test(collection));
  const pairs = rest.filter(({ before, after }) => before && after);
  const renamed: [string, string][] = [];
  const left: string[] = [];
  for (const collection of new Set(rest.map((change) => change.collection))) {
    const own = rest.filter((change) => change.collection === collection);
    const gone = own.filter(({ after }) => !after);
    const fresh = own.filter(({ before }) => !before);
    for (const was of gone) {
      // What is made again gets a new id: it is known by its name, or is the first that came.
      const named = fresh.findIndex(({ after }) => nameOf(after) === nameOf(was.before));
      const [is] = fresh.splice(Math.max(named, 0), 1);
      if (is) {
        renamed.push([was.id, is.id]);
        pairs.push({ collection, id: is.id, before: was.before, after: is.after });
      } else left.push(`${collection} gone`);
    }
    left.push(...fresh.map(() => `${collection} new`));
  }
  return [...new Set([...left, ...pairs.flatMap((pair) => fieldsOf(pair, renamed))])].toSorted();
}

function fieldsOf({ collection, before, after }: Change, renamed: [string, string][]): string[] {
  const [was, is] = [{ ...before } as Row, { ...after } as Row];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !TIMES.test(name));
  return names.flatMap((name) => (textOf(was[name], renamed) === textOf(is[name], []) ? [] : [`${collection}.${name}`]));
}

/** Order of members, and whether an empty member is there, say nothing: Klaviyo's answers do not tell either. */
function textOf(value: unknown, renamed: [string, string][]): string {
  const known = JSON.parse(
    JSON.stringify(value ?? null, (name, inner: unknown) =>
      name === "updated" || name === "created" || isEmpty(inner) ? undefined : inner,
    ) ?? "null",
  ) as Json;
  return renamed.reduce((text, [old, now]) => text.split(old).join(now), canonicalJson(isEmpty(known) ? null : known));
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0);
}

function nameOf(row: Change["before"]): unknown {
  return { ...row, name: undefined, ...(row && "name" in row && { name: row.name }) }.name;
}
