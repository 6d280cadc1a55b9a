import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { ServerResponse } from "node:http";
import { canariesIn, canaryForms } from "../../test/canary.ts";
import { createLoopback, reply } from "../../test/loopback.ts";
import { createMemoryLimits } from "../../test/memory-limits.ts";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { buildRequest } from "../catalog/request.ts";
import { createManualClock } from "../lib/clock.ts";
import { Secret } from "../lib/secret.ts";
import { createClient } from "./client.ts";
import { verifyKey } from "./probes.ts";

const KEY = "pk_4f9a7c1e5b3d8026af94ce71b05d3826e9";
const catalog = loadCatalog();

/** Everything that a server could echo: each form of the key, and the beginning of the key. */
const ECHO = [...canaryForms(KEY), KEY.slice(0, 12)].join(" ");

/** Forms of the key, or its first eight characters, in anything that was thrown or returned. */
function leaksIn(value: unknown): string[] {
  const seen = inspect(value, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null });
  const text = seen + (value instanceof Error ? String(value.stack) : JSON.stringify(value));
  return [...canariesIn(text, KEY), ...(text.includes(KEY.slice(0, 8)) ? ["prefix"] : [])];
}

/** What a read and a write came to, thrown or returned. */
async function outcomes(origin: string, key = KEY): Promise<unknown[]> {
  const client = createClient({ limits: createMemoryLimits(), clock: createManualClock(0), timeouts: { totalMs: 300 } });
  const credentials = { origin, key: new Secret(key), accountId: "Abc123" };
  const getLists = mustFind(catalog, "get_lists");
  const createList = mustFind(catalog, "create_list");
  const caught = (promise: Promise<unknown>) => promise.catch((thrown: unknown) => thrown);
  const all = [
    await caught(client.read(getLists, buildRequest(getLists, {}, { account_id: "Abc123" }), credentials)),
    await caught(client.write("intent_1", createList, buildRequest(createList, { name: "x" }, { account_id: "Abc123" }), credentials)),
    await caught(client.probeWrite(createList, credentials)),
    await caught(verifyKey(client, catalog, credentials)),
  ];
  await client.close();
  return all;
}

describe("the key", () => {
  it("would be found by this test", () => {
    // In `inspect`'s own quotes the backslashes of the escaped form are doubled.
    const found = leaksIn(new Error("x", { cause: { deep: [ECHO] } }));
    expect(found).toEqual([...canaryForms(KEY).filter((form) => !form.includes("\\")), "prefix"]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    [
      "an error document",
      (r) => reply(r, 401, { errors: [{ detail: ECHO, title: ECHO, source: { pointer: ECHO }, meta: { duplicate_profile_id: ECHO } }] }),
    ],
    ["a cut-off error document", (r) => reply(r, 400, { errors: [{ detail: KEY.slice(0, 12) }] })],
    ["a success", (r) => reply(r, 200, { data: [{ id: ECHO }], [KEY]: KEY })],
    ["headers", (r) => reply(r, 200, { data: [] }, { "x-klaviyo-req-id": KEY, "x-klaviyo-api-revision": KEY, "ratelimit-limit": KEY })],
    ["headers of a 429", (r) => reply(r, 429, {}, { "retry-after": KEY })],
    ["a web page", (r) => r.writeHead(200).end(`<html>${ECHO}`)],
    ["a redirect", (r) => r.writeHead(302, { location: `https://evil.example/${KEY}` }).end()],
    ["something that is not HTTP", (r) => r.socket?.end(`${ECHO}\r\n\r\n`)],
    ["a broken header", (r) => r.socket?.end(`HTTP/1.1 200 OK\r\n${KEY}\u0001: ${KEY}\r\n\r\n`)],
    ["a status line", (r) => r.socket?.end(`HTTP/1.1 500 ${KEY}\r\ncontent-length: 0\r\n\r\n`)],
    ["a torn body", (r) => r.writeHead(200, { "content-length": "9999" }).write(ECHO, () => r.destroy())],
    ["no answer", () => undefined],
  ])("does not come back from a server that repeats it in %s", async (_, answer) => {
    await using server = await createLoopback((response) => answer(response));
    const all = await outcomes(server.origin);
    expect(server.seen[0]?.headers.authorization).toContain(KEY);
    expect(all.flatMap(leaksIn)).toEqual([]);
  });

  it.each([
    ["no header can carry it", "http://127.0.0.1:9", `${KEY}\r\nx: y`],
    ["it is not Latin-1", "http://127.0.0.1:9", `${KEY}\u{1f511}`],
    ["nobody listens", "http://127.0.0.1:9", KEY],
    ["the address has it in it", `https://${KEY}@evil.example`, KEY],
  ])("is in no error when %s", async (_, origin, key) => {
    expect((await outcomes(origin, key)).flatMap(leaksIn)).toEqual([]);
  });
});
