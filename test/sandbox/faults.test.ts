import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isoSeconds } from "../../src/lib/clock.ts";
import type { Fault } from "../../src/sandbox/server/faults.ts";
import { dataOf, errorOf, list, open, tag, type Opened } from "./open.ts";

let sandbox: Opened;
beforeEach(async () => {
  sandbox = await open();
});
afterEach(() => sandbox.close());

const lists = () => sandbox.control.state().counts["lists"];

describe("faults", () => {
  const create = () => sandbox.call("POST /api/lists", list("x"));
  const fault = (kind: Fault["fault"], more: Partial<Fault> = {}) =>
    sandbox.control.setFaults([{ match: { operation: "create_list" }, times: 1, fault: kind, ...more }]);

  it.each([
    "error_before",
    "drop_before",
    "rate_limit",
    "html_error",
    "redirect",
    "revoked_key",
    "missing_scope",
    "retired_revision",
  ] as const)("%s: nothing is done", async (kind) => {
    fault(kind);
    await create().catch(() => undefined);
    expect(lists()).toBe(3);
    expect((await create()).status).toBe(201);
  });

  it.each(["error_after", "drop_after", "torn_body", "malformed_body", "oversized_body", "slow_body", "latency", "clock_skew"] as const)(
    "%s: it is done",
    async (kind) => {
      fault(kind, { ms: 2, size_bytes: 1000 });
      await create().catch(() => undefined);
      expect(lists()).toBe(4);
      expect(sandbox.control.ledger()[0]).toMatchObject({ operation: "create_list", fault: kind, changed: { lists: 1 } });
    },
  );

  it("look as they should from outside", async () => {
    fault("rate_limit", { retry_after: 7 });
    const throttled = await create();
    expect([throttled.status, throttled.headers["retry-after"], errorOf(throttled).code]).toEqual([429, "7", "throttled"]);
    fault("error_before", { status: 503 });
    expect(errorOf(await create())).toMatchObject({ status: 503 });
    fault("drop_after");
    await expect(create()).rejects.toThrow("fetch failed");
    fault("torn_body");
    await expect(create()).rejects.toThrow("terminated");
    fault("malformed_body");
    const malformed = await create();
    expect(malformed.status).toBe(201);
    expect(() => JSON.parse(malformed.text) as unknown).toThrow(SyntaxError);
  });

  it("match by method and path prefix, last until taken away", async () => {
    await sandbox.call("POST /_sandbox/faults", [{ match: { method: "GET", path: "/api/lists*" }, fault: "error_before", status: 500 }]);
    expect([
      (await sandbox.call("GET /api/lists")).status,
      (await sandbox.call("GET /api/lists/x")).status,
      (await sandbox.call("GET /api/tags")).status,
    ]).toEqual([500, 500, 200]);
    expect((await sandbox.call("DELETE /_sandbox/faults")).status).toBe(204);
    expect((await sandbox.call("GET /api/lists")).status).toBe(200);
    expect((await sandbox.call("POST /_sandbox/faults", [{ fault: "meteor" }])).status).toBe(400);
  });

  it("late_effect: answered as failed, done once the clock is there, at its own time", async () => {
    const { now } = sandbox.control.clock();
    fault("late_effect", { ms: 5000 });
    expect((await create()).status).toBe(503);
    expect((await sandbox.call("GET /api/lists")).status).toBe(200);
    expect(lists()).toBe(3);
    sandbox.control.advance(20_000);
    const found = dataOf(await sandbox.call("GET /api/lists?filter=any(name,[%22x%22])"));
    expect(found.map(({ attributes }) => attributes["created"])).toEqual([isoSeconds(now + 5000)]);
    expect(sandbox.control.ledger().filter(({ fault: kind }) => kind === "late_effect")).toMatchObject([
      { status: 503 },
      { status: 201, changed: { lists: 1 } },
    ]);
    fault("late_effect", { status: 0 });
    await expect(create()).rejects.toThrow("fetch failed");
    await sandbox.call("GET /api/lists");
    expect(lists()).toBe(5);
  });

  it("duplicate_delivery: done twice, the second answer given", async () => {
    fault("duplicate_delivery");
    expect((await create()).status).toBe(201);
    expect(lists()).toBe(5);
    sandbox.control.setFaults([{ match: { operation: "create_tag" }, fault: "duplicate_delivery" }]);
    const again = await sandbox.call("POST /api/tags", tag("once"));
    expect([
      again.status,
      sandbox.control
        .ledger()
        .slice(-2)
        .map(({ status }) => status),
    ]).toEqual([400, [201, 400]]);
  });

  it("clock_skew: rows and the date header are off by as much", async () => {
    const { now } = sandbox.control.clock();
    fault("clock_skew", { ms: -3_600_000 });
    const { headers, body } = await create();
    expect(headers["date"]).toBe(new Date(now - 3_600_000).toUTCString());
    expect(JSON.stringify(body)).toContain(isoSeconds(now - 3_600_000).slice(0, 13));
    expect((await create()).headers["date"]).toBe(new Date(now).toUTCString());
  });

  it.each([
    ["soon", "soon"],
    [-5, "-5"],
    ["Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"],
    [null, undefined],
  ])("rate_limit with a Retry-After of %j", async (given, header) => {
    fault("rate_limit", { retry_after: given });
    const { status, headers } = await create();
    expect([status, headers["retry-after"]]).toEqual([429, header]);
  });

  it("take a key, a scope or a revision away in Klaviyo's own form", async () => {
    for (const [kind, status, code] of [
      ["revoked_key", 401, "authentication_failed"],
      ["missing_scope", 403, "permission_denied"],
      ["retired_revision", 410, "gone"],
    ] as const) {
      fault(kind);
      expect(errorOf(await create())).toMatchObject({ status, code });
    }
  });

  it("match by the name of the key, and let some pass first", async () => {
    const other = sandbox.control.createKey("other", null);
    sandbox.control.setFaults([{ match: { key: "other" }, skip: 1, times: 1, fault: "error_before" }]);
    const asked = async () => (await sandbox.call("GET /api/lists", undefined, { authorization: `Klaviyo-API-Key ${other}` })).status;
    expect([await asked(), (await sandbox.call("GET /api/lists")).status, await asked(), await asked()]).toEqual([200, 200, 503, 200]);
  });

  it.each([
    [{ fault: "meteor" }, "fault"],
    [{ fault: "latency", wait: 5 }, "wait"],
    [{ fault: "latency", ms: "5" }, "ms"],
    [{ fault: "latency", match: { verb: "GET" } }, "verb"],
  ])("are refused when misspelt, naming the member: %j", async (given, named) => {
    const { status, body } = await sandbox.call("POST /_sandbox/faults", given);
    expect(status).toBe(400);
    expect(body["message"]).toContain(named);
  });
});
