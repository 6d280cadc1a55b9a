import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { openAgents, refusalsOf, type Agents } from "./agents.ts";
import { dataOf, schemaViolations } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let account: Agents;
beforeEach(async () => {
  account = await openAgents();
  await account.learn("Shipping", "Parcels take two to four days.");
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = (operation: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${operation}` }) as const;
const assumed = { as: "assumed", from: "behaviour.md §2.20" } as const;

const values = (more: JsonObject = {}) =>
  account.create("customer-agent-values-report", { statistics: ["volume", "resolution-rate"], timeframe: { key: "today" }, ...more });
const skills = (more: JsonObject = {}) =>
  account.create("customer-agent-skill-values-report", {
    statistics: ["volume"],
    groupings: ["skill"],
    timeframe: { key: "last_7_days" },
    ...more,
  });
const rowsOf = (answer: Awaited<ReturnType<typeof values>>) => attributesOf(answer)["results"];
const question = "How long does shipping take?";

describe("values of the customer agent", () => {
  behaviour("are one row without a grouping, be it of nothing", spec("query_customer_agent_values_beta"), async () => {
    const answer = await values();
    expect([answer.status, dataOf(answer)[0]?.type]).toEqual([201, "customer-agent-values-report"]);
    expect(schemaViolations("query_customer_agent_values_beta", answer)).toEqual([]);
    expect(rowsOf(answer)).toEqual([{ groupings: {}, statistics: { volume: 0, "resolution-rate": 0 } }]);
    expect(rowsOf(await values({ groupings: ["channel"] }))).toEqual([]);
  });

  behaviour("count live conversations, by channel or by status", spec("query_customer_agent_values_beta"), async () => {
    await account.ask(question);
    await account.ask(question, { channel: "sms" });
    await account.ask("Talk to a human", { channel: "sms" });
    await account.ask(question, { mode: "preview" });
    const closed = idOf(await account.ask(question));
    await account.patch("customer-agent-conversation", closed, { status: "closed" });
    account.control.advance(25 * HOUR_MS);
    const timeframe = { key: "last_7_days" };
    expect(rowsOf(await values({ timeframe }))).toEqual([{ groupings: {}, statistics: { volume: 4, "resolution-rate": 0.5 } }]);
    expect(rowsOf(await values({ timeframe, groupings: ["channel"] }))).toEqual([
      { groupings: { channel: "sms" }, statistics: { volume: 2, "resolution-rate": 0.5 } },
      { groupings: { channel: "web-chat" }, statistics: { volume: 2, "resolution-rate": 0.5 } },
    ]);
    expect(rowsOf(await values({ timeframe, groupings: ["status"], statistics: ["volume"] }))).toEqual([
      { groupings: { status: "closed" }, statistics: { volume: 1 } },
      { groupings: { status: "resolved-by-ai" }, statistics: { volume: 2 } },
      { groupings: { status: "routed-to-team" }, statistics: { volume: 1 } },
    ]);
  });

  behaviour("know named windows and moments: the first is part, the second is not", spec("ReportTimeframeRequest"), async () => {
    await account.ask(question);
    const volume = async (timeframe: JsonObject) => {
      const [row] = rowsOf(await values({ timeframe, statistics: ["volume"] })) as { statistics: JsonObject }[];
      return row?.statistics["volume"];
    };
    const began = "2026-07-15T10:00:10Z";
    expect(await volume({ start: began, end: "2026-07-15T10:00:11Z" })).toBe(1);
    expect(await volume({ start: "2026-07-15T10:00:00Z", end: began })).toBe(0);
    expect(await volume({ start: "2026-07-15T12:00:00+02:00", end: "2026-07-15T13:00:00+02:00" })).toBe(1);
    expect([await volume({ key: "today" }), await volume({ key: "yesterday" })]).toEqual([1, 0]);
    account.control.advance(DAY_MS);
    expect([await volume({ key: "today" }), await volume({ key: "yesterday" })]).toEqual([0, 1]);
    expect([await volume({ key: "this_month" }), await volume({ key: "last_month" })]).toEqual([1, 0]);
  });

  behaviour("need a window, a statistic, and one grouping at most", assumed, async () => {
    const refused = [
      await values({ timeframe: {} }),
      await values({ timeframe: { start: "2026-07-15T10:00:00Z" } }),
      await values({ timeframe: { start: "2026-07-15T10:00:00Z", end: "2026-07-15T10:00:00Z" } }),
      await values({ timeframe: { key: "today", start: "2026-07-15T10:00:00Z", end: "2026-07-16T10:00:00Z" } }),
      await values({ statistics: [] }),
      await values({ groupings: ["channel", "status"] }),
    ];
    const at = (field: string): [number, string] => [400, `/data/attributes/${field}`];
    const frame = at("timeframe");
    expect(refusalsOf(refused)).toEqual([frame, frame, frame, frame, at("statistics"), at("groupings")]);
    expect((await values({ timeframe: { key: "last_365_days" } })).status).toBe(400);
    expect((await values({ statistics: ["csat"] })).status).toBe(400);
  });
});

describe("values of the agent's skills", () => {
  behaviour(
    "count turns, so that a conversation counts for each skill that it ran",
    spec("query_customer_agent_skill_values_beta"),
    async () => {
      const skill = { display_name: "Umbrellas", description: "Umbrellas", instructions: "Sell them.", status: "live" };
      await account.create("agent-skill", skill);
      const id = idOf(await account.ask(question));
      await account.ask("Do you sell umbrellas?", {}, id);
      await account.ask(question, { channel: "email" });
      await account.ask(question, { mode: "preview" });
      const answer = await skills();
      expect(schemaViolations("query_customer_agent_skill_values_beta", answer)).toEqual([]);
      const row = (name: string, volume: number) => ({ groupings: { skill: name }, statistics: { volume } });
      expect([answer.status, rowsOf(answer)]).toEqual([201, [row("general_qa", 2), row("umbrellas", 1)]]);
      expect(rowsOf(await skills({ filter: 'any(skill,["umbrellas","order_status"])' }))).toEqual([row("umbrellas", 1)]);
      expect(rowsOf(await skills({ filter: 'any(skill,["general_qa"]),any(channel,["email","sms"])' }))).toEqual([row("general_qa", 1)]);
      const at = "2026-07-15T10:00:10Z";
      expect(rowsOf(await skills({ timeframe: { start: "2026-07-15T10:00:00Z", end: at } }))).toEqual([]);
      expect(rowsOf(await skills({ timeframe: { start: at, end: "2026-07-15T10:00:11Z" } }))).toHaveLength(2);
      account.control.advance(8 * DAY_MS);
      expect(rowsOf(await skills())).toEqual([]);
    },
  );

  behaviour("are grouped by skill, and filtered by what they know", assumed, async () => {
    const refused = [
      await skills({ groupings: [] }),
      await skills({ groupings: ["skill", "skill"] }),
      await skills({ filter: 'any(channel,["fax"])' }),
      await skills({ filter: 'equals(skill,"general_qa")' }),
      await skills({ filter: 'any(status,["open"])' }),
      await skills({ filter: "nonsense" }),
    ];
    expect(refusalsOf(refused)).toEqual([
      [400, "/data/attributes/groupings"],
      [400, "/data/attributes/groupings"],
      ...Array.from({ length: 4 }, () => [400, "/data/attributes/filter"]),
    ]);
  });
});

describe("the seeded shop", () => {
  behaviour("has an agent that knows it and has talked with people", assumed, async () => {
    const shop = await openAgents({ profiles: 5 });
    const count = async (path: string) => (await shop.ids(path)).length;
    expect([await count("agent-knowledge"), await count("agent-secrets")]).toEqual([6, 1]);
    expect(await count("customer-agent-conversations?page[size]=100")).toBe(48);
    const report = (more: JsonObject = {}) =>
      shop.create("customer-agent-values-report", { statistics: ["volume"], timeframe: { key: "last_90_days" }, ...more });
    expect(rowsOf(await report())).toEqual([{ groupings: {}, statistics: { volume: 48 } }]);
    const statuses = rowsOf(await report({ groupings: ["status"] })) as { groupings: JsonObject }[];
    expect(statuses.map(({ groupings }) => groupings["status"])).toEqual(["closed", "open", "resolved-by-ai", "routed-to-team"]);
    const named = dataOf(await shop.call("GET /api/agent-skills")).map(({ attributes }) => attributes["name"]);
    const used = rowsOf(
      await shop.create("customer-agent-skill-values-report", {
        statistics: ["volume"],
        groupings: ["skill"],
        timeframe: { key: "last_90_days" },
      }),
    ) as { groupings: JsonObject }[];
    expect(used.length).toBeGreaterThan(3);
    expect(named).toEqual(expect.arrayContaining(used.map(({ groupings }) => groupings["skill"])));
    const asked = await shop.ask("How long does shipping take?");
    expect(asked.text).toContain("two to four days");
    expect(shop.log).toEqual([]);
    await shop.close();
  });
});
