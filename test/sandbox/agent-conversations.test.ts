import { afterEach, beforeEach, describe, expect } from "vitest";
import { eventsOf, openAgents, refusalsOf, saidIn, type Agents } from "./agents.ts";
import { dataOf, schemaViolations } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

const HOUR_MS = 3_600_000;

let account: Agents;
beforeEach(async () => {
  account = await openAgents();
  await account.learn("Shipping", "Parcels take two to four days. We ship on weekdays. Orders over 60 dollars ship free.");
  await account.learn("Roasting", "We roast on Tuesdays. Beans rest for a week.");
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = (operation: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${operation}` }) as const;
const assumed = { as: "assumed", from: "behaviour.md §2.20" } as const;

const status = async (id: string) => (await account.read("customer-agent-conversation", id))["status"];
const close = (id: string) => account.patch("customer-agent-conversation", id, { status: "closed" });
const messages = async (id: string) =>
  dataOf(await account.call(`GET /api/customer-agent-conversations/${id}/customer-agent-messages`)).map(({ attributes }) => [
    attributes["role"],
    attributes["content"],
  ]);

describe("a turn of the customer agent", () => {
  behaviour("answers from the indexed knowledge whose words match", assumed, async () => {
    const answer = await account.ask("How many days does shipping take?");
    expect([answer.status, dataOf(answer)[0]?.type]).toEqual([201, "customer-agent-response"]);
    expect(schemaViolations("create_customer_agent_response_beta", answer)).toEqual([]);
    expect(saidIn(answer)).toContain("Parcels take two to four days.");
    expect(saidIn(answer)).not.toContain("roast");
    expect(saidIn(await account.ask("When do you roast?"))).toContain("We roast on Tuesdays.");
  });

  behaviour("begins a conversation whose id is the answer's, a UUID", spec("CustomerAgentResponseCreateResponseData"), async () => {
    const answer = await account.ask("When do you roast?");
    const id = idOf(answer);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(attributesOf(answer)["conversation_id"]).toBe(id);
    expect(at(dataOf(answer)[0] ?? {}, "relationships", "conversation")["data"]).toEqual({ type: "customer-agent-conversation", id });
    expect(await status(id)).toBe("open");
  });

  behaviour(
    "keeps what was said, and of a conversation that goes on only what is new",
    spec("create_customer_agent_response_beta"),
    async () => {
      const history = [
        { role: "user", content: "Hello" },
        { role: "agent", content: "Hello! What is it about?" },
      ];
      const first = await account.ask("", { messages: [...history, { role: "user", content: "When do you roast?" }] });
      const id = idOf(first);
      const before = await messages(id);
      expect(before).toEqual([
        ["user", "Hello"],
        ["agent", "Hello! What is it about?"],
        ["user", "When do you roast?"],
        ["agent", saidIn(first)],
      ]);
      account.control.advance(60_000);
      const second = await account.ask("", { messages: [...history, { role: "user", content: "And how long is shipping?" }] }, id);
      expect(idOf(second)).toBe(id);
      expect(await messages(id)).toEqual([...before, ["user", "And how long is shipping?"], ["agent", saidIn(second)]]);
      expect(await account.read("customer-agent-conversation", id)).toEqual({
        status: "open",
        created_at: "2026-07-15T10:00:20+00:00",
        updated_at: "2026-07-15T10:01:20+00:00",
      });
    },
  );

  behaviour(
    "ends with a message of the user's, in a conversation that is there",
    spec("CustomerAgentResponseCreateRequestRequest"),
    async () => {
      const id = idOf(await account.ask("When do you roast?"));
      const refused = [
        await account.ask("", { messages: [] }),
        await account.ask("", { messages: [{ role: "agent", content: "Hello" }] }),
        await account.ask(" "),
        await account.ask("Hello?", {}, "00000000-0000-4000-8000-000000000000"),
        await account.ask("Hello?", { mode: "preview" }, id),
        await account.ask("Hello?", { customer: { profile_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" } }),
        await account.ask("Hello?", { mode: "test" }),
      ];
      expect(refusalsOf(refused)).toEqual([
        [400, "/data/attributes/messages"],
        [400, "/data/attributes/messages"],
        [400, "/data/attributes/messages"],
        [404, "/data/relationships/conversation/data/id"],
        [400, "/data/attributes/mode"],
        [400, "/data/attributes/customer/profile_id"],
        [400, "/data/attributes/mode"],
      ]);
      expect(await messages(id)).toHaveLength(2);
    },
  );

  behaviour("is the same for the same account and question", assumed, async () => {
    const twin = await openAgents();
    await twin.learn("Shipping", "Parcels take two to four days. We ship on weekdays. Orders over 60 dollars ship free.");
    await twin.learn("Roasting", "We roast on Tuesdays. Beans rest for a week.");
    const [here, there] = [await account.ask("When do you roast?"), await twin.ask("When do you roast?")];
    expect(attributesOf(here)).toEqual(attributesOf(there));
    await twin.close();
  });

  behaviour("hands off at once to whoever asks for a person, and is silent from then on", assumed, async () => {
    const first = await account.ask("Can I talk to a human please?");
    const id = idOf(first);
    expect(eventsOf(first)).toEqual([
      { type: "message", role: "agent", content: expect.any(String) },
      { type: "handoff", mode: "hard", category: "explicit-ask" },
    ]);
    expect(await status(id)).toBe("routed-to-team");
    expect(eventsOf(await account.ask("When do you roast?", {}, id))).toEqual([{ type: "handoff", mode: "silent", category: null }]);
    expect(await status(id)).toBe("routed-to-team");
  });

  behaviour("hands off by the rules that are enabled", assumed, async () => {
    const rules = [
      { title: "Damaged goods", description: "Something arrived broken.", status: "enabled" },
      { title: "Roasting", description: "Anything about roasting.", status: "disabled" },
    ];
    await account.patch("customer-agent", account.accountId, { escalation_rules: rules });
    const answer = await account.ask("My parcel arrived damaged!");
    expect(eventsOf(answer)[1]).toEqual({ type: "handoff", mode: "hard", category: "escalation-rule" });
    expect(saidIn(await account.ask("When do you roast?"))).toContain("Tuesdays");
  });

  behaviour("hands off softly where it has no answer or no words to go by, and goes on", assumed, async () => {
    const unclear = await account.ask("?!");
    expect(eventsOf(unclear).at(-1)).toEqual({ type: "handoff", mode: "soft", category: "unintelligible-input" });
    const unknown = await account.ask("Do you sell umbrellas?");
    expect(eventsOf(unknown).at(-1)).toEqual({ type: "handoff", mode: "soft", category: null });
    expect([await status(idOf(unclear)), await status(idOf(unknown))]).toEqual(["routed-to-team", "routed-to-team"]);
    expect(saidIn(await account.ask("When do you roast?", {}, idOf(unknown)))).toContain("Tuesdays");
  });

  behaviour("hands off as the skill says that took it", assumed, async () => {
    const skill = { display_name: "Umbrellas", description: "Umbrellas", instructions: "Sell them.", status: "live" };
    const id = idOf(await account.create("agent-skill", skill));
    const modes = async (handoff: string) => {
      await account.patch("agent-skill", id, { handoff });
      return eventsOf(await account.ask("Do you sell umbrellas?")).flatMap(({ type, mode }) => (type === "handoff" ? [mode] : []));
    };
    expect([await modes("none"), await modes("offer"), await modes("immediate")]).toEqual([[], ["soft"], ["hard"]]);
    await account.learn("Umbrellas", "We sell umbrellas in spring.");
    expect([await modes("immediate"), await modes("all")]).toEqual([[], ["hard"]]);
  });
});

describe("conversations of the customer agent", () => {
  behaviour("count as resolved when nobody writes for a day after an answer", assumed, async () => {
    const skill = { display_name: "Hats", description: "Hats", instructions: "Sell them.", status: "live", handoff: "none" };
    await account.create("agent-skill", skill);
    const [answered, unanswered] = [idOf(await account.ask("When do you roast?")), idOf(await account.ask("Do you sell hats?"))];
    const goesOn = idOf(await account.ask("When do you roast?"));
    account.control.advance(23 * HOUR_MS);
    await account.ask("How long is shipping?", {}, goesOn);
    account.control.advance(2 * HOUR_MS);
    expect(await Promise.all([answered, unanswered, goesOn].map(status))).toEqual(["resolved-by-ai", "open", "open"]);
    account.control.advance(22 * HOUR_MS);
    expect(await status(goesOn)).toBe("resolved-by-ai");
    await account.ask("When do you roast?", {}, answered);
    expect(await status(answered)).toBe("open");
  });

  behaviour("can be closed, and nothing else", spec("update_customer_agent_conversation_beta"), async () => {
    const id = idOf(await account.ask("When do you roast?"));
    expect((await account.patch("customer-agent-conversation", id, { status: "open" })).status).toBe(400);
    account.control.advance(60_000);
    expect(attributesOf(await close(id))["status"]).toBe("closed");
    const closed = await account.read("customer-agent-conversation", id);
    expect(closed).toMatchObject({ status: "closed", updated_at: "2026-07-15T10:01:20+00:00" });
    account.control.advance(25 * HOUR_MS);
    expect([(await close(id)).status, await account.read("customer-agent-conversation", id)]).toEqual([200, closed]);
  });

  behaviour("that are closed take no more turns", assumed, async () => {
    const id = idOf(await account.ask("When do you roast?"));
    await close(id);
    expect((await account.ask("Hello?", {}, id)).status).toBe(409);
    expect(await messages(id)).toHaveLength(2);
  });

  behaviour("are listed with the newest first, filtered by status and time", spec("list_customer_agent_conversations_beta"), async () => {
    const [first, second] = [idOf(await account.ask("When do you roast?")), idOf(await account.ask("Talk to a human"))];
    account.control.advance(HOUR_MS);
    const third = idOf(await account.ask("When do you roast?"));
    const found = (filter: string) => account.ids(`customer-agent-conversations?filter=${encodeURIComponent(filter)}`);
    expect((await account.ids("customer-agent-conversations"))[0]).toBe(third);
    expect((await found('equals(status,"open")')).toSorted()).toEqual([first, third].toSorted());
    expect(await found('equals(status,"routed-to-team")')).toEqual([second]);
    expect(await found("greater-or-equal(created_at,2026-07-15T11:00:00Z)")).toEqual([third]);
    expect(await account.ids("customer-agent-conversations?page[size]=1")).toEqual([third]);
  });

  behaviour("of previews are in no list", spec("CustomerAgentResponseCreateRequestRequest"), async () => {
    const id = idOf(await account.ask("When do you roast?", { mode: "preview" }));
    expect(await account.ids("customer-agent-conversations")).toEqual([]);
    expect(saidIn(await account.ask("How long is shipping?", { mode: "preview" }, id))).toContain("two to four days");
    expect(await messages(id)).toHaveLength(4);
  });

  behaviour("name their messages in the order in which they were said", spec("ConversationResponseData"), async () => {
    const id = idOf(await account.ask("When do you roast?"));
    for (let i = 0; i < 5; i++) await account.ask("How long is shipping?", {}, id);
    const whole = await account.call(`GET /api/customer-agent-conversations/${id}`);
    const named = at(dataOf(whole)[0] ?? {}, "relationships", "customer-agent-messages")["data"] as { id: string }[] | undefined;
    const linked = dataOf(await account.call(`GET /api/customer-agent-conversations/${id}/relationships/customer-agent-messages`));
    expect(named?.map((each) => each.id)).toEqual(linked.map((each) => each.id));
    expect(linked.map((each) => Number(each.id))).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect((await messages(id)).map(([role]) => role)).toEqual(Array.from({ length: 12 }, (_, i) => (i % 2 ? "agent" : "user")));
  });
});
