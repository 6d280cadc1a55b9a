import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import { Secret } from "../../src/lib/secret.ts";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import { openSecrets } from "../../src/secrets.ts";
import { httpAgent, stdioAgent, type Agent } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: an agent works on people whom it cannot identify, and what it does to a token is done to the right person. */
let world: World;
let agent: Agent;
beforeEach(async () => {
  world = await createWorld();
  agent = await httpAgent(world);
});
afterEach(async () => {
  await agent.close();
  await world.close();
});

const TOKEN = /^person:[a-z2-7]{20}@(email|phone|name)$/;
const ADA = { email: "ada.lovelace@example.com", phone_number: "+15005550123", first_name: "Ada", last_name: 'Love"lace' };

const rowsOf = (data: JsonObject): JsonObject[] =>
  Array.isArray(data["rows"]) ? (data["rows"] as JsonObject[]) : [data["row"] as JsonObject];
const read = async (action: string, args: JsonObject = {}) => agent.call("read", { action, args });
const write = async (action: string, args: JsonObject) => agent.call("write", { action, args, reason: "test" });
const policy = (more: string): void => world.setPolicy(`version: 1\npreset: operator\n${more}\n`);

/** A person made by the owner, past the agent; the id. */
async function makePerson(more: JsonObject = {}): Promise<string> {
  const owner = await world.app.agents.owner(undefined);
  const asked = await world.app.gate.call(owner, { action: "create_profile", args: { ...ADA, ...more }, intent: "write" });
  const done =
    asked.status === "approval_required" ? (await world.app.gate.approve(asked.approval_id, "anna", { run: true })).result : asked;
  if (done?.status !== "done") throw new Error(`not made: ${JSON.stringify(done)}`);
  return String(((done.body as JsonObject)["data"] as JsonObject)["id"]);
}

async function rowOf(id: string): Promise<JsonObject> {
  return rowsOf((await read("get_profile", { id })).data)[0] ?? {};
}

const ownerSees = async (action: string, args: Json): Promise<string> =>
  JSON.stringify(await world.app.gate.call(await world.app.agents.owner(undefined), { action, args, intent: "read" }));

describe("what an agent is given", () => {
  it("tokens in the place of emails and numbers, the same each time, after a restart and after a new key", async () => {
    const id = await makePerson();
    const first = await rowOf(id);
    expect(first["email"]).toMatch(TOKEN);
    expect(first["phone_number"]).toMatch(TOKEN);
    expect(first["first_name"]).toBe("Ada");
    expect(await rowOf(id)).toEqual(first);
    await world.app.connections.connect({ name: "shop", origin: world.sandbox.url, key: new Secret(world.sandbox.keys.full) });
    const again = await openApp(world.config, { clock: world.clock });
    const { body } = (await again.gate.call(world.agent, { action: "get_profile", args: { id }, intent: "read" })) as { body: JsonObject };
    expect(JSON.stringify(body)).toContain(String(first["email"]));
    await again.close();
  });

  it("names as the policy says, and nothing of what it hides", async () => {
    const id = await makePerson();
    policy("privacy: { names: token, phone_number: hide, email: show }");
    const row = await rowOf(id);
    expect(row).toMatchObject({ email: ADA.email, first_name: expect.stringMatching(TOKEN), last_name: expect.stringMatching(TOKEN) });
    expect(row).not.toHaveProperty("phone_number");
  });

  it("the owner everything", async () => {
    const id = await makePerson();
    expect(await ownerSees("get_profile", { id })).toContain(ADA.email);
  });

  it("tokens inside of texts, by structure: properties, their names, numbers without a name", async () => {
    const id = await makePerson({
      properties: { note: "mail bob@example.org or call (500) 555-0199!", mobile: 15005550198, "eve@example.net": 1 },
    });
    const text = (await read("get_profile", { id })).text;
    for (const secret of ["bob@example.org", "555-0199", "15005550198", "eve@example.net"]) expect(text).not.toContain(secret);
    expect(text).toMatch(/mail person:\w{20}@email or call person:\w{20}@phone!/);
  });

  it("no more by asking for more (attack B18)", async () => {
    const id = await makePerson();
    for (const args of [
      { id, fields_profile: ["email", "phone_number"] },
      { id, additional_fields_profile: ["subscriptions", "predictive_analytics"] },
    ] as JsonObject[]) {
      expect((await read("get_profile", args)).text).not.toContain("ada.lovelace@");
    }
    const events = await read("get_events", { include: ["profile"], page_size: 20 });
    expect(events.text).not.toMatch(/@[a-z]+\.example|@example\.(com|net|org)/);
  });

  it("text without control characters, whoever wrote it", async () => {
    const id = await makePerson({ properties: { note: "\u001b[31mred\u202e\u0007" } });
    const { text, data } = await read("get_profile", { id });
    // oxlint-disable-next-line no-control-regex
    expect(`${text}${JSON.stringify(data)}`).not.toMatch(/[\u0000-\u0008\u001b\u202e]|\\u001b|\\u0007/);
  });
});

