import type { Catalog } from "../../catalog/catalog.ts";
import type { Operation } from "../../catalog/operation.ts";
import { inputSchema } from "../../catalog/validation.ts";
import type { Row } from "../state/collection.ts";
import type { Context, ResourceOf } from "./context.ts";
import type { Action, Relationship, Resource } from "./declare.ts";
import type { Rendering } from "./document.ts";
import { identifiersOf, objectOf, parseInput } from "./input.ts";
import { itemReply, readCollection, readRelated } from "./read.ts";
import { refuse } from "./refusal.ts";
import type { ApiRequest, Reply } from "./request.ts";
import { canWriteLinks, createRow, removeRow, updateRow, writeLinks } from "./write.ts";

export type Handler = (request: ApiRequest, rendering: Rendering) => Reply;

/** How each operation is answered: by its action, else by what its path and method mean for the resource that owns the path. */
export function planOperations(catalog: Catalog, resources: readonly Resource[], actions: readonly Action[]): Map<string, Handler> {
  const plan = new Map<string, Handler>();
  for (const { operation, handle } of actions) {
    if (!catalog.find(operation)) throw new Error(`An action is declared for ${operation}, which is not an operation`);
    if (plan.has(operation)) throw new Error(`${operation} has two actions`);
    plan.set(operation, (request, { ctx }) => handle(request, ctx));
  }
  for (const resource of resources) checkResource(catalog, resource, resources);
  for (const operation of catalog.operations) {
    const handler = plan.has(operation.id) ? undefined : shapeHandler(operation, resources);
    if (handler) plan.set(operation.id, handler);
  }
  return plan;
}

/** A misspelt path, index or prefix would show as a missing feature, so it ends the start instead. */
function checkResource(catalog: Catalog, { type, path, relationships = {} }: Resource, resources: readonly Resource[]): void {
  const isKnown = catalog.operations.some((operation) => operation.path === path || operation.path.startsWith(`${path}/{`));
  if (!isKnown) throw new Error(`Resource ${type} has the path ${path}, under which there is no operation`);
  for (const [name, relation] of Object.entries(relationships)) {
    if (relation.kind === "one") continue;
    const { from } = relation;
    if (from.kind === "links" && from.prefix !== "" && !from.prefix.endsWith(":"))
      throw new Error(`The prefix of ${type}.${name} must end with ":"`);
    if (from.kind !== "index") continue;
    const indexed = resources
      .filter((each) => each.type === relation.type)
      .map(({ collection }) => ({ ...collection.indexes, ...collection.unique }));
    if (!indexed.every((indexes) => from.index in indexes))
      throw new Error(`${type}.${name} needs an index "${from.index}" on the rows of ${relation.type}`);
  }
}

/**
 * Filter and sort fields that the catalog offers on reads of these resources and the declarations do not answer: each would be a 500.
 * For a test over everything that is declared.
 */
export function declarationGaps(catalog: Catalog, resources: readonly Resource[]): string[] {
  return catalog.operations
    .filter(({ method, shape }) => method === "GET" && shape === "collection")
    .flatMap((operation) => {
      const resource = resources.find(({ path, channel = operation.channel }) => path === operation.path && channel === operation.channel);
      if (!resource) return [];
      const sorts = (inputSchema(operation).properties?.["sort"]?.enum ?? []).map((sort) => String(sort).replace(/^-/, ""));
      const filters = Object.keys(operation.filter?.fields ?? {});
      return [
        ...filters.filter((field) => field !== "id" && !resource.filters?.[field]).map((field) => `${operation.id} filter ${field}`),
        ...[...new Set(sorts)].filter((sort) => sort !== "id" && !resource.sorts?.[sort]).map((sort) => `${operation.id} sort ${sort}`),
      ];
    });
}

/** Type and channel to declaration; one that names a channel goes before one that serves both. */
export function indexResources(resources: readonly Resource[]): ResourceOf {
  const index = new Map<string, Resource>();
  for (const resource of resources) {
    const key = `${resource.type} ${resource.channel ?? ""}`;
    if (index.has(key)) throw new Error(`Two resources are declared for ${key}`);
    index.set(key, resource);
  }
  return (type, channel) => index.get(`${type} ${channel}`) ?? index.get(`${type} `);
}

function shapeHandler(operation: Operation, resources: readonly Resource[]): Handler | undefined {
  const [path, name, relation] = partsOf(operation.path);
  const owners = resources.filter((each) => each.path === path && (each.channel ?? operation.channel) === operation.channel);
  const resource = owners.find((each) => each.channel) ?? owners[0];
  if (!resource) return undefined;
  if (relation !== undefined) return relationHandler(operation, resource, relation);
  if (name === undefined)
    return operation.method === "GET" ? (request, rendering) => readCollection(request, resource, rendering) : creator(operation, resource);
  return itemHandler(operation, resource);
}

/** `/api/lists/{id}/relationships/profiles` → path of the collection, name of the place, relationship. */
function partsOf(path: string): [path: string, place?: string, relation?: string] {
  const [, collection = path, place, relation] = /^(\/\w+\/[^/]+)(?:\/\{(\w+)\}(?:\/(?:relationships\/)?([^/]+))?)?$/.exec(path) ?? [];
  return [collection, ...(place === undefined ? [] : [place]), ...(relation === undefined ? [] : [relation])] as [string, string?, string?];
}

function creator(operation: Operation, resource: Resource): Handler | undefined {
  if (operation.method !== "POST" || !resource.create || operation.body?.form !== "resource") return undefined;
  return (request, rendering) => {
    const row = createRow(resource, parseInput(request.body), rendering.ctx, rendering.resourceOf);
    return itemReply(request, resource, row, rendering);
  };
}

function itemHandler(operation: Operation, resource: Resource): Handler | undefined {
  if (operation.method === "GET")
    return (request, rendering) => itemReply(request, resource, rowOf(request, resource, rendering.ctx), rendering);
  if (operation.method === "PATCH" && resource.update) {
    return (request, rendering) => {
      const row = rowOf(request, resource, rendering.ctx);
      return itemReply(
        request,
        resource,
        updateRow(resource, row, parseInput(request.body), rendering.ctx, rendering.resourceOf),
        rendering,
      );
    };
  }
  if (operation.method !== "DELETE") return undefined;
  return (request, { ctx }) => {
    removeRow(resource, rowOf(request, resource, ctx), ctx);
    return { status: operation.answers[0]?.status ?? 204 };
  };
}

function relationHandler(operation: Operation, resource: Resource, name: string): Handler | undefined {
  const relation: Relationship | undefined = resource.relationships?.[name];
  if (!relation) return undefined;
  const { method } = operation;
  if (method === "GET") {
    const full = !operation.path.includes("/relationships/");
    return (request, rendering) => readRelated(request, rowOf(request, resource, rendering.ctx), relation, rendering, full);
  }
  if (!canWriteLinks(method, relation)) return undefined;
  return (request, { ctx }) => {
    const ids = identifiersOf(objectOf(request.body)["data"]).map(({ id }) => id);
    const max = relation.kind === "many" && relation.from.kind === "links" ? relation.from.hooks.maxPerCall : undefined;
    if (max !== undefined && ids.length > max)
      refuse("invalid", `At most ${max} of type ${relation.type} can be given at once.`, { source: { pointer: "/data" } });
    writeLinks(method, resource, rowOf(request, resource, ctx), relation, ids, ctx);
    return { status: operation.answers[0]?.status ?? 204 };
  };
}

function rowOf(request: ApiRequest, resource: Resource, ctx: Context): Row {
  return ctx.must(resource.type, Object.values(request.params)[0] ?? "");
}
