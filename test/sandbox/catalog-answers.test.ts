import { afterAll, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import type { Operation } from "../../src/catalog/operation.ts";
import { inputSchema } from "../../src/catalog/validation.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { prepare } from "../account/skip.ts";
import { categoryBody, changeBody, inPath, itemBody, jobBody, linkage, removalBody, stockBody, variantBody } from "./catalog-bodies.ts";
import { schemaViolations, type Called } from "./open.ts";
import { idOf, openPeople, type People } from "./people.ts";
import { behaviour, schemaOf } from "./provenance.ts";

let shop: People;
const called = new Map<string, Called>();
const OWN = loadCatalog().operations.filter(
  ({ id, area, channel }) => channel === "stable" && (area === "catalogs" || id === "create_client_back_in_stock_subscription"),
);
const MEMBERS: Record<string, string> = { item: "items", variant: "variants", category: "categories" };

/** Everything that a read can be asked to show. */
function queryOf(operation: Operation): string {
  const schema = inputSchema(operation).properties?.["include"]?.items?.enum ?? [];
  return schema.length > 0 ? `?include=${schema.join(",")}` : "";
}

/** A body that the operation takes, for things with the external ids `x` (there from the start) and `new`. */
function bodyOf({ id, path, method, resource }: Operation): JsonObject | undefined {
  if (method === "GET") return undefined;
  const [, thing = "", verb = ""] = /^\/api\/catalog-(\w+)-bulk-(\w+)-jobs/.exec(path) ?? [];
  if (thing !== "") return jobBody(`catalog-${thing}-bulk-${verb}-job`, MEMBERS[thing] ?? "", jobEntries(thing, verb));
  if (path.includes("/relationships/")) return linkage(resource ?? "", "x");
  if (path.includes("back-in-stock")) return stockBody("x", { email: "ada@example.com" });
  const [, type = ""] = /^(?:create|update)_(catalog_\w+)$/.exec(id) ?? [];
  if (method === "PATCH") return changeBody(type.replace("_", "-"), "x", {});
  return method === "POST" ? madeBody(type.replace("catalog_", ""), "new") : undefined;
}

function jobEntries(thing: string, verb: string): JsonObject[] {
  if (verb === "create") return [madeBody(thing, "bulk"), madeBody(thing, "x")];
  if (verb === "update") return [changeBody(`catalog-${thing}`, "x", {}), changeBody(`catalog-${thing}`, "none", {})];
  return [removalBody(`catalog-${thing}`, "none")];
}

function madeBody(thing: string, externalId: string): JsonObject {
  if (thing === "item") return itemBody(externalId, { images: ["https://shop.example/i.png"] }, ["x"]);
  return thing === "variant" ? variantBody(externalId, "x") : categoryBody(externalId, "Name");
}

prepare(async () => {
  shop = await openPeople();
  await shop.call("POST /api/catalog-categories", categoryBody("x", "X"));
  await shop.call("POST /api/catalog-items", itemBody("x", {}, ["x"]));
  await shop.call("POST /api/catalog-variants", variantBody("x", "x"));
  const jobs = new Map<string, string>();
  // Writes first, so that reads find their jobs; removals last.
  const turn = ({ method, path }: Operation): number => (method === "GET" ? 1 : method === "DELETE" && !path.includes("/rel") ? 2 : 0);
  const ordered = OWN.toSorted((a, b) => turn(a) - turn(b));
  const firstRead = ordered.findIndex((operation) => operation.method === "GET");
  for (const [i, operation] of ordered.entries()) {
    if (i === firstRead) shop.control.advance(5000);
    const { id, method, path } = operation;
    const place = method === "DELETE" && !path.includes("/rel") ? inPath("new") : inPath("x");
    const filled = path.replace("{id}", place).replace("{job_id}", jobs.get(path.replace("/{job_id}", "")) ?? "");
    const isClient = path.startsWith("/client/");
    const query = isClient ? `?company_id=${shop.publicKey}` : method === "GET" ? queryOf(operation) : "";
    const answer = await shop.call(`${method} ${filled}${query}`, bodyOf(operation), isClient ? { authorization: null } : {});
    if (method === "POST" && path.includes("-bulk-")) jobs.set(path, idOf(answer));
    called.set(id, answer);
  }
});
afterAll(() => shop.close());

it("has every stable operation of the family", () => {
  expect([OWN.length, called.size, shop.log]).toEqual([56, 56, []]);
});

for (const operation of OWN) {
  behaviour(`${operation.id} answers as the vendor's schema has it`, schemaOf(operation), () => {
    const answer = called.get(operation.id);
    if (!answer) throw new Error(`${operation.id} was not called`);
    const stated = operation.answers.map(({ status }) => status);
    expect([operation.id, stated.includes(answer.status), schemaViolations(operation.id, answer)]).toEqual([operation.id, true, []]);
  });
}