describe("a token in a call", () => {
  it("stands for its person in a filter, alone and in a list", async () => {
    const id = await makePerson();
    const { email, phone_number: phone } = await rowOf(id);
    world.ledger();
    for (const filter of [
      `equals(email,"${String(email)}")`,
      `any(email,["${String(email)}"])`,
      `equals(phone_number,"${String(phone)}")`,
    ]) {
      expect(rowsOf((await read("get_profiles", { filter })).data).map((row) => row["id"])).toEqual([id]);
    }
    expect(world.ledger().length).toBe(3);
  });

  it("stands for its person in a body: the card shows who it is, the wire has it, and it is the same call as with the address itself", async () => {
    const id = await makePerson();
    const { email } = await rowOf(id);
    const args = { email: String(email), first_name: "Augusta", properties: { note: `for ${String(email)}` } };
    world.setPolicy("version: 1\npreset: read-only\n");
    const asked = await write("create_or_update_profile", args);
    const approval = String(asked.data["approval_id"]);
    const { card } = await world.app.gate.approval(await world.app.agents.owner(undefined), approval);
    expect(card.leaves).toContainEqual(expect.objectContaining({ path: "email", value: ADA.email }));
    expect(card.leaves).toContainEqual(expect.objectContaining({ path: "properties.note", value: `for ${ADA.email}` }));
    const real = await write("create_or_update_profile", { ...args, email: ADA.email, properties: { note: `for ${ADA.email}` } });
    expect(real.data["approval_id"]).toBe(approval);
    await world.app.gate.approve(approval, "anna", { run: true });
    const told = await write("create_or_update_profile", args);
    expect(told.data).toMatchObject({ status: "done", row: { id, first_name: "Augusta", email } });
    expect((await agent.call("approval_status", { approval_id: approval })).text).not.toContain(ADA.email);
    expect(await ownerSees("get_profile", { id })).toContain(`"note":"for ${ADA.email}"`);
  });

  it("stands for its person in each call of a plan, and in what became of it", async () => {
    const id = await makePerson();
    const { email } = await rowOf(id);
    world.setPolicy("version: 1\npreset: read-only\n");
    const one = (first_name: string): JsonObject => ({ action: "create_or_update_profile", args: { email: String(email), first_name } });
    const args = { calls: [one("Augusta"), one("Ada")] };
    const approval = String((await write("plan", args)).data["approval_id"]);
    const { card } = await world.app.gate.approval(await world.app.agents.owner(undefined), approval);
    for (const step of card.steps ?? []) expect(step.leaves).toContainEqual(expect.objectContaining({ path: "email", value: ADA.email }));
    expect(card.steps).toHaveLength(2);
    await world.app.gate.approve(approval, "anna", { run: true });
    const told = await write("plan", args);
    expect(told.data).toMatchObject({
      status: "done",
      steps: [
        { status: "done", row: { id, email } },
        { status: "done", row: { id, email } },
      ],
    });
    for (const { text } of [told, await agent.call("approval_status", { approval_id: approval })]) expect(text).not.toContain(ADA.email);
  });

  it("is veiled in the arguments that the owner put in the place of the agent's", async () => {
    const id = await makePerson();
    world.setPolicy("version: 1\npreset: read-only\n");
    const { data } = await write("update_profile", { id, first_name: "Augusta" });
    const { approval_id: edited } = await world.app.gate.edit(String(data["approval_id"]), "anna", { email: "augusta.king@example.com" });
    await world.app.gate.approve(edited, "anna", { run: true });
    const told = await agent.call("approval_status", { approval_id: edited });
    expect(told.data).toHaveProperty("result.executed_args.email", expect.stringMatching(TOKEN));
    expect(told.text).not.toContain("augusta.king");
  });

  it("stays what it is when the master key is replaced", async () => {
    const id = await makePerson();
    const before = await rowOf(id);
    const desk = await openSecrets(world.config);
    await desk.rotate({ by: "test" });
    await desk.close();
    const again = await openApp(world.config, { clock: world.clock });
    const args = { id, first_name: String(before["email"]) };
    const { body } = (await again.gate.call(world.agent, { action: "get_profile", args: { id }, intent: "read" })) as { body: JsonObject };
    expect(JSON.stringify(body)).toContain(String(before["email"]));
    expect(await again.gate.call(world.agent, { action: "update_profile", args, intent: "write" })).toHaveProperty("call_id");
    await again.close();
  });

  it("a name with a quote in it does not break out of a filter (attack B17)", async () => {
    const id = await makePerson();
    policy("privacy: { names: token }");
    const { last_name: name } = await rowOf(id);
    const found = await read("get_lists", { filter: `equals(name,"${String(name)}")` });
    expect(found.data).toMatchObject({ status: "done", count: 0 });
    expect(world.sandbox.control.ledger(0).at(-1)?.path).toBe("/api/lists");
  });

  it("goes back into a template that was read with one", async () => {
    policy("rules: [{ id: t, effect: allow, actions: [create_template, update_template] }]");
    const html = '<p>Hello {{ first_name }}</p><a href="mailto:help@shop.example">help@shop.example</a>';
    const made = await write("create_template", { name: "t", editor_type: "CODE", html });
    const id = rowsOf(made.data)[0]?.["id"] as string;
    const { html: seen } = rowsOf((await read("get_template", { id })).data)[0] as { html: string };
    expect(seen).not.toContain("help@shop.example");
    expect((await write("update_template", { id, html: `${seen}!` })).data).toMatchObject({ status: "done" });
    expect(await ownerSees("get_template", { id })).toContain(JSON.stringify(`${html}!`).slice(1, -1));
  });

  it("cannot be taken apart by a template", async () => {
    policy("rules: [{ id: t, effect: allow, actions: [create_template] }]");
    const { email } = await rowOf(await makePerson());
    for (const html of [
      `{{ "${String(email)}"|make_list }}`,
      `{% filter make_list %}${String(email)}{% endfilter %}`,
      `{{ "${String(email)}"`,
    ]) {
      const refused = await write("create_template", { name: "t", editor_type: "CODE", html });
      expect(refused.data).toMatchObject({ status: "error", code: "invalid_arguments" });
    }
    const template = await write("create_template", { name: "t", editor_type: "CODE", html: "{{ who|upper }} {{ who }}" });
    const id = rowsOf(template.data)[0]?.["id"] as string;
    const rendered = await read("render_template", { id, context: { who: String(email) } });
    expect(rendered.text).not.toMatch(/lovelace/i);
  });
});

