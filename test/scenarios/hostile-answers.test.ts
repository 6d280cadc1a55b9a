import { createServer, request, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Secret } from "../../src/lib/secret.ts";
import { httpAgent, type Agent } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: whatever stands in the place of Klaviyo, an agent gets a short error in our own words, and the process keeps its memory. */
type Trick = (response: ServerResponse) => void;

let world: World;
let server: Server;
let agent: Agent;
let trick: Trick | undefined;

beforeAll(async () => {
  world = await createWorld();
  // Stands before the sandbox and passes everything on, until it plays its trick.
  server = createServer((incoming, response) => {
    if (trick) return trick(response);
    const onward = request(`${world.sandbox.url}${incoming.url}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await world.app.connections.connect({ name: "behind", origin: `http://127.0.0.1:${port}`, key: new Secret(world.sandbox.keys.full) });
  const { token } = await world.app.agents.add({ name: "cursor", connection: "behind" });
  agent = await httpAgent({ ...world, agentToken: token });
});
beforeEach(() => {
  trick = undefined;
});
afterAll(async () => {
  await agent.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await world.close();
});

const json =
  (body: string, type = "application/json"): Trick =>
  (response) => {
    response.writeHead(200, { "content-type": type });
    response.end(body);
  };

it("reads through it while it behaves", async () => {
  expect((await agent.call("read", { action: "get_lists" })).data).toMatchObject({ status: "done" });
});

it.each<[string, Trick, string]>([
  ["lines of an event stream before the answer (attack D4)", json('data: {"evil": 1}\n\n{"data":[]}'), "answer_malformed"],
  ["an event stream", json('event: message\ndata: {"data":[{"type":"evil","id":"1"}]}\n\n', "text/event-stream"), "answer_malformed"],
  ["two documents", json('{"data":[]}{"evil":1}'), "answer_malformed"],
  ["a page of a proxy", json("<html>evil</html>", "text/html"), "answer_malformed"],
  ["bytes that are no text", (response) => void response.end(Buffer.from([0x22, 0xff, 0xfe, 0x22])), "answer_malformed"],
  ["nesting", json(`{"data":${"[".repeat(100_000)}${"]".repeat(100_000)}}`), "answer_malformed"],
  ["another place to look", (response) => void response.writeHead(302, { location: "https://evil.example/" }).end(), "unreachable"],
  ["a list where a document should be", json('["evil"]'), "answer_malformed"],
])("%s", async (_, plays, code) => {
  trick = plays;
  const { data, text, isError } = await agent.call("read", { action: "get_lists" });
  expect([isError, data["code"]]).toEqual([true, code]);
  expect(text).not.toMatch(/evil|\.ts\b|node_modules|at \w+ \(|select |\/[a-z]+\/[a-z]+\//i);
  expect(text.length).toBeLessThan(600);
});

it("100 MB without an end: stopped at the cap, memory flat (attack H9)", async () => {
  let sentBytes = 0;
  trick = (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const chunk = Buffer.alloc(256 * 1024, " ");
    const pump = (): void => {
      while (sentBytes < 100 * 1024 * 1024) {
        sentBytes += chunk.length;
        if (!response.write(chunk)) return void response.once("drain", pump);
      }
      response.end();
    };
    pump();
  };
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const { data } = await agent.call("read", { action: "get_lists" });
  expect(data).toMatchObject({ status: "error", code: "answer_too_large" });
  // The server's buffers are in the same process.
  expect(sentBytes).toBeLessThan(40 * 1024 * 1024);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
});

it("a page of 15 MB is cut to what an agent can read, and says so", async () => {
  const row = (at: number): object => ({ type: "list", id: `L${at}`, attributes: { name: "x".repeat(15_000) } });
  trick = json(JSON.stringify({ data: Array.from({ length: 1000 }, (_, at) => row(at)) }));
  const { data, text } = await agent.call("read", { action: "get_lists" });
  expect(text.length).toBeLessThan(70_000);
  expect(data["truncated"]).toMatch(/^\d+ of 1000 rows shown/);
});

it("more rows than any page has are cut as well", async () => {
  trick = json(JSON.stringify({ data: Array.from({ length: 3000 }, (_, at) => ({ type: "l", id: String(at) })) }));
  const { data } = await agent.call("read", { action: "get_lists" });
  expect((data["rows"] as unknown[]).length).toBeLessThanOrEqual(1000);
  expect(data["truncated"]).toContain("of 3000 rows shown");
});

it("a next link to another host is never followed, nor shown", async () => {
  trick = json('{"data":[],"links":{"self":"https://evil.example/","next":"https://evil.example/api/lists?page%5Bcursor%5D=abc"}}');
  const { data, text } = await agent.call("read", { action: "get_lists" });
  expect(text).not.toContain("evil");
  trick = undefined;
  world.ledger();
  await agent.call("read", { action: "get_lists", args: { page_cursor: String(data["next_cursor"]) } });
  expect(world.ledger()).toEqual(["GET /api/lists"]);
});
