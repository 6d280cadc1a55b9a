import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { openAgents, refusalsOf, saidIn, type Agents } from "./agents.ts";
import { dataOf } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Agents;
beforeEach(async () => {
  account = await openAgents();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = (operation: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${operation}` }) as const;
const assumed = { as: "assumed", from: "behaviour.md §2.20" } as const;

const SKILL = { display_name: "Gift wrapping!", description: "Wrapping of gifts", instructions: "Be brief.", status: "draft" };
const skill = (more: JsonObject = {}, relationships?: JsonObject) => account.create("agent-skill", { ...SKILL, ...more }, relationships);
const status = async (id: string) => (await account.read("agent-skill", id))["status"];
const tools = (...ids: string[]): JsonObject => ({ "agent-tools": { data: ids.map((id) => ({ type: "agent-tool", id })) } });
const bound = async (id: string) =>
  at(dataOf(await account.call(`GET /api/agent-skills/${id}`))[0] ?? {}, "relationships", "agent-tools")["data"];

describe("agent skills", () => {
  behaviour("of the account's own have a prefixed id and a generated name", spec("create_agent_skill_beta"), async () => {
    const made = await skill();
    expect([made.status, idOf(made)]).toEqual([201, expect.stringMatching(/^custom:agent_\d+$/)]);
    expect(await account.read("agent-skill", idOf(made))).toEqual({
      ...SKILL,
      source: "custom",
      name: "gift_wrapping",
      handoff: "none",
      created_at: "2026-07-15T10:00:00+00:00",
      updated_at: "2026-07-15T10:00:00+00:00",
    });
    expect(attributesOf(await skill())["name"]).toBe("gift_wrapping_2");
    await account.patch("agent-skill", idOf(made), { display_name: "Wrapping" });
    expect(await account.read("agent-skill", idOf(made))).toMatchObject({ display_name: "Wrapping", name: "gift_wrapping" });
  });

  behaviour("say something in each of their texts", assumed, async () => {
    const id = idOf(await skill());
    const refused = [];
    for (const name of ["display_name", "description", "instructions"]) {
      refused.push(await skill({ [name]: " " }), await account.patch("agent-skill", id, { [name]: "" }));
    }
    expect(refusalsOf(refused)).toEqual(
      ["display_name", "description", "instructions"].flatMap((name) => [0, 1].map(() => [400, `/data/attributes/${name}`])),
    );
    expect((await skill({ status: "disabled" })).status).toBe(400);
  });

  behaviour("go live and back to draft, and only live ones take questions", spec("AgentSkillUpdateRequestRequest"), async () => {
    await account.learn("Gift wrapping", "We wrap gifts in linen.");
    const id = idOf(await skill());
    const report = async () => {
      const attributes = { statistics: ["volume"], groupings: ["skill"], timeframe: { key: "today" } };
      const answer = await account.create("customer-agent-skill-values-report", attributes);
      return (attributesOf(answer)["results"] as { groupings: JsonObject; statistics: JsonObject }[]).map(({ groupings, statistics }) => [
        groupings["skill"],
        statistics["volume"],
      ]);
    };
    await account.ask("Do you do gift wrapping?");
    expect(await report()).toEqual([["general_qa", 1]]);
    await account.patch("agent-skill", id, { status: "live" });
    await account.ask("Do you do gift wrapping?");
    expect(await report()).toEqual([
      ["general_qa", 1],
      ["gift_wrapping", 1],
    ]);
    await account.patch("agent-skill", id, { status: "draft", handoff: "immediate", description: null });
    expect(await account.read("agent-skill", id)).toMatchObject({ status: "draft", handoff: "immediate", description: SKILL.description });
    await account.ask("Do you do gift wrapping?");
    expect(await report()).toEqual([
      ["general_qa", 2],
      ["gift_wrapping", 1],
    ]);
    // What a deleted skill took is still counted.
    expect((await account.call(`DELETE /api/agent-skills/${id}`)).status).toBe(204);
    expect((await report())[1]).toEqual(["gift_wrapping", 1]);
    expect((await account.call(`GET /api/agent-skills/${id}`)).status).toBe(404);
  });

  behaviour("have their tools replaced as a list, not merged", spec("update_agent_skill_beta"), async () => {
    const [search, catalog, orders] = ["klaviyo:agent_search", "klaviyo:search_shop_catalog", "klaviyo:get_customer_orders"] as const;
    const id = idOf(await skill({}, tools(search, catalog)));
    expect(await bound(id)).toMatchObject([{ id: search }, { id: catalog }]);
    const after = await account.patch("agent-skill", id, {}, tools(orders, search));
    expect(at(dataOf(after)[0] ?? {}, "relationships", "agent-tools")["data"]).toEqual(await bound(id));
    expect(((await bound(id)) as { id: string }[] | undefined)?.map((each) => each.id).toSorted()).toEqual([search, orders].toSorted());
    await account.patch("agent-skill", id, { display_name: "Still bound" });
    expect(await bound(id)).toHaveLength(2);
    await account.patch("agent-skill", id, {}, tools());
    expect(await bound(id)).toEqual([]);
    expect((await account.patch("agent-skill", id, {}, tools("custom:tool_0"))).status).toBe(404);
  });
});

describe("prebuilt skills", () => {
  behaviour("are in every account and cannot be deleted", assumed, async () => {
    const all = dataOf(await account.call("GET /api/agent-skills"));
    expect(all.map(({ attributes }) => attributes["source"])).toEqual(all.map(() => "prebuilt"));
    expect(all.map(({ attributes }) => attributes["name"])).toEqual(expect.arrayContaining(["general_qa", "product_qa", "order_status"]));
    for (const { id } of all) expect((await account.call(`DELETE /api/agent-skills/${id}`)).status).toBe(400);
    expect(await account.ids("agent-skills")).toHaveLength(all.length);
  });

  behaviour("are unavailable without a shop, which no status changes", assumed, async () => {
    expect([await status("klaviyo:general_qa"), await status("klaviyo:order_status")]).toEqual(["live", "unavailable"]);
    const answers = [
      await account.patch("agent-skill", "klaviyo:order_status", { status: "live" }),
      await account.patch("agent-skill", "klaviyo:order_status", { status: "draft" }),
    ];
    expect(answers.map((each) => each.status)).toEqual([409, 409]);
    expect((await account.patch("agent-skill", "klaviyo:order_status", { instructions: "Be kind." })).status).toBe(200);
  });

  behaviour("of a shop are live and can be switched off and on, but for the one that takes the rest", assumed, async () => {
    const shop = await openAgents({ profiles: 5 });
    const id = "klaviyo:order_status";
    const set = async (to: string, of = id) => attributesOf(await shop.patch("agent-skill", of, { status: to }))["status"];
    expect((await shop.read("agent-skill", id))["status"]).toBe("live");
    expect([await set("draft"), await set("draft"), await set("live")]).toEqual(["disabled", "disabled", "live"]);
    expect((await shop.patch("agent-skill", "klaviyo:general_qa", { status: "draft" })).status).toBe(409);
    expect((await shop.read("agent-skill", "klaviyo:subscriptions"))["status"]).toBe("unavailable");
    await shop.close();
  });
});

describe("the customer agent", () => {
  const change = (attributes: JsonObject) => account.patch("customer-agent", account.accountId, attributes);
  const read = () => account.read("customer-agent", account.accountId);
  const RULE = { title: "Refunds", description: "Somebody wants money back.", status: "enabled" };
  const STYLE = { title: "Short", description: "Two sentences.", status: "disabled" };

  behaviour("is one, under the account's id", assumed, async () => {
    expect(await read()).toEqual({
      name: null,
      tone_of_voice: { preset: "neutral", custom_instruction: null, updated_at: null },
      escalation_rules: [],
      communication_styles: [],
    });
    expect((await account.call("GET /api/customer-agents/ABCDEF")).status).toBe(404);
    const data = { type: "customer-agent", id: "ABCDEF", attributes: { name: "x" } };
    expect((await account.call(`PATCH /api/customer-agents/${account.accountId}`, { data })).status).toBe(400);
  });

  behaviour("has lists that an update replaces when it names them", spec("update_customer_agent_beta"), async () => {
    await change({ name: "Pip", escalation_rules: [RULE, { ...RULE, title: "Press" }], communication_styles: [STYLE] });
    await change({ escalation_rules: [{ ...RULE, title: "Lawyers" }] });
    expect(await read()).toMatchObject({ name: "Pip", escalation_rules: [{ title: "Lawyers" }], communication_styles: [STYLE] });
    await change({ communication_styles: [], escalation_rules: null, name: null });
    expect(await read()).toMatchObject({ name: null, escalation_rules: [{ title: "Lawyers" }], communication_styles: [] });
    expect(refusalsOf([await change({ escalation_rules: [RULE, { ...RULE, title: "" }] })])).toEqual([
      [400, "/data/attributes/escalation_rules/1/title"],
    ]);
  });

  behaviour("needs an instruction for a tone of its own", spec("update_customer_agent_beta"), async () => {
    const pointer = "/data/attributes/tone_of_voice/custom_instruction";
    expect(refusalsOf([await change({ tone_of_voice: { preset: "custom" } })])).toEqual([[400, pointer]]);
    account.control.advance(60_000);
    await change({ tone_of_voice: { preset: "custom", custom_instruction: "Like a sailor." } });
    const tone = { preset: "custom", custom_instruction: "Like a sailor.", updated_at: "2026-07-15T10:01:00+00:00" };
    expect((await read())["tone_of_voice"]).toEqual(tone);
    expect(refusalsOf([await change({ tone_of_voice: { custom_instruction: null } })])).toEqual([[400, pointer]]);
    await change({ tone_of_voice: { preset: "playful" } });
    expect((await read())["tone_of_voice"]).toMatchObject({ preset: "playful", custom_instruction: "Like a sailor." });
  });

  behaviour("speaks in its new tone on the next turn", spec("update_customer_agent_beta"), async () => {
    await account.learn("Gift wrapping", "We wrap gifts in linen.");
    await change({ name: "Pip", tone_of_voice: { preset: "professional" } });
    expect(saidIn(await account.ask("Gift wrapping?"))).toMatch(/^Thank you for .*\. We wrap gifts in linen\.$/);
    expect(saidIn(await account.ask("Gift wrapping?", { channel: "sms" }))).toBe("We wrap gifts in linen.");
    expect(saidIn(await account.ask("Gift wrapping?", { channel: "email" }))).toMatch(/^Hello,\n\n[^]*\n\nBest regards\nPip$/);
  });
});