describe("a token that is none", () => {
  it.each([
    ["a made-up one", "person:abcdefghijklmnopqrst@email"],
    ["one in capitals", "PERSON:ABCDEFGHIJKLMNOPQRST@EMAIL"],
    ["a cut one", "person:abc@phone"],
    ["what stands where something is hidden", "person:hidden@email"],
  ])("%s is refused, reaches nobody and is on the record", async (_, token) => {
    world.ledger();
    const before = (await world.app.activity({ limit: 100 })).length;
    const refused = await read("get_profiles", { filter: `equals(email,"${token}")` });
    expect(refused).toMatchObject({ isError: true, data: { code: "unknown_token" } });
    expect(world.ledger()).toEqual([]);
    const [last, ...rest] = await world.app.activity({ limit: 100 });
    expect([last?.status, last?.error_code, rest.length]).toEqual(["refused", "unknown_token", before]);
  });

  it("one of another connection is refused in the same words, and means something else there", async () => {
    const { email } = await rowOf(await makePerson());
    await world.app.connections.connect({ name: "other", origin: world.sandbox.url, key: new Secret(world.sandbox.keys.full) });
    const { token } = await world.app.agents.add({ name: "cursor", connection: "other" });
    const cursor = await world.app.agents.byToken(token.reveal(), "http");
    const ask = (value: unknown) =>
      world.app.gate
        .call(cursor, { action: "get_profiles", args: { filter: `equals(email,"${String(value)}")` }, intent: "read" })
        .catch((thrown: Error) => thrown.message);
    expect(await ask(email)).toBe(await ask("person:abcdefghijklmnopqrst@email"));
    const theirs = await world.app.gate.call(cursor, {
      action: "get_profiles",
      args: { filter: `equals(email,"${ADA.email}")` },
      intent: "read",
    });
    expect(JSON.stringify(theirs)).toMatch(/person:\w{20}@email/);
    expect(JSON.stringify(theirs)).not.toContain(String(email));
  });

  it("one whose row in the store was exchanged for another's is refused: it never acts on somebody else", async () => {
    const { email, phone_number: phone } = await rowOf(await makePerson());
    const { connectionId: connection_id } = world.agent;
    const tokens = [String(email), String(phone)];
    const sealed = await world.app.store.privacyTokens.find(connection_id, tokens);
    await world.app.store.privacyTokens.removeForConnection(connection_id);
    const swapped = tokens.map((token, at) => ({ connection_id, token, sealed: sealed.get(tokens[1 - at] ?? "") ?? "", created_at: 0 }));
    expect(new Set(swapped.map((row) => row.sealed)).size).toBe(2);
    await world.app.store.privacyTokens.add(swapped);
    world.ledger();
    const answers = await Promise.all(tokens.map((token) => read("get_profiles", { filter: `equals(email,"${token}")` })));
    expect(answers.map(({ data }) => data["code"])).toEqual(["unknown_token", "unknown_token"]);
    expect(world.ledger()).toEqual([]);
  });

  it("one whose connection was revoked: everything behind it is erased", async () => {
    await rowOf(await makePerson());
    const { connectionId } = world.agent;
    const count = async () => (await world.app.store.secrets.list()).filter((row) => row.connection_id === connectionId).length;
    expect(await count()).toBe(2);
    await world.app.connections.revoke("shop", "anna");
    expect(await count()).toBe(0);
    expect(await world.app.store.untrustedReads.any(world.agent.agentId, 0)).toBe(false);
  });
});

