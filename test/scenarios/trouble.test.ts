import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import { stdioAgent } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: whatever breaks on the way, a write happens at most once, and what is said of it is true. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.setPolicy("version: 1\npreset: operator\nrules: []\n");
  // The probes of connecting may have used up this minute's retries.
  world.clock.advance(61_000);
});
afterEach(() => world.close());

const listsNamed = (name: string): number =>
  world.sandbox.control
    .ledger()
    .filter(({ method, status, path }) => method === "POST" && path === "/api/lists" && status < 300 && name !== "").length;

describe("a write whose answer goes wrong", () => {
  // The class of create_list is readable: it is never repeated by itself.
  it.each([
    ["drop_before", "unknown", 0],
    ["drop_after", "unknown", 1],
    ["error_after", "unknown", 1],
    ["torn_body", "unknown", 1],
    ["malformed_body", "unknown", 1],
    ["oversized_body", "unknown", 1],
    ["redirect", "unknown", 0],
    ["html_error", "unknown", 0],
  ] as const)("%s: told as %s, done %i times", async (fault, status, done) => {
    world.sandbox.control.setFaults([{ match: { method: "POST" }, fault }]);
    const before = world.sandbox.control.state().counts["lists"] ?? 0;
    const result = await world.write("create_list", { name: "VIP" });
    expect(result).toMatchObject({ status, how_to_check: expect.stringContaining("ask again later") });
    expect((world.sandbox.control.state().counts["lists"] ?? 0) - before).toBe(done);
    world.sandbox.control.clearFaults();
    // However often it is asked: it is not sent a second time before it is known what became of the first.
    for (const _ of [1, 2, 3]) expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ status: "unknown" });
    expect(world.ledger().filter((line) => line.startsWith("POST"))).toHaveLength(1);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it("429 first: sent again, for Klaviyo did not run it, and done once", async () => {
    world.sandbox.control.setFaults([{ match: { method: "POST" }, fault: "rate_limit", times: 1 }]);
    expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ status: "done" });
    expect(listsNamed("VIP")).toBe(1);
  });

  it("an idempotent one is repeated and ends as done", async () => {
    await world.write("create_list", { name: "VIP" });
    const id = /"id":"(\w+)","attributes":\{"name":"VIP"/.exec(JSON.stringify(await world.read("get_lists")))?.[1] ?? "";
    world.sandbox.control.setFaults([{ match: { method: "PATCH" }, fault: "drop_after", times: 1 }]);
    expect(await world.write("update_list", { id, name: "VIP 2" })).toMatchObject({ status: "done" });
    world.setPolicy("version: 1\npreset: operator\nrules: [{id: d, effect: allow, actions: [delete_list]}]\n");
    world.sandbox.control.setFaults([{ match: { method: "DELETE" }, fault: "drop_after", times: 1 }]);
    expect(await world.write("delete_list", { id })).toMatchObject({ status: "done", http_status: 404 });
  });
});

it("an account that is down: a read says so, a write was not sent and says so", async () => {
  await world.sandbox.close();
  await expect(world.read("get_lists")).rejects.toMatchObject({ code: "unreachable" });
  expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ status: "failed", error: { code: "unreachable" } });
  expect((await world.app.activity({ limit: 1 }))[0]).toMatchObject({ status: "failed" });
});

it("a key that was revoked at Klaviyo: told as such, nothing lost", async () => {
  world.sandbox.control.revokeKey("full");
  await expect(world.read("get_lists")).rejects.toMatchObject({ code: "key_rejected" });
  expect(await world.write("create_list", { name: "VIP" })).toMatchObject({ status: "rejected", error: { code: "key_rejected" } });
  expect(await world.app.connections.check("shop")).toMatchObject({ ok: false, code: "key_rejected" });
});

describe("a process that is killed in the middle of a call", () => {
  it.each(["latency", "drop_after"] as const)(
    "with the request %s: unknown after the next start, once at most, record whole",
    async (fault) => {
      const real = await createWorld({ realTime: true });
      try {
        real.setPolicy("version: 1\npreset: operator\nrules: []\n");
        real.sandbox.control.setFaults([{ match: { method: "POST" }, fault, ms: 60_000, times: 1 }]);
        const agent = await stdioAgent(real);
        const call = agent.call("write", { action: "create_list", args: { name: "VIP" }, reason: "try" }).then(
          ({ text }) => Promise.reject(new Error(`answered before it was killed: ${text}`)),
          () => undefined,
        );
        const intent = await Promise.race([openIntent(real), call.then(() => Promise.reject(new Error("the call ended")))]);
        process.kill(Number(intent.holder.split(":")[1]), "SIGKILL");
        await call;
        const next = await openApp(real.config);
        const [row] = await next.activity({ limit: 1 });
        expect(row).toMatchObject({ operation: "create_list", status: "unknown", error_code: "outcome_unknown" });
        expect(await next.verifyAudit()).not.toHaveProperty("bad");
        expect(await next.gate.recover()).toMatchObject({ unknown: 0 });
        await next.close();
        expect(real.ledger().filter((line) => line.startsWith("POST")).length).toBeLessThanOrEqual(1);
      } finally {
        await real.close();
      }
    },
  );
});

/** Looks until the other process has committed its intent; each look is a read of the database, so this waits for work and not for time. */
async function openIntent({ app }: World) {
  for (;;) {
    const [intent] = await app.store.intents.listOpen({ olderThan: Number.MAX_SAFE_INTEGER });
    if (intent) return intent;
  }
}
