import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { halyard, httpAgent, stdioAgent, type Agent } from "../fixtures/doors.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { createWorld, type World } from "../fixtures/world.ts";

function idIn(data: JsonObject, name: string): string {
  const id = data[name];
  return typeof id === "string" ? id : "";
}

const WHY = /already|exist|duplicate|taken|unique/i;

/** The promise: an agent finds, reads and asks; the owner decides at the command line; what was approved happens once, and is on the record. */
describe.each([
  ["stdio", stdioAgent],
  ["http", httpAgent],
] as const)("over %s", (door, connect) => {
  let world: World;
  let agent: Agent;
  beforeAll(async () => {
    world = await createWorld({ realTime: true });
    agent = await connect(world);
  });
  afterAll(async () => {
    await agent.close();
    await world.close();
  });

  const writes = (): string[] => world.ledger().filter((line) => !line.startsWith("GET"));
  const ask = async (name: string): Promise<string> => {
    const { data } = await agent.call("write", { action: "create_list", args: { name }, reason: "the owner wants it" });
    expect(data).toMatchObject({ status: "approval_required" });
    return idIn(data, "approval_id");
  };

  it("the client is shown six tools, reads and writes apart", async () => {
    const { tools } = await agent.client.listTools();
    expect(tools.map(({ name, annotations }) => `${name} ${annotations?.readOnlyHint}`)).toEqual([
      "search_actions true",
      "describe_action true",
      "read true",
      "write false",
      "approval_status true",
      "account_overview true",
    ]);
  });

  it("finds by plain words, is told the arguments, and reads", async () => {
    const found = await agent.call("search_actions", { query: "make a new mailing list" });
    expect(found.text).toContain("create_list");
    const described = await agent.call("describe_action", { action: "create_list" });
    expect(described.text).toContain("name");
    const read = await agent.call("read", { action: "get_lists", args: {} });
    expect(read.text).toContain("Email List");
    expect(read.isError).toBe(false);
    const overview = await agent.call("account_overview", {});
    expect(overview.text).toContain("read-only");
  });

  it("asks, is approved by command line, and it is done once", async () => {
    const id = await ask(`VIP ${door}`);
    expect(writes()).toEqual([]);
    const cards = await halyard(world, ["approvals"]);
    expect(cards.stdout).toContain(id);
    expect(cards.stdout).toContain(`VIP ${door}`);
    expect(cards.stdout).toContain("the owner wants it");
    const approved = await halyard(world, ["approve", id, "--yes"]);
    expect([approved.status, approved.stdout]).toEqual([0, expect.stringContaining("Done")]);
    expect(writes()).toEqual(["POST /api/lists"]);
    const told = await agent.call("write", { action: "create_list", args: { name: `VIP ${door}` }, reason: "again" });
    expect(told.data).toMatchObject({ status: "done", approval_id: id });
    const story = await halyard(world, ["activity", idIn(told.data, "call_id")]);
    for (const word of ["received", "decided", "approved", "intent", "outcome"]) expect(story.stdout).toContain(word);
    const audit = await halyard(world, ["audit", "verify", "--json"]);
    expect([audit.status, JSON.parse(audit.stdout)]).toEqual([0, expect.not.objectContaining({ bad: expect.anything() })]);
  });

  it("a second use asks again", async () => {
    const id = await ask(`VIP ${door}`);
    expect(id).toMatch(/^appr_/);
    expect(writes()).toEqual([]);
  });

  it("changed arguments ask again", async () => {
    const id = await ask(`Spring ${door}`);
    expect((await halyard(world, ["approve", id, "--yes", "--later"])).status).toBe(0);
    expect(await ask(`Spring ${door}!`)).not.toBe(id);
    expect(writes()).toEqual([]);
    const used = await agent.call("write", { action: "create_list", args: { name: `Spring ${door}` }, reason: "approved" });
    expect(used.data).toMatchObject({ status: "done" });
    expect(writes()).toEqual(["POST /api/lists"]);
  });

  it("a no is a no", async () => {
    const id = await ask(`Denied ${door}`);
    expect((await halyard(world, ["deny", id, "--reason", "not this year"])).status).toBe(0);
    const again = await agent.call("write", { action: "create_list", args: { name: `Denied ${door}` }, reason: "please" });
    expect(again.data).toMatchObject({ status: "denied" });
    expect((await agent.call("approval_status", { approval_id: id })).data).toMatchObject({ status: "denied" });
    expect((await halyard(world, ["approve", id, "--yes"])).status).not.toBe(0);
    expect(writes()).toEqual([]);
  });

  it("a revoked agent is refused at its next call", async () => {
    expect((await halyard(world, ["agents", "revoke", "claude"])).status).toBe(0);
    const refused = await agent
      .call("read", { action: "get_lists", args: {} })
      .catch((thrown: Error) => ({ isError: true, text: thrown.message }));
    expect(refused.isError).toBe(true);
    expect(world.ledger()).toEqual([]);
  });
});

it("an approval that nobody decides runs out, over HTTP", async () => {
  const world = await createWorld();
  const first = await httpAgent(world);
  const { data } = await first.call("write", { action: "create_list", args: { name: "late" }, reason: "try" });
  await first.close();
  world.clock.advance(24 * 3_600_000 + 1);
  const agent = await httpAgent(world);
  expect((await agent.call("approval_status", { approval_id: idIn(data, "approval_id") })).data).toMatchObject({ status: "expired" });
  await expect(world.app.gate.approve(idIn(data, "approval_id"), "anna", { run: true })).rejects.toMatchObject({ code: "conflict" });
  expect(world.ledger().filter((line) => line.startsWith("POST"))).toEqual([]);
  await agent.close();
  await world.close();
});

it("tells the owner who said yes why Klaviyo refused, and the agent that asks again", async () => {
  const world = await createWorld({ realTime: true });
  const agent = await stdioAgent(world);
  const args = { name: "Taken already" };
  for (const refused of [false, true]) {
    const { data } = await agent.call("write", { action: "create_tag", args, reason: "x" });
    const { stdout } = await halyard(world, ["approve", idIn(data, "approval_id"), "--yes"]);
    expect(stdout).toMatch(refused ? WHY : /Done\./);
    const again = await agent.call("write", { action: "create_tag", args, reason: "x" });
    expect(again.data["status"]).toBe(refused ? "rejected" : "done");
    if (refused) expect(again.text).toMatch(WHY);
  }
  await agent.close();
  await world.close();
});
