import type { Operation } from "../../src/catalog/operation.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { dataOf, type Answer, type Shop } from "./shop.ts";
import { SOURCES } from "./sources.ts";

/** Ids of the live account by resource type. */
export interface LiveIds {
  /** Some that are there: listed, found through what they belong to, or made. */
  of(type: string): Promise<string[]>;
  /** One of them; fails where the account has none and none can be made. */
  one(type: string): Promise<string>;
  /** One that is made now, alone or as part of a new whole; else one that is there. */
  fresh(type: string): Promise<string>;
}

/** Wholes that bring parts along when they are made. */
const WHOLES = ["campaign", "flow", "flow-action", "form", "object-type"];

/** How many parents are looked into for their parts. */
const PARENTS = 12;

/** `argsFor` gives the arguments with which an operation makes or lists a resource. */
export function createLiveIds(shop: Shop, argsFor: (operation: Operation) => Promise<JsonObject>): LiveIds {
  const known = new Map<string, string[]>();
  const seeking = new Set<string>();
  const readsOf = (type: string, shape: Operation["shape"]): Operation[] =>
    shop.operations.filter((one) => one.method === "GET" && one.resource === type && one.shape === shape);

  const listed = async (type: string): Promise<string[]> => {
    for (const operation of readsOf(type, "collection").filter(({ path }) => !path.includes("{"))) {
      const found = dataOf(await shop.send(operation, await argsFor(operation)));
      if (found.length > 0) return found.map(({ id }) => id);
    }
    return [];
  };
  const partsOf = async (path: string, whole: string): Promise<string[]> =>
    dataOf(await shop.ask(path.replace(/\{\w+\}/, encodeURIComponent(whole)))).map(({ id }) => id);
  const related = async (type: string): Promise<string[]> => {
    for (const { path } of readsOf(type, "related")) {
      const whole = pathType(shop.operations, path);
      for (const id of whole === undefined || whole === type ? [] : (await of(whole)).slice(0, PARENTS)) {
        const found = await partsOf(path, id);
        if (found.length > 0) return found;
      }
    }
    return [];
  };
  const make = async (type: string): Promise<Answer | undefined> => {
    const maker = shop.operations.find(
      ({ method, resource, shape, auth }) =>
        method === "POST" && resource === type && auth === "key" && (shape === "create" || shape === "job"),
    );
    if (!maker) return undefined;
    const answer = await shop.send(maker, await argsFor(maker));
    if (answer.status >= 300) throw new Error(`${maker.id} makes no ${type}: ${answer.status} ${answer.text}`);
    shop.settle(maker);
    return answer;
  };
  const made = async (type: string): Promise<string[]> => {
    const answer = await make(type);
    // What is made by an answer without a body has to be looked for.
    return answer?.body ? dataOf(answer).map(({ id }) => id) : answer ? await listed(type) : [];
  };
  const sourced = async (type: string): Promise<string[]> => {
    const id = await SOURCES[type]?.id({ ids, shop });
    return id === undefined ? [] : [id];
  };
  const newPart = async (type: string): Promise<string[]> => {
    for (const { path } of readsOf(type, "related")) {
      const whole = pathType(shop.operations, path);
      if (whole === undefined || whole === type || !WHOLES.includes(whole)) continue;
      const found = await partsOf(path, await fresh(whole));
      if (found.length > 0) return found;
    }
    return [];
  };
  const of = async (type: string): Promise<string[]> => {
    const before = known.get(type);
    if (before) return before;
    // Two types may lead to each other: what is being looked for is taken to be missing.
    if (seeking.has(type)) return [];
    seeking.add(type);
    try {
      for (const look of [listed, made, sourced, related, newPart]) {
        const found = await look(type);
        if (found.length === 0) continue;
        known.set(type, found);
        return found;
      }
      return [];
    } finally {
      seeking.delete(type);
    }
  };
  const one = async (type: string): Promise<string> => {
    const [first] = await of(type);
    if (first === undefined) throw new Error(`The account has no ${type}, and none can be made`);
    return first;
  };
  const fresh = async (type: string): Promise<string> => {
    const answer = await make(type);
    const [id] = answer?.body ? dataOf(answer).map((row) => row.id) : answer ? [] : [...(await sourced(type)), ...(await newPart(type))];
    return id ?? takeAway(type);
  };
  // Whoever asks for a fresh one is about to change it or to end it.
  const takeAway = async (type: string): Promise<string> => {
    const id = await one(type);
    known.delete(type);
    return id;
  };
  const ids: LiveIds = { of, one, fresh };
  return ids;
}

/** Resource type of the id in a path: what `/api/lists/{id}` reads, or what `/api/lists` lists or makes. */
export function pathType(operations: Operation[], path: string): string | undefined {
  const [, root = ""] = /^(\/api\/[^/]+)\/\{\w+\}/.exec(path) ?? [];
  const item = operations.find((one) => one.method === "GET" && one.path.replace(/\{\w+\}$/, "") === `${root}/` && one.resource !== null);
  return (item ?? operations.find((one) => one.path === root && one.resource !== null))?.resource ?? undefined;
}
