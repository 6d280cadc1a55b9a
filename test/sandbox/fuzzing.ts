import { Agent, request } from "node:http";
import { expect } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import type { Operation } from "../../src/catalog/operation.ts";
import { buildRequest } from "../../src/catalog/request.ts";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import { createRequests } from "../fidelity/arguments.ts";
import { openShop, type Shop } from "../fidelity/shop.ts";
import { sampleArgs } from "../fixtures/sample-args.ts";
import { event } from "./activity.ts";

/** A request that its operation accepts, or would, before something in it is spoilt. */
export interface Sound {
  operation: Operation;
  path: string;
  query: [name: string, value: string][];
  body: Json | null;
}

export interface Sent {
  method: string;
  /** As it goes on the wire: no client makes it better. */
  path: string;
  headers?: Record<string, string>;
  body?: string | undefined;
}

export interface Answered {
  status: number;
  type: string;
  text: string;
}

export interface Fuzzed {
  shop: Shop;
  /** One of every operation, stable and beta, whether or not the sandbox offers it. */
  sound: Sound[];
  /** Sends it with the full key and the operation's revision unless the headers say otherwise, and expects what must hold for any answer. */
  probe(operation: Operation, sent: Sent): Promise<Answered>;
  /** Expects the state to be what it was at the last call, unless a write has been accepted since. */
  expectUnchanged(): void;
  close(): Promise<void>;
}

/** A new account without a shop, in which every operation has something to work on. */
export async function openFuzzed(): Promise<Fuzzed> {
  const shop = await openShop({ profiles: 0 });
  const { sandbox, log } = shop;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const offered = new Set(shop.operations.map(({ id }) => id));
  await shop.call("POST", "/api/events", event("first@example.com", "Bought", { properties: { size: "M" } }));
  sandbox.control.advance(10_000);
  const sound = await soundRequests(shop, offered);
  let hash: string | undefined = sandbox.control.state().hash;
  return {
    shop,
    sound,
    async probe(operation, sent) {
      const standing = { authorization: `Klaviyo-API-Key ${sandbox.keys.full}`, revision: operation.revision };
      const answer = await exchange(agent, sandbox.port, { ...sent, headers: { ...standing, ...sent.headers } });
      // A revision in the headers may have led to another operation than the one that was meant.
      const [, missing = ""] = /does not offer (\w+)\./.exec(answer.status === 501 ? answer.text : "") ?? [];
      expect(answer.status, answer.text).toBeLessThan(missing !== "" && !offered.has(missing) ? 502 : 500);
      expect(log).toEqual([]);
      if (answer.status >= 400 && sent.method !== "HEAD") expectErrors(answer);
      if (answer.status < 400 && sent.method !== "GET") hash = undefined;
      return answer;
    },
    expectUnchanged() {
      const after = sandbox.control.state().hash;
      if (hash !== undefined) expect(after, "the state after refusals and reads").toBe(hash);
      hash = after;
    },
    async close() {
      agent.destroy();
      await sandbox.close();
    },
  };
}

async function soundRequests(shop: Shop, offered: ReadonlySet<string>): Promise<Sound[]> {
  const requests = createRequests(shop);
  const sound: Sound[] = [];
  for (const operation of loadCatalog().operations) {
    // What an empty account has none of is asked for under nobody's id.
    const known = offered.has(operation.id) ? await requests.argsFor(operation, "all").catch(() => undefined) : undefined;
    const args = known ?? sampleArgs(operation, "all");
    const { path, query, body } = buildRequest(operation, args, { account_id: shop.sandbox.accountId });
    sound.push({ operation, path, query, body });
  }
  return sound;
}

/** By hand: `fetch` takes dots out of paths and refuses headers. */
function exchange(agent: Agent, port: number, { method, path, headers, body }: Sent): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const made = request({ agent, host: "127.0.0.1", port, method, path, headers: { ...headers, ...lengthOf(body) } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", text }));
    });
    made.on("error", reject);
    made.end(body);
  });
}

function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
}

const ERROR = {
  id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
  status: expect.any(Number),
  code: expect.stringMatching(/^[a-z_]+$/),
  title: expect.stringMatching(/\S/),
  detail: expect.stringMatching(/\S/),
  source: expect.toSatisfy(
    ({ pointer, parameter }: JsonObject) => typeof parameter === "string" || (typeof pointer === "string" && pointer.startsWith("/")),
  ),
  links: {},
};

/** Klaviyo's error form, and nothing of the sandbox's own insides. */
function expectErrors({ status, type, text }: Answered): void {
  expect(type, text).toBe("application/vnd.api+json");
  const { errors } = JSON.parse(text) as { errors: { status: number }[] };
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) expect(error).toMatchObject(ERROR);
  expect(errors[0]?.status).toBe(status);
  expect(text).not.toMatch(/node_modules|\.ts:\d|TypeError|at Object\./);
}
