import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dataOf, list, open, type Opened } from "./open.ts";

let sandbox: Opened;
beforeEach(async () => {
  sandbox = await open();
});
afterEach(() => sandbox.close());

interface Added {
  id: string;
  keys: { full: string };
}
const add = async (on: Opened, seed: string): Promise<Added> => {
  const { text } = await on.call("POST /_sandbox/accounts", { seed });
  return JSON.parse(text) as Added;
};
const names = async (on: Opened, key: string): Promise<unknown[]> =>
  dataOf(await on.call("GET /api/lists", undefined, { authorization: `Klaviyo-API-Key ${key}` })).map(
    ({ attributes }) => attributes["name"],
  );

describe("a further account", () => {
  it("is another world behind its own key", async () => {
    const other = await add(sandbox, "other");
    expect(other.id).not.toBe(sandbox.accountId);
    await sandbox.call("POST /api/lists", list("mine"));
    expect(await names(sandbox, other.keys.full)).not.toContain("mine");
    expect(await names(sandbox, sandbox.keys.full)).toContain("mine");
    const headers = { authorization: `Klaviyo-API-Key ${other.keys.full}` };
    expect((await sandbox.call("GET /api/accounts", undefined, headers)).headers["cid"]).toBe(other.id);
    expect(sandbox.control.ledger().at(-1)).toMatchObject({ account: other.id, key: "full" });
  });

  it("is driven by its id", async () => {
    const other = await add(sandbox, "other");
    const before = sandbox.control.state();
    sandbox.control.of(other.id).createKey("its own", ["lists:read"]);
    await sandbox.call(`POST /api/lists`, list("x"), { authorization: `Klaviyo-API-Key ${other.keys.full}` });
    expect((await sandbox.call(`GET /_sandbox/state?account=${other.id}`)).body).not.toEqual(before);
    expect(sandbox.control.state()).toEqual(before);
    expect(sandbox.control.keys().map(({ id }) => id)).not.toContain("its own");
    expect((await sandbox.call("POST /_sandbox/reset?account=nobody")).status).toBe(404);
    expect((await sandbox.call("POST /_sandbox/accounts", { seed: "other" })).status).toBe(409);
    expect(sandbox.control.accounts().map(({ id }) => id)).toEqual([sandbox.accountId, other.id]);
  });

  it("has limits of its own", async () => {
    const limited = await open({ limits: "real" });
    const other = await add(limited, "other");
    const statuses = async (key: string): Promise<number[]> => {
      const got: number[] = [];
      for (let i = 0; i < 2; i++)
        got.push((await limited.call("GET /api/accounts", undefined, { authorization: `Klaviyo-API-Key ${key}` })).status);
      return got;
    };
    expect([await statuses(limited.keys.full), await statuses(other.keys.full)]).toEqual([
      [200, 429],
      [200, 429],
    ]);
    await limited.close();
  });

  it("is there again after a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "halyard-sandbox-"));
    const persist = join(folder, "account.jsonl");
    const first = await open({ persist });
    const other = await add(first, "other");
    await first.call("POST /api/lists", list("kept"), { authorization: `Klaviyo-API-Key ${other.keys.full}` });
    await first.close();
    const second = await open({ persist });
    expect(second.control.accounts().map(({ id }) => id)).toEqual([first.accountId, other.id]);
    expect(await names(second, other.keys.full)).toContain("kept");
    await second.close();
    rmSync(folder, { recursive: true });
  });
});
