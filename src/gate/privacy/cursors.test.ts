import { afterAll, beforeAll, expect, it } from "vitest";
import type { Json, JsonObject } from "../../lib/json.ts";
import { Secret } from "../../lib/secret.ts";
import { shapeBody } from "../../mcp/shape.ts";
import { createWorld, type World } from "../../../test/fixtures/world.ts";
import type { Caller } from "../call.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Page {
  ids: Json[];
  cursor: string;
  body: Json;
}

async function page(action: string, args: JsonObject, caller: Caller = world.agent): Promise<Page> {
  const result = await world.app.gate.call(caller, { action, args, intent: "read" });
  if (result.status !== "done") throw new Error(result.status);
  const { rows, next_cursor: cursor } = shapeBody(result.body);
  return { ids: (rows as JsonObject[]).map(({ id }) => id ?? null), cursor: String(cursor), body: result.body };
}

async function other(name: string, connection: string): Promise<Caller> {
  const { token } = await world.app.agents.add({ name, connection });
  return world.app.agents.byToken(token.reveal(), "http");
}

it("leads through all pages, and shows nothing of Klaviyo's own links", async () => {
  const first = await page("get_profiles", { page_size: 8 });
  const second = await page("get_profiles", { page_size: 8, page_cursor: first.cursor });
  const third = await page("get_profiles", { page_size: 8, page_cursor: second.cursor });
  expect(new Set([...first.ids, ...second.ids, ...third.ids]).size).toBe(20);
  expect(third.cursor).toBe("undefined");
  expect((first.body as JsonObject)["links"]).toEqual({ next: `?page[cursor]=${first.cursor}` });
  expect(third.body).not.toHaveProperty("links");
});

it("is the same call each time, whatever its seal", async () => {
  const [one, two] = [await page("get_profiles", { page_size: 8 }), await page("get_profiles", { page_size: 8 })];
  expect(one.cursor).not.toBe(two.cursor);
  for (const { cursor } of [one, two]) {
    world.clock.advance(1000);
    await page("get_profiles", { page_size: 8, page_cursor: cursor });
  }
  const [last, before] = await world.app.activity({ limit: 2 });
  expect(last?.digest).toBe(before?.digest);
});

it("is refused from another operation, agent or connection, changed, or as Klaviyo wrote it", async () => {
  const { cursor } = await page("get_profiles", { page_size: 8 });
  await world.app.connections.connect({ name: "second", origin: world.sandbox.url, key: new Secret(world.sandbox.keys.full) });
  const owner = await page("get_profiles", { page_size: 8 }, await world.app.agents.owner("shop"));
  const refused = { code: "invalid_arguments", violations: [{ path: "/page_cursor", message: "is not a cursor of this action" }] };
  const attempts: [string, string, Caller][] = [
    ["get_events", cursor, world.agent],
    ["get_profiles", cursor, await other("cursor", "shop")],
    ["get_profiles", cursor, await other("copilot", "second")],
    ["get_profiles", `${cursor.slice(0, -2)}AA`, world.agent],
    ["get_profiles", `${cursor}=`, world.agent],
    ["get_profiles", owner.cursor, world.agent],
    ["get_profiles", "https://evil.example/?page[cursor]=x", world.agent],
  ];
  world.ledger();
  for (const [action, given, caller] of attempts) await expect(page(action, { page_cursor: given }, caller)).rejects.toMatchObject(refused);
  expect(world.ledger()).toEqual([]);
  const refusals = (await world.app.activity({ limit: 50 })).filter(({ status }) => status === "refused");
  expect(refusals.map(({ error_code: code }) => code)).toEqual(attempts.map(() => "invalid_arguments"));
});

it("is Klaviyo's own for the owner", async () => {
  const owner = await world.app.agents.owner("shop");
  const first = await page("get_profiles", { page_size: 8 }, owner);
  expect(first.cursor).not.toMatch(/^cur_/);
  expect((await page("get_profiles", { page_size: 8, page_cursor: first.cursor }, owner)).ids).toHaveLength(8);
});
