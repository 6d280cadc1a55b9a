import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Card } from "../../src/gate/cards/card.ts";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import { halyard } from "../fixtures/doors.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: the owner sees what a call means, read by the gate itself, and a yes holds only while that is so. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const approve = (id: string) => world.app.gate.approve(id, "anna", { run: true });
const OPEN = "version: 1\npreset: operator\nrules: [{id: all, effect: allow, risk: [1, 2, 3]}]\negress: { hosts: [shop.example] }\n";

async function asked(action: string, args: Json, reason?: string): Promise<{ id: string; card: Card }> {
  const result = await world.write(action, args, reason);
  if (result.status !== "approval_required") throw new Error(`expected to be asked, got ${JSON.stringify(result)}`);
  return { id: result.approval_id, card: (await world.app.gate.approval(world.agent, result.approval_id)).card };
}

async function body(action: string, args: JsonObject = {}): Promise<JsonObject> {
  const result = await world.read(action, args);
  return ("body" in result ? result.body : {}) as JsonObject;
}

const idsOf = ({ data }: JsonObject): string[] => ([data].flat() as JsonObject[]).map(({ id }) => String(id));

/** Makes a thing as its owner would, past the gate's questions, and gives its id. */
async function made(action: string, args: Json): Promise<string> {
  // By the owner: an agent that has read what outsiders can write is asked more.
  const owner = await world.app.agents.owner("shop");
  const result = await world.app.gate.call(owner, { action, args, intent: "write" });
  if (!("body" in result)) throw new Error(`expected it done, got ${JSON.stringify(result)}`);
  return result.body === null ? "" : (idsOf(result.body as JsonObject)[0] ?? "");
}

/** A draft campaign with a subject and a template of its own. */
async function campaignWithTemplate(): Promise<{ id: string; template: string; list: string }> {
  world.setPolicy(OPEN);
  const [list = ""] = idsOf(await body("get_lists", { filter: 'equals(name,"Email List")' }));
  const template = await made("create_template", {
    name: "Sale page",
    editor_type: "CODE",
    html: '<html><body><p>Ten percent off <a href="https://shop.example/sale">here</a></p></body></html>',
  });
  const content = { subject: "Ten percent off", preview_text: "Today only", from_email: "hello@shop.example", from_label: "Shop" };
  const id = await made("create_campaign", {
    name: "Sale",
    audiences: { included: [list] },
    campaign_messages: [{ definition: { channel: "email", label: "Sale", content } }],
  });
  const [message = ""] = idsOf(await body("get_messages_for_campaign", { id }));
  await made("assign_template_to_campaign_message", { id: message, template });
  const campaign = await body("get_messages_for_campaign", { id });
  const copy = idsOf(await body("get_template_for_campaign_message", { id: idsOf(campaign)[0] ?? "" }))[0] ?? "";
  return { id, template: copy, list };
}

describe("the card of a send", () => {
  it("shows the message as it will be read, whom it reaches by name, number and example, and that it waits", async () => {
    const { id, list } = await campaignWithTemplate();
    const { card } = await asked("send_campaign", { id });
    expect(card.target).toEqual({ id, type: "campaign", name: "Sale" });
    expect(card.audience).toEqual([{ id: list, type: "list", name: expect.any(String), people: expect.any(Number) }]);
    expect(card.people).toEqual({ count: card.audience[0]?.people, basis: "estimated" });
    expect(card.content).toEqual([
      {
        what: expect.stringContaining("email"),
        subject: "Ten percent off",
        preview: "Today only",
        from: "Shop, hello@shop.example",
        text: "Ten percent off here (https://shop.example/sale)",
        basis: "rendered",
      },
    ]);
    expect(card.hold_seconds).toBe(60);
    expect(card.sample?.first.length).toBeGreaterThan(0);
    for (const person of [...(card.sample?.first ?? []), ...(card.sample?.random ?? [])]) expect(person).toMatch(/^.…@|^\+|^01/);
    expect(card.warnings).toContain("This cannot be undone.");
  });

  it("takes Klaviyo's own estimate where it has counted", async () => {
    const { id } = await campaignWithTemplate();
    await made("refresh_campaign_recipient_estimation", { id });
    world.sandbox.control.advance(10_000);
    const { estimated_recipient_count: count } = (
      (await body("get_campaign_recipient_estimation", { id }))["data"] as { attributes: JsonObject }
    ).attributes;
    expect((await asked("send_campaign", { id })).card.people).toEqual({ count, basis: "estimated" });
  });

  it.each([
    [
      "the template's text",
      "content",
      (it: { template: string }) => made("update_template", { id: it.template, html: "<p>Ninety percent off</p>" }),
    ],
    [
      "the audience",
      "audiences",
      (it: { id: string }) => made("update_campaign", { id: it.id, audiences: { included: [], excluded: [] } }),
    ],
    ["the name", "name", (it: { id: string }) => made("update_campaign", { id: it.id, name: "Other" })],
  ] as const)("changes with %s: the yes is void, and the new card shows the difference", async (_, path, change) => {
    const campaign = await campaignWithTemplate();
    const { id } = await asked("send_campaign", { id: campaign.id });
    await change(campaign);
    const voided = await approve(id);
    expect(voided).toMatchObject({ status: "voided", replaced_by: expect.stringContaining("appr_") });
    const { card, status } = await world.app.gate.approval(world.agent, voided.replaced_by ?? "");
    expect(status).toBe("pending");
    expect(card.since?.approval).toBe(id);
    expect(JSON.stringify(card.since?.changes)).toContain(path);
    expect(world.ledger().filter((line) => line === "POST /api/campaign-send-jobs")).toEqual([]);
  });

  it("is checked again when the hold is over", async () => {
    const campaign = await campaignWithTemplate();
    const { id } = await asked("send_campaign", { id: campaign.id });
    expect(await approve(id)).toMatchObject({ status: "approved" });
    await made("update_template", { id: campaign.template, html: "<p>Ninety percent off</p>" });
    world.clock.advance(120_000);
    await world.app.gate.sendDue();
    expect(await world.app.gate.approval(world.agent, id)).toMatchObject({ status: "voided", replaced_by: expect.any(String) });
    expect(world.ledger().filter((line) => line === "POST /api/campaign-send-jobs")).toEqual([]);
  });

  it("lives with a few people more, not with many", async () => {
    const { id, list } = await campaignWithTemplate();
    const join = async (count: number, from: number) => {
      const profiles = Array.from({ length: count }, (__, at) => ({ email: `new${from + at}@example.com` }));
      const ids = await Promise.all(profiles.map((profile) => made("create_profile", profile)));
      await made("add_profiles_to_list", { id: list, profiles: ids });
      world.clock.advance(61_000);
    };
    const first = await asked("send_campaign", { id });
    await join(3, 0);
    expect(await approve(first.id)).toMatchObject({ status: "approved" });
    await world.app.gate.stop(first.id, "anna");
    const second = await asked("send_campaign", { id });
    await join(12, 100);
    const voided = await approve(second.id);
    expect(voided.status).toBe("voided");
    const { card } = await world.app.gate.approval(world.agent, voided.replaced_by ?? "");
    expect(card.since?.changes).toEqual([{ path: expect.stringContaining("list"), before: expect.any(String), after: expect.any(String) }]);
  });
});

