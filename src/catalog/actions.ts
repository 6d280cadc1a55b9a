import { HalyardError } from "../lib/errors.ts";
import type { JsonObject } from "../lib/json.ts";
import { nearest } from "../lib/text.ts";
import { readGenerated, type Catalog } from "./catalog.ts";
import type { Operation } from "./operation.ts";

/** One of the 225 names under which people look for what an account can do. */
export interface NamedAction {
  title: string;
  /** The title in snake_case. */
  name: string;
  /** Operation ids by the value of the argument `relationship` that chooses between them; one entry where there is nothing to choose. */
  choices: Record<string, string>;
}

/** Argument that chooses where one name stands for several operations. */
export const CHOOSER = "relationship";

export interface ActionIndex {
  named: readonly NamedAction[];
  /** What a name stands for: operation ids, by {@link CHOOSER} value. Undefined for an unknown name. Byte-exact. */
  lookup(name: string): Record<string, string> | undefined;
  /** Every name that resolves. */
  names(): IterableIterator<string>;
}

const indexes = new WeakMap<Catalog, ActionIndex>();

/**
 * The index of names. Where a text could mean two things, an operation id wins over a named action, that over a vendor's alias, and a stable operation's alias over a beta one's;
 * `docs/actions.md` lists the eight names that this decides.
 */
export function actionIndex(catalog: Catalog): ActionIndex {
  const known = indexes.get(catalog);
  if (known) return known;
  const named = JSON.parse(readGenerated("actions.json")) as NamedAction[];
  const table = new Map<string, Record<string, string>>();
  const put = (name: string, choices: Record<string, string>): void => {
    if (!table.has(name)) table.set(name, choices);
  };
  for (const { id } of catalog.operations) put(id, { "": id });
  for (const { title, name, choices } of named) {
    put(name, choices);
    put(title, choices);
  }
  for (const { id, aliases } of catalog.operations) for (const alias of aliases) put(alias, { "": id });
  const index: ActionIndex = { named, lookup: (name) => table.get(name), names: () => table.keys() };
  indexes.set(catalog, index);
  return index;
}

/**
 * Resolves a name and the chooser to one operation; gives the arguments without the chooser.
 * Unknown names and missing choices are errors that tell the nearest names or the choices.
 */
export function resolveAction(catalog: Catalog, name: string, args: JsonObject): { operation: Operation; args: JsonObject } {
  const index = actionIndex(catalog);
  const choices = index.lookup(name);
  if (!choices) {
    const near = nearest(name.toLowerCase(), index.names());
    throw new HalyardError("unknown_action", "There is no action of that name.", {
      hint: `${near.length > 0 ? `Did you mean ${near.join(", ")}? ` : ""}Search by plain words: search_actions, or halyard actions <words>.`,
    });
  }
  const ids = Object.entries(choices);
  if (ids.length === 1) return { operation: mustHave(catalog, ids[0]?.[1]), args };
  const { [CHOOSER]: choice, ...rest } = args;
  const id = typeof choice === "string" && Object.hasOwn(choices, choice) ? choices[choice] : undefined;
  if (id === undefined) {
    throw new HalyardError("ambiguous_action", `${name} stands for ${ids.length} operations; the argument "${CHOOSER}" chooses one.`, {
      hint: `Give "${CHOOSER}" as one of: ${Object.keys(choices).join(", ")}.`,
      violations: [{ path: `/${CHOOSER}`, message: `must be one of ${Object.keys(choices).join(", ")}` }],
    });
  }
  return { operation: mustHave(catalog, id), args: rest };
}

function mustHave(catalog: Catalog, id: string | undefined): Operation {
  const operation = id === undefined ? undefined : catalog.find(id);
  if (!operation) throw new HalyardError("internal", "The action index names an operation that the catalog does not have.");
  return operation;
}
