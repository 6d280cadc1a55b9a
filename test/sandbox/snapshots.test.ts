import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dataOf, list, open, profile, tag, type Opened } from "./open.ts";
import { idOf } from "./people.ts";

let sandbox: Opened;
beforeEach(async () => {
  sandbox = await open();
});
afterEach(() => sandbox.close());

const lines = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);

describe("a snapshot", () => {
  it("brings rows, keys, ids and the clock back", async () => {
    await sandbox.call("POST /api/lists", list("kept"));
    const before = sandbox.control.state();
    const { now } = sandbox.control.clock();
    expect((await sandbox.call("POST /_sandbox/snapshots", { name: "before" })).status).toBe(200);
    const first = dataOf(await sandbox.call("POST /api/lists", list("gone")))[0]?.id;
    const key = sandbox.control.createKey("late", null);
    for (const { id } of dataOf(await sandbox.call("GET /api/lists"))) await sandbox.call(`DELETE /api/lists/${id}`);
    sandbox.control.advance(86_400_000);
    expect((await sandbox.call("POST /_sandbox/restore", { name: "before" })).body).toEqual({ mode: "manual", now });
    expect(sandbox.control.state()).toEqual(before);
    expect((await sandbox.call("GET /api/lists", undefined, { authorization: `Klaviyo-API-Key ${key}` })).status).toBe(401);
    // The same request makes the same row again.
    expect(dataOf(await sandbox.call("POST /api/lists", list("gone")))[0]?.id).toBe(first);
  });

  it("comes back although a unique name has moved on", async () => {
    const id = idOf(await sandbox.call("POST /api/profiles", profile("a@example.com")));
    sandbox.control.snapshot("one");
    await sandbox.call(`PATCH /api/profiles/${id}`, { data: { type: "profile", id, attributes: { email: "b@example.com" } } });
    await sandbox.call("POST /api/profiles", profile("a@example.com"));
    sandbox.control.restore("one");
    const found = dataOf(await sandbox.call("GET /api/profiles"));
    expect(found.map((each) => [each.id, each.attributes["email"]])).toEqual([[id, "a@example.com"]]);
  });

  it("is a later process's too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "halyard-sandbox-"));
    const persist = join(folder, "account.jsonl");
    const kept = await open({ persist });
    kept.control.snapshot("start");
    const before = kept.control.state();
    await kept.call("POST /api/lists", list("x"));
    kept.control.restore("start");
    await kept.close();
    const again = await open({ persist });
    expect(again.control.state()).toEqual(before);
    await again.close();
    rmSync(folder, { recursive: true });
  });

  it("that is not there is named", async () => {
    const { status, body } = await sandbox.call("POST /_sandbox/restore", { name: "nope" });
    expect([status, body["message"]]).toEqual([404, 'There is no snapshot "nope". Take one first.']);
    sandbox.control.snapshot("one");
    expect((await sandbox.call("GET /_sandbox/snapshots")).text).toContain('"name":"one"');
    expect((await sandbox.call("DELETE /_sandbox/snapshots?name=one")).status).toBe(204);
    expect((await sandbox.call("GET /_sandbox/compare?from=one")).status).toBe(404);
  });
});

describe("state", () => {
  it("is compared row by row: made, changed and removed", async () => {
    const renamed = idOf(await sandbox.call("POST /api/lists", list("old")));
    const removed = idOf(await sandbox.call("POST /api/lists", list("away")));
    sandbox.control.snapshot("before");
    await sandbox.call(`PATCH /api/lists/${renamed}`, { data: { type: "list", id: renamed, attributes: { name: "new" } } });
    await sandbox.call(`DELETE /api/lists/${removed}`);
    const made = idOf(await sandbox.call("POST /api/tags", tag("fresh")));
    const { text } = await sandbox.call("GET /_sandbox/compare?from=before");
    expect(lines(text)).toEqual([
      {
        collection: "lists",
        id: renamed,
        before: expect.objectContaining({ name: "old" }),
        after: expect.objectContaining({ name: "new" }),
      },
      { collection: "lists", id: removed, before: expect.objectContaining({ name: "away" }) },
      { collection: "tags", id: made, after: expect.objectContaining({ name: "fresh" }) },
    ]);
    sandbox.control.snapshot("after");
    expect(sandbox.control.compare("before", "after")).toHaveLength(3);
    expect(sandbox.control.compare("after")).toEqual([]);
  });

  it("is dumped, whole or by collection, without keys", async () => {
    const { text, headers } = await sandbox.call("GET /_sandbox/dump");
    expect(headers["content-type"]).toBe("application/x-ndjson");
    expect(text).not.toContain("pk_");
    const { counts } = sandbox.control.state();
    expect(lines(text)).toHaveLength(Object.values(counts).reduce((sum, count) => sum + count, 0));
    const only = lines((await sandbox.call("GET /_sandbox/dump?collections=lists,tags")).text) as { collection: string }[];
    expect(new Set(only.map(({ collection }) => collection))).toEqual(new Set(["lists"]));
  });

  it("shows in the ledger as what each request did to which row", async () => {
    const id = idOf(await sandbox.call("POST /api/lists", list("x")));
    await sandbox.call(`PATCH /api/lists/${id}`, { data: { type: "list", id, attributes: { name: "y" } } });
    await sandbox.call(`DELETE /api/lists/${id}`);
    await sandbox.call(`DELETE /api/lists/${id}`);
    expect(sandbox.control.ledger().map(({ effects }) => effects)).toEqual([
      [{ collection: "lists", id, did: "made" }],
      [{ collection: "lists", id, did: "changed" }],
      [{ collection: "lists", id, did: "removed" }],
      undefined,
    ]);
  });
});
