import { mustFind } from "../../catalog/catalog.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { argsFrom } from "./undo-fit.ts";
import {
  chunks,
  firstOf,
  linked,
  rowsOf,
  textOf,
  textsOf,
  type Kept,
  type Look,
  type Recipe,
  type Resource,
  type Step,
  type Was,
} from "./undo-recipe.ts";
import { restored } from "./undo-restore.ts";

/** Klaviyo's own cap on the ids of one relationship write. */
const MAX_LINKS = 1000;

/** A read of one thing by the id that the call names. */
export function lookAt(operation: string, more: JsonObject = {}, as = "item"): Look {
  return { as, operation, args: (call) => (textOf(call, "id") === "" ? [] : [{ id: textOf(call, "id"), ...more }]) };
}

/** A read of one thing for each id that an earlier read gave. */
export function lookEach(
  as: string,
  operation: string,
  ids: (was: Kept["was"], call: JsonObject) => string[],
  more: JsonObject = {},
): Look {
  return { as, operation, mayBeMissing: true, args: (call, was) => ids(was, call).map((id) => ({ id, ...more })) };
}

/** A step whose arguments are known beforehand. */
export function step(action: string, args: JsonObject): Step {
  return { action, args: () => args };
}

/** The id of what an earlier step made. */
export function madeId(made: { id: string }[][], at = 0): string {
  return made[at]?.[0]?.id ?? "";
}

/**
 * Update → the same update with what was there before. `links` names the reads of relationships that the item's own read leaves out, by their
 * name on the wire; `hidden` the arguments whose values Klaviyo shows in part or not at all.
 */
export function restore(reader: string, more: JsonObject = {}, links: Record<string, string> = {}, hidden: string[] = []): Recipe {
  return {
    undo: "exact",
    looks: [lookAt(reader, more), ...Object.entries(links).map(([name, operation]) => lookAt(operation, {}, name))],
    plan({ operation, args, was }) {
      const before = withLinks(firstOf(was, "item"), was, Object.keys(links));
      const shown = Object.fromEntries(Object.entries(args).filter(([name]) => !hidden.includes(name)));
      const { args: back, lost } = before ? restored(operation, shown, before) : { args: {}, lost: Object.keys(shown) };
      lost.push(...hidden.filter((name) => args[name] !== undefined));
      const notes = lost.map((name) => `${name} cannot be put back: Klaviyo does not show its value, or takes no empty one.`);
      const puts = Object.keys(back).some((name) => name !== "id");
      return { steps: puts ? [step(operation.id, back)] : [], notes };
    },
  };
}

/** A resource with the relationships that were read by themselves: lists for many, one identifier or null for one. */
export function withLinks(item: Resource | undefined, was: Was, names: string[]): Resource | undefined {
  if (!item) return undefined;
  const relationships = Object.fromEntries(
    names.map((name): [string, Json] => {
      const ids = rowsOf(was, name).map(({ type, id }) => ({ type, id }));
      const isOne = (was[name] ?? []).every(({ isList }) => !isList);
      return [name, isOne ? (ids[0] ?? null) : ids];
    }),
  );
  return { ...item, relationships: { ...item.relationships, ...relationships } };
}

/** Create → delete what was made. `reader` shows it, for what others have done to it since. */
export function unmake(remover: string, reader: string | null, more: JsonObject = {}): Recipe {
  return {
    undo: "exact",
    looks: [],
    watch: ({ made }) =>
      reader === null ? [] : [{ as: "item", operation: reader, args: () => made.slice(0, 1).map(({ id }) => ({ id, ...more })) }],
    plan: ({ made }) => ({ steps: [{ action: remover, isLate: true, args: () => ({ id: made[0]?.id ?? "" }) }], notes: [] }),
  };
}

interface Remake {
  looks: Look[];
  /** Relationships that were read by themselves, by their name on the wire, which is also the name of the read. */
  links?: string[];
  /** Arguments of the create that are not simply read; those that are `undefined` are left out. */
  args?(kept: Kept): Record<string, Json | undefined>;
  /** What follows once it is there again, under its new id. */
  next?(kept: Kept): Step[];
  notes: string[];
}

/** Delete → create again from what was there, then tie it to what it was tied to. The first read is named `item`. */
export function remake(creator: string, { looks, links = [], args, next, notes }: Remake): Recipe {
  return {
    undo: "compensation",
    looks,
    watch: () => [],
    plan(kept) {
      const before = withLinks(firstOf(kept.was, "item"), kept.was, links);
      if (!before) return { steps: [], notes: ["There was nothing of it to be read."] };
      const all = { ...argsFrom(mustFind(kept.catalog, creator), before), ...args?.(kept) };
      const given = Object.entries(all).flatMap(([name, value]): [string, Json][] => (value === undefined ? [] : [[name, value]]));
      const create = step(creator, Object.fromEntries(given));
      return { steps: [create, ...(next?.(kept) ?? [])], notes };
    },
  };
}

/** Ids added to a relationship → those of them taken off again that were not there before. */
export function unlink(inverse: string, reader: string, member: string): Recipe {
  return relation(inverse, reader, member, (were, given) => given.filter((id) => !were.includes(id)));
}

/** Ids taken off a relationship → those of them put back that were there before. */
export function relink(inverse: string, reader: string, member: string): Recipe {
  return relation(inverse, reader, member, (were, given) => given.filter((id) => were.includes(id)));
}

function relation(inverse: string, reader: string, member: string, wanted: (were: string[], given: string[]) => string[]): Recipe {
  return {
    undo: "exact",
    looks: [lookAt(reader, {}, "ids")],
    plan({ args, was }) {
      const were = rowsOf(was, "ids").map(({ id }) => id);
      const ids = wanted(were, textsOf(args, member));
      const steps = chunks(ids, MAX_LINKS).map((some) => step(inverse, { id: textOf(args, "id"), [member]: some }));
      return { steps, notes: steps.length > 0 ? [] : ["It changes nothing: all of them are in that state already."] };
    },
  };
}

/** A relationship that is replaced as a whole → the whole that it was. */
export function resetLinks(reader: string, member: string): Recipe {
  return {
    undo: "exact",
    looks: [lookAt(reader, {}, "ids")],
    plan: ({ operation, args, was }) => ({
      steps: [step(operation.id, { id: textOf(args, "id"), [member]: rowsOf(was, "ids").map(({ id }) => id) })],
      notes: [],
    }),
  };
}

/** The tags that a thing had, tied to the one that was made in its place. */
export function retag(action: string, member: string): (kept: Kept) => Step[] {
  return ({ was }) => linked(firstOf(was, "item"), "tags").map((id) => ({ action, args: (made) => ({ id, [member]: [madeId(made)] }) }));
}
