import type { Catalog } from "../../catalog/catalog.ts";
import type { Operation } from "../../catalog/operation.ts";
import type { CollectionDef } from "../state/collection.ts";
import type { Change, State } from "../state/state.ts";
import type { Context } from "./context.ts";
import type { Action, Resource } from "./declare.ts";
import type { Rendering } from "./document.ts";
import { identifiersOf, parseInput } from "./input.ts";
import { indexResources, planOperations } from "./plan.ts";
import { itemReply, listReply, readCollection } from "./read.ts";
import { refuse } from "./refusal.ts";
import type { ApiRequest, Reply } from "./request.ts";
import { createTasks, scheduled, type Transitions } from "./tasks.ts";
import { createRow, removeRow, writeLinks } from "./write.ts";

/** Everything that is declared, tied to one account's state. */
export interface Engine {
  /** Answers a checked request in one transaction, `skewMs` off the clock; 501 when nothing is declared for the operation. */
  handle(request: ApiRequest, skewMs?: number): { result: Reply; changes: Change[] };
  /** Runs what is due, oldest first, each piece at its own time and in its own transaction. */
  runDue(): void;
  /** Runs `work` in a transaction with a context, as seeding does. */
  run<T>(work: (ctx: Context) => T): T;
  coverage(): { area: string; implemented: string[]; missing: string[] }[];
}

/** Everything that the declarations store. */
export function declaredCollections(resources: readonly Resource[]): Set<CollectionDef> {
  const links = resources.flatMap(({ relationships = {} }) =>
    Object.values(relationships).flatMap((relation) =>
      relation.kind === "many" && relation.from.kind === "links" ? [relation.from.links] : [],
    ),
  );
  return new Set([scheduled, ...resources.flatMap(({ collection, collections = [] }) => [collection, ...collections]), ...links]);
}

interface EngineOptions {
  catalog: Catalog;
  state: State;
  resources: readonly Resource[];
  actions: readonly Action[];
  now(): number;
  transitions(): Transitions;
  accountId: string;
  origin(): string;
  /** Told when a scheduled task fails; it is undone and dropped, so that it cannot block the rest. */
  onTaskFailure(kind: string, thrown: unknown): void;
}

/** Ties the declarations to a state. Contradictions among them end the start. */
export function createEngine(options: EngineOptions): Engine {
  const { catalog, state, resources, actions, now, transitions, accountId, origin } = options;
  const plan = planOperations(catalog, resources, actions);
  const resourceOf = indexResources(resources);

  const contextAt = (atMs: number, channel: Operation["channel"], fresh: boolean): Context => {
    const must = (type: string): Resource => resourceOf(type, channel) ?? fail(`No resource is declared for ${type}`);
    const relationOf = (type: string, name: string) => must(type).relationships?.[name] ?? fail(`${type} declares no relationship ${name}`);
    const rendering = (query: ApiRequest["query"]): Rendering => ({ ctx, query, resourceOf });
    const ctx: Context = {
      now: atMs,
      ids: state.ids,
      accountId,
      origin: origin(),
      channel,
      fresh,
      rows: (def) => state.rows(def),
      find(type, id) {
        const resource = resourceOf(type, channel);
        return resource && state.rows(resource.collection).get(id);
      },
      must: (type, id) => ctx.find(type, id) ?? refuse("not_found", `A ${type} with id ${id} does not exist.`),
      create: (type, input) => createRow(must(type), parseInput({ data: { type, ...input } }), ctx, resourceOf),
      remove: (type, id) => removeRow(must(type), ctx.must(type, id), ctx),
      link: (type, id, name, ids) => writeLinks("POST", must(type), ctx.must(type, id), relationOf(type, name), ids, ctx),
      unlink: (type, id, name, ids) => writeLinks("DELETE", must(type), ctx.must(type, id), relationOf(type, name), ids, ctx),
      schedule: (dueMs, kind, payload) => tasks.schedule(atMs, dueMs, kind, payload),
      settle: (afterMs, kind, payload) => tasks.settle(atMs, afterMs, kind, payload),
      reply: {
        item: (request, type, row, status) => itemReply(request, must(type), row, rendering(request.query), status),
        list: (request, type, rows) => listReply(request, must(type), rows, rendering(request.query)),
        collection: (request, type, within) => readCollection(request, must(type), rendering(request.query), within),
        empty: ({ operation }) => ({ status: operation.answers[0]?.status ?? 204 }),
      },
    };
    return ctx;
  };

  const tasks = createTasks({
    state,
    resources,
    now,
    transitions,
    contextAt: (atMs) => contextAt(atMs, "stable", false),
    onFailure: options.onTaskFailure,
  });
  return {
    runDue: tasks.runDue,
    run: (work) => state.transaction(() => work(contextAt(now(), "stable", false))).result,
    handle(request, skewMs = 0) {
      const { operation } = request;
      const handler = plan.get(operation.id) ?? refuse("not_implemented", `The sandbox does not offer ${operation.id}.`);
      const isRead = operation.method === "GET";
      const ctx = contextAt(now() + skewMs, operation.channel, !isRead);
      const done = state.transaction(() => handler(request, { ctx, query: request.query, resourceOf }));
      if (isRead) tasks.noteRead(identifiersOf(done.result.body?.["data"]).map(({ id }) => id));
      else if (transitions() === "immediate") tasks.runDue();
      return done;
    },
    coverage() {
      const areas = new Map<string, { area: string; implemented: string[]; missing: string[] }>();
      for (const { id, area } of catalog.operations) {
        const row = areas.get(area) ?? { area, implemented: [], missing: [] };
        areas.set(area, row);
        row[plan.has(id) ? "implemented" : "missing"].push(id);
      }
      return [...areas.values()].toSorted((a, b) => (a.area < b.area ? -1 : 1));
    },
  };
}

function fail(message: string): never {
  throw new Error(message);
}
