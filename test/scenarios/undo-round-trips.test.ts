import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { isWrite, type Operation } from "../../src/catalog/operation.ts";
import { recipeOf } from "../../src/gate/undo/undo-table.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { openOwnersShop, type OwnersShop } from "./undo-account.ts";
import { differencesIn } from "./undo-differences.ts";
import { ALLOWED } from "./undo-exceptions.ts";
import { SITUATIONS } from "./undo-situations.ts";

/** The promise: whatever can be undone is, and what is not as it was before is known, said and listed here. */
const writes = loadCatalog().operations.filter(isWrite);
const undoable = writes.filter(({ id }) => recipeOf(id).undo !== "none");

let world: OwnersShop;
beforeAll(async () => {
  world = await openOwnersShop();
});
afterAll(() => world.close());

async function keyOf({ id }: JsonObject): Promise<string> {
  return (await world.shop.as("beta").ask(`/api/api-keys/${String(id)}`)).text;
}

async function argsFor(operation: Operation): Promise<JsonObject> {
  const { requests, shop } = world;
  const situation = SITUATIONS[operation.id];
  if (situation) return situation({ ids: requests.idsFor(operation), shop: shop.as(operation.channel) });
  return requests.argsFor(operation, operation.shape === "update" ? "all" : "required");
}

describe("before the write = after its undoing", () => {
  it.each(undoable.map((operation) => [operation.id, operation] as const))("%s", async (id, operation) => {
    const { control } = world.shop.sandbox;
    const args = await argsFor(operation);
    control.advance(60_000);
    control.snapshot("before");
    const written = await world.run(id, args);
    expect(written).toMatchObject({ status: expect.stringMatching(/^(done|accepted)$/) });
    control.advance(15_000);
    // The sandbox's comparison leaves keys out: of them the answers are compared.
    if (id === "update_api_key_beta") expect(await keyOf(args)).toContain("Renamed");
    else expect(control.compare("before"), "the write changes something").not.toEqual([]);
    const kept = await world.app.store.beforeImages.find(written.call_id);
    const { last, steps } = await world.undo(written.call_id);
    expect(last, steps.join(" ")).toMatchObject({ status: expect.stringMatching(/^(done|accepted)$/) });
    control.advance(15_000);
    if (id === "update_api_key_beta") expect(await keyOf(args)).not.toMatch(/Renamed|disabled/);
    const left = differencesIn(control.compare("before"));
    expect(left).toEqual(Object.keys(ALLOWED[id] ?? {}).toSorted());
    // An exact inverse leaves nothing but times and records.
    if (kept?.undo_class === "exact") expect(left).toEqual([]);
    expect(await world.app.store.beforeImages.find(written.call_id)).toMatchObject({ undone_by: last.call_id });
    await expect(
      world.app.gate.call(world.owner, { action: "undo", args: { call: written.call_id }, intent: "write" }),
    ).rejects.toMatchObject({
      code: "conflict",
    });
  });
});

it("every write has its class, and the exceptions are those of writes that are undone", () => {
  const classes = { exact: 0, compensation: 0, none: 0 };
  for (const { id } of writes) classes[recipeOf(id).undo]++;
  expect(classes.exact + classes.compensation + classes.none).toBe(193);
  process.stdout.write(
    `undo: ${classes.exact} exact, ${classes.compensation} compensated, ${classes.none} none, of ${writes.length} writes\n`,
  );
  expect(Object.keys(ALLOWED).filter((id) => !undoable.some((operation) => operation.id === id))).toEqual([]);
  const unknown = writes
    .map(({ id }) => recipeOf(id))
    .filter((recipe) => recipe.undo === "none" && recipe.because.startsWith("Halyard knows no way"));
  expect(unknown).toEqual([]);
});
