import type { Operation } from "../../src/catalog/operation.ts";
import { isJsonObject, type Json } from "../../src/lib/json.ts";
import { never, type Own } from "./permit.ts";

interface Made {
  type: string;
  id: string;
}

/** What a run has made on an account, so that it may change it and deletes it in the end. */
export interface Leftovers extends Own {
  /** Notes what an answer says was made, with its parts. Returns the new ids. */
  note(answer: Json): string[];
  /** Notes that something was deleted by the test itself. */
  forget(id: string): void;
  /** What is still there, latest first, each with the operation that deletes it, if it may be called. */
  remaining(): (Made & { deletion: Operation | undefined })[];
}

/** The operation that deletes a thing of a type: `DELETE /api/tags/{id}` where `GET /api/tags/{id}` reads a tag. */
export function deletionOf(operations: readonly Operation[], type: string | null): Operation | undefined {
  const item = operations.find((one) => one.shape === "item" && one.resource === type && /^\/api\/[^/]+\/\{\w+\}$/.test(one.path));
  return operations.find((one) => one.method === "DELETE" && one.path === item?.path);
}

export function createLeftovers(operations: readonly Operation[]): Leftovers {
  const ids = new Set<string>();
  const made: Made[] = [];
  return {
    has: (id) => ids.has(id),
    note(answer) {
      const data = isJsonObject(answer) ? (answer["data"] ?? null) : null;
      if (!isJsonObject(data) || typeof data["id"] !== "string" || typeof data["type"] !== "string") return [];
      const { id, type } = data;
      const fresh = [id, ...partsOf(data, type)].filter((one) => !ids.has(one));
      // One that was deleted may have come again.
      if (!made.some((one) => one.id === id)) made.push({ type, id });
      for (const one of fresh) ids.add(one);
      return fresh;
    },
    forget(id) {
      const at = made.findIndex((one) => one.id === id);
      if (at >= 0) made.splice(at, 1);
    },
    remaining: () =>
      made.toReversed().map((one) => {
        const deletion = deletionOf(operations, one.type);
        return { ...one, deletion: deletion && never(deletion) === undefined ? deletion : undefined };
      }),
  };
}

/** Ids of what comes along with a resource: a campaign's messages, not the lists that it names. */
function partsOf(resource: { [name: string]: Json }, type: string): string[] {
  const relationships = resource["relationships"] ?? null;
  if (!isJsonObject(relationships)) return [];
  const linked = Object.values(relationships).flatMap((one) => (isJsonObject(one) ? [one["data"] ?? null].flat() : []));
  return linked.flatMap((one) =>
    isJsonObject(one) && String(one["type"]).startsWith(`${type}-`) && typeof one["id"] === "string" ? [one["id"]] : [],
  );
}