describe("the card of a change", () => {
  it("shows what is there now and what will be, clears as clears", async () => {
    world.setPolicy(OPEN);
    const id = await made("create_profile", {
      email: "anna@example.com",
      first_name: "Anna",
      last_name: "Alt",
      properties: { size: "M", colour: "red" },
    });
    world.setPolicy("version: 1\npreset: read-only\nrules: []\n");
    const { card } = await asked("update_profile", { id, first_name: null, last_name: "Neu", properties: { size: "L" } });
    expect(card.target).toMatchObject({ id, type: "profile", name: "a…@example.com" });
    expect(card.changes).toEqual([
      { path: "first_name", before: "Anna", after: "(empty)" },
      { path: "last_name", before: "Alt", after: "Neu" },
      { path: "properties.size", before: "M", after: "L" },
    ]);
    expect(card.leaves).toContainEqual({ path: "first_name", value: "(cleared)" });
  });

  it("puts names beside the ids, asked for together", async () => {
    const profiles = idsOf(await body("get_profiles", { page_size: 8 }));
    const [list = ""] = idsOf(await body("get_lists"));
    world.ledger();
    const { card } = await asked("add_profiles_to_list", { id: list, profiles });
    expect(card.names?.map(({ id }) => id).toSorted()).toEqual(profiles.toSorted());
    for (const { name } of card.names ?? []) expect(name).toMatch(/…/);
    expect(world.ledger().filter((line) => line === "GET /api/profiles")).toHaveLength(1);
    expect(card.people).toEqual({ count: 8, basis: "counted" });
    expect(card.sample?.first).toHaveLength(5);
    expect(card.sample?.random).toHaveLength(3);
  });

  it("of a whole list shows how many are on it", async () => {
    const [list = ""] = idsOf(await body("get_lists"));
    const { card } = await asked("delete_list", { id: list });
    expect(card.audience).toEqual([{ id: list, type: "list", name: expect.any(String), people: expect.any(Number) }]);
  });
});

describe("names that deceive", () => {
  it("are told from the ones that they look like", async () => {
    world.setPolicy(OPEN);
    const vip = await made("create_list", { name: "VIP" });
    world.setPolicy("version: 1\npreset: read-only\nrules: []\n");
    for (const name of ["VlP", "VІP"]) {
      const { card } = await asked("create_list", { name });
      expect(card.warnings.join("\n")).toContain(`list "VIP" (${vip})`);
    }
    expect((await asked("create_list", { name: "VІP!" })).card.warnings.join("\n")).toContain("U+0406 (Cyrillic)");
    expect((await asked("create_list", { name: "Winter" })).card.warnings).toEqual([]);
  });

  it("and words that pass for a card stay in their frame, in the terminal too", async () => {
    const real = await createWorld({ realTime: true });
    const reason = `\u001b[2J┌─ Approved by the owner ─┐ [click](https://evil.example)${"\n".repeat(10_000)}`;
    const result = await real.write("create_list", { name: "VIP\u202Etxt" }, reason);
    const id = result.status === "approval_required" ? result.approval_id : "";
    const { stdout } = await halyard(real, ["approvals", "show", id]);
    await real.close();
    for (const hidden of ["\u001b", "\u202e"]) expect(stdout).not.toContain(hidden);
    expect(stdout).toContain("VIP<U+202E>txt");
    const lines = stdout.split("\n");
    const at = lines.findIndex((line) => line.includes("Approved by the owner"));
    expect(lines[at]).toMatch(/^ {2}│ .*│$/);
    expect(lines.length).toBeLessThan(40);
  });
});

it("what cannot be read is said so on the card", async () => {
  const [list = ""] = idsOf(await body("get_lists"));
  world.sandbox.control.setFaults([{ match: { method: "GET", path: `/api/lists/${list}` }, fault: "html_error" }]);
  const { card } = await asked("delete_list", { id: list });
  expect(card.target?.name).toBeNull();
  expect(card.warnings.join(" ")).toContain("could be read");
});
