import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { dataOf, errorOf, list, open, type Opened } from "./open.ts";
import { behaviour } from "./provenance.ts";

let sandbox: Opened;
beforeAll(async () => {
  sandbox = await open();
});
afterAll(async () => {
  expect(sandbox.log).toEqual([]);
  await sandbox.close();
});

const assumed = { as: "assumed", from: "behaviour.md §1.4" } as const;
const NAMED = '{"data":{"type":"list","attributes":{"name":"x"}}}';

/** Sends bytes as they are and returns all that comes back. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(sandbox.port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    socket.on("error", reject).on("end", () => resolve(text));
  });
}

describe("what cannot be read", () => {
  behaviour("as text or number leaves the account as it was, and its state readable", assumed, async () => {
    const before = sandbox.control.state();
    for (const body of [NAMED.replace('"x"', '"\\ud800"'), NAMED.replace('"x"', "1e999"), NAMED.replace('"name"', '"\\udfff"')])
      expect([body, (await sandbox.call("POST /api/lists", body)).status]).toEqual([body, 400]);
    expect(sandbox.control.state()).toEqual(before);
    const whole = await sandbox.call("POST /api/lists", list("\u{1F600}"));
    expect(dataOf(whole)[0]?.attributes["name"]).toBe("\u{1F600}");
  });

  behaviour("as UTF-8 is not guessed at", assumed, async () => {
    const response = await fetch(`${sandbox.url}/api/lists`, {
      method: "POST",
      headers: { authorization: `Klaviyo-API-Key ${sandbox.keys.full}`, revision: "2026-07-15", "content-type": "application/json" },
      body: Buffer.from(NAMED.replace('"x"', '"é"'), "latin1"),
    });
    const body = (await response.json()) as JsonObject;
    expect([response.status, errorOf({ status: 400, headers: {}, text: "", body }).code]).toEqual([400, "invalid"]);
  });

  behaviour("as HTTP is refused in the form of every other error", assumed, async () => {
    for (const [bytes, status] of [
      ["no http at all\r\n\r\n", 400],
      [`GET /api/lists HTTP/1.1\r\nhost: x\r\nx-long: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ] as const) {
      const answer = await raw(bytes);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      const [, text = ""] = answer.split("\r\n\r\n");
      expect(JSON.parse(text)).toMatchObject({ errors: [{ status, id: expect.any(String), source: expect.any(Object) }] });
    }
    expect((await sandbox.call("GET /api/lists")).status).toBe(200);
  });
});
