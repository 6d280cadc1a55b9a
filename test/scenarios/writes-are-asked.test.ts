import { afterAll, beforeAll, expect, it } from "vitest";
import { isWrite } from "../../src/catalog/operation.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { httpAgent, type Agent } from "../fixtures/doors.ts";
import { sampleArgs } from "../fixtures/sample-args.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: on a fresh connection no write of an agent's reaches the account. The sandbox's own ledger is the witness. */
let world: World;
let agent: Agent;
beforeAll(async () => {
  world = await createWorld({ limits: { maxPending: 1000 } });
  agent = await httpAgent(world);
});
afterAll(async () => {
  await agent.close();
  await world.close();
});

const writes = loadCatalog().operations.filter(isWrite);

it("covers every operation that is not a pure read", () => {
  expect(writes).toHaveLength(193);
});

it.each(writes.map((operation) => [operation.id, operation] as const))("%s reaches the account zero times", async (id, operation) => {
  const { data } = await agent.call("write", { action: id, args: sampleArgs(operation, "required"), reason: "try" });
  expect(data).toMatchObject({ status: operation.effect.risk === 5 ? "denied" : "approval_required" });
  const reached = world.sandbox.control.ledger().filter((entry) => entry.operation === id || entry.method !== "GET");
  expect(reached).toEqual([]);
});
