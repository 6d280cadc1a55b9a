import { afterAll, beforeAll, expect, it } from "vitest";
import type { Operation } from "../../src/catalog/operation.ts";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import { createRequests, type Requests } from "../fidelity/arguments.ts";
import { readOf } from "../fidelity/reads.ts";
import { openShop, type Shop } from "../fidelity/shop.ts";
import { httpAgent, stdioAgent, type Agent } from "../fixtures/doors.ts";
import { createWorld, START_MS, type World } from "../fixtures/world.ts";

/**
 * The promise: of no operation, over neither door, an agent is told an email address or a telephone number of the account. One in nine operations, each with the
 * arguments that the sandbox accepts; all of them with HALYARD_TEST_ALL=1.
 */
const STEP = process.env["HALYARD_TEST_ALL"] === "1" ? 1 : 9;

let shop: Shop;
let world: World;
let doors: Agent[];
let requests: Requests;
beforeAll(async () => {
  shop = await openShop({ startAt: START_MS, profiles: 60 });
  world = await createWorld({ sandbox: shop.sandbox, realTime: true });
  world.setPolicy("version: 1\npreset: operator\nprivacy: { names: show }\n");
  doors = [await stdioAgent(world), await httpAgent(world)];
  requests = createRequests(shop);
}, 120_000);
afterAll(async () => {
  for (const door of doors) await door.close();
  await world.close();
});

/** Arguments that the sandbox accepts, and for reads of parts the whole that has most of them. */
async function argsOf(operation: Operation): Promise<JsonObject> {
  const args = await requests.argsFor(operation);
  if (operation.shape !== "related" && operation.shape !== "linkage") return args;
  const { path } = await readOf(shop, requests, operation);
  const id = new RegExp(`^${operation.path.replaceAll(/\{(\w+)\}/g, "([^/]+)")}$`).exec(path)?.[1];
  const own = operation.args.find((arg) => arg.in === "path");
  return id === undefined || !own ? args : { ...args, [own.name]: decodeURIComponent(id) };
}

/** Calls as an agent does, the owner saying yes to whatever is asked; everything that the agent was told. */
async function told(door: Agent, operation: Operation, args: JsonObject): Promise<string> {
  const tool = operation.effect.risk === 0 ? "read" : "write";
  const given = { action: operation.id, args, ...(tool === "write" && { reason: "the test" }) };
  const first = await door.call(tool, given);
  const answers: Json[] = [first.data, first.text];
  if (first.data["status"] === "approval_required") {
    const id = String(first.data["approval_id"]);
    await world.app.gate.approve(id, "anna", { run: true });
    for (const answer of [await door.call("approval_status", { approval_id: id }), await door.call(tool, given)])
      answers.push(answer.data, answer.text);
  }
  return JSON.stringify(answers);
}

const EMAIL = /[\w.+-]+(@|%40)[\w-]+(\.[\w-]+)*\.[a-z]{2,}/gi;
const NUMBER = /\+[1-9]\d{7,14}(?!\d)/g;

/** Everything in a text that has the form of an address or a number. */
function personalIn(text: string): string[] {
  return [...text.matchAll(EMAIL), ...text.matchAll(NUMBER)].map(([found]) => found.toLowerCase());
}

/** Addresses and numbers of the account, as its owner reads them; numbers also without their code. */
async function secretsOf(): Promise<Set<string>> {
  const owner = await world.app.agents.owner(undefined);
  const secrets = new Set<string>();
  for (const action of ["get_profiles", "get_events", "get_reviews", "get_accounts"]) {
    const result = await world.app.gate.call(owner, { action, args: action === "get_accounts" ? {} : { page_size: 100 }, intent: "read" });
    for (const secret of personalIn(JSON.stringify(result))) secrets.add(secret.startsWith("+") ? secret.slice(-10) : secret);
  }
  return secrets;
}

it("no answer holds an address or a number of the account", { timeout: 900_000 }, async () => {
  const leaks: string[] = [];
  const outcomes: Record<string, number> = {};
  let withPeople = 0;
  let heard = "";
  const chosen = shop.operations.filter((_, at) => at % STEP === 0);
  for (const [at, operation] of chosen.entries()) {
    const args = await argsOf(operation).catch(() => undefined);
    if (!args) {
      outcomes["no arguments"] = (outcomes["no arguments"] ?? 0) + 1;
      continue;
    }
    const through = operation.effect.risk === 0 ? doors : [doors[at % 2] as Agent];
    for (const door of through) {
      const text = await told(door, operation, args);
      const status = /"status":"(done|accepted|denied|error|rejected|failed|unknown)"/.exec(text)?.[1] ?? "other";
      outcomes[status] = (outcomes[status] ?? 0) + 1;
      if (/person:[a-z2-7]{20}@/.test(text)) withPeople++;
      heard += text.toLowerCase();
      const found = personalIn(text);
      if (found.length > 0) leaks.push(`${operation.id}: ${found.slice(0, 3).join(" ")}`);
    }
    shop.settle(operation);
  }
  const secrets = await secretsOf();
  expect(leaks).toEqual([]);
  expect([...secrets].filter((secret) => heard.includes(secret))).toEqual([]);
  // Nearly all of them have to run: an error has nothing to hide.
  expect((outcomes["done"] ?? 0) + (outcomes["accepted"] ?? 0)).toBeGreaterThan(
    0.9 * Object.values(outcomes).reduce((sum, count) => sum + count, 0),
  );
  expect(secrets.size).toBeGreaterThan(60);
  expect(withPeople).toBeGreaterThan(3);
});

it("the same search finds them where the policy shows them", async () => {
  world.setPolicy("version: 1\npreset: operator\nprivacy: { email: show, phone_number: show }\n");
  const [stdio] = doors as [Agent];
  const text = (await stdio.call("read", { action: "get_profiles", args: { page_size: 20 } })).text;
  expect(personalIn(text).filter((found) => found.startsWith("+")).length).toBeGreaterThan(3);
  expect(personalIn(text).filter((found) => found.includes("@")).length).toBeGreaterThan(15);
  world.setPolicy("version: 1\npreset: operator\n");
});

it("every token of a page of people finds its own person", async () => {
  const [stdio, http] = doors as [Agent, Agent];
  const { data } = await stdio.call("read", { action: "get_profiles", args: { page_size: 20 } });
  for (const { id, email, phone_number: phone } of data["rows"] as JsonObject[]) {
    for (const filter of [
      ...(email ? [`equals(email,"${String(email)}")`] : []),
      ...(phone ? [`any(phone_number,["${String(phone)}"])`] : []),
    ]) {
      const found = await http.call("read", { action: "get_profiles", args: { filter } });
      expect((found.data["rows"] as JsonObject[]).map((row) => row["id"])).toEqual([id]);
    }
  }
});