describe("errors", () => {
  it("do not say what stands behind a token that was put in the wrong place", async () => {
    const id = await makePerson();
    policy("privacy: { names: token }");
    const { first_name: name, email } = await rowOf(id);
    const token = String(name);
    const wrong: [string, JsonObject][] = [
      ["get_lists", { sort: token }],
      ["get_lists", { filter: `equals(${token},"x")` }],
      ["get_profile", { id: token }],
      ["get_profile", { id: String(email) }],
      ["update_profile", { id, [token]: "x" }],
      ["create_list", { name: "x", [String(email)]: token }],
      ["create_profile", { email: String(email), first_name: token }],
      ["update_profile", { id: String(email), first_name: token }],
    ];
    for (const [action, args] of wrong) {
      const { text, data } = action.startsWith("get") ? await read(action, args) : await write(action, args);
      expect(`${text}${JSON.stringify(data)}`).not.toMatch(/\bAda\b|lovelace/i);
    }
  });
});

it("holds over stdio, in a process of its own", async () => {
  const own = await createWorld({ realTime: true });
  const stdio = await stdioAgent(own);
  const { data, text } = await stdio.call("read", { action: "get_profiles", args: { page_size: 20 } });
  expect(text).not.toMatch(/@[a-z]+\.example|@example\.(com|net|org)|\+1\d{10}/);
  const [row] = rowsOf(data);
  const found = await stdio.call("read", { action: "get_profiles", args: { filter: `equals(email,"${String(row?.["email"])}")` } });
  expect(rowsOf(found.data).map(({ id }) => id)).toEqual([row?.["id"]]);
  await stdio.close();
  await own.close();
});
