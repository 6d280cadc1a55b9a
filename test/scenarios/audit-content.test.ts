import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import { dayAt } from "../../src/gate/record/day-keys.ts";
import { halyard } from "../fixtures/doors.ts";
import { configFor, createWorld, START_MS, type World } from "../fixtures/world.ts";

/** The promise (attack J8): what calls say about people lies encrypted, and once its day is erased it is gone while the record still verifies. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const EMAIL = "anna.petersen@shop.example";
const PEOPLE = [EMAIL, "anna.petersen", "Petersen", "4915112345678", "Lives at the sea"];
const DAY_MS = 86_400_000;
const TODAY = dayAt(START_MS);

/** Everything in the state folder as one text; read by another process, for closing a database file here would drop the locks on it. */
function everything(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) =>
      statSync(path).isDirectory() ? everything(path) : execFileSync("cat", [path], { maxBuffer: 2 ** 30 }).toString("latin1"),
    )
    .join("\n");
}
const found = (): string[] => PEOPLE.filter((text) => everything(world.config.home).includes(text));

async function callsAboutAnna(): Promise<string> {
  const asked = await world.write(
    "create_profile",
    { email: EMAIL, phone_number: "+4915112345678", last_name: "Petersen", properties: { note: "Lives at the sea" } },
    `Because ${EMAIL} asked for it`,
  );
  await world.read("get_profiles", { filter: `equals(email,"${EMAIL}")` });
  await expect(world.write("create_profile", { email: EMAIL, last_nmae: "Petersen" })).rejects.toMatchObject({ code: "invalid_arguments" });
  return "call_id" in asked ? asked.call_id : "";
}

it("nothing of it is in the clear in any file, and the owner can open it", async () => {
  const id = await callsAboutAnna();
  expect(found()).toEqual([]);
  expect(await world.app.audit.show(id)).toMatchObject({
    state: "kept",
    body: { action: "create_profile", args: { email: EMAIL, last_name: "Petersen" }, reason: `Because ${EMAIL} asked for it` },
  });
  const [approval] = await world.app.gate.approvals({ status: "pending" });
  expect(JSON.stringify(approval?.card)).toContain(EMAIL);
  // The record itself says what was asked without saying who.
  const { events } = await world.app.callStory(id);
  expect(events[0]?.fields["arguments"]).toEqual([
    `email = (text, ${EMAIL.length} characters)`,
    "last_name = (text, 8 characters)",
    "phone_number = (text, 14 characters)",
    "properties.note = (text, 16 characters)",
  ]);
  const reads = (await world.app.store.audit.list({ limit: 99 })).filter(({ event }) => event === "read");
  expect(reads.at(-1)?.fields["arguments"]).toEqual(['filter = equals(email,"…")']);
});

describe("an erased day", () => {
  it("cannot be opened by anyone, still verifies, and its approvals cannot be used", async () => {
    const id = await callsAboutAnna();
    const [approval] = await world.app.gate.approvals({});
    world.clock.advance(17 * 3_600_000);
    expect(await world.app.audit.erase({ from: TODAY, to: `${TODAY}~` }, "cli:anna")).toEqual({ days: [TODAY], bodies: 2, voided: 1 });
    expect(await world.app.audit.show(id)).toMatchObject({ state: "erased", call: { reason: null, target: null } });
    expect(await world.app.audit.show(id)).not.toHaveProperty("body");
    const view = await world.app.gate.approval({ ...world.agent, agentId: "owner" }, approval?.approval_id ?? "");
    expect(view).toMatchObject({
      status: "voided",
      status_reason: "its content was erased",
      card: { operation: "create_profile", leaves: [] },
    });
    await expect(world.app.gate.approve(approval?.approval_id ?? "", "cli:anna", { run: true })).rejects.toMatchObject({
      code: "conflict",
    });
    expect(world.ledger().filter((line) => line.startsWith("POST"))).toEqual([]);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
    // The key of the day is gone: not even someone with the master key can read what an old copy of a row holds.
    // What came after it has the key of the day after.
    const dayKeys = await world.app.store.secrets.ofGateway("audit-day");
    expect(dayKeys.filter(({ created_at: at }) => new Date(at).toISOString().startsWith(TODAY))).toEqual([]);
    const other = await openApp(configFor(world.config.home), { clock: world.clock });
    expect(await other.audit.show(id)).toMatchObject({ state: "erased" });
    await other.close();
  });

  it("takes the tokens of that day with it; who is read again gets one that works", async () => {
    const owner = await world.app.agents.owner(undefined);
    const people = await world.app.gate.call(owner, { action: "get_profiles", args: { page_size: 1 }, intent: "read" });
    const id = /"id":"(\w+)"/.exec(JSON.stringify(people))?.[1] ?? "";
    const seen = async (): Promise<string> => /person:\w+@email/.exec(JSON.stringify(await world.read("get_profile", { id })))?.[0] ?? "";
    const filterBy = (token: string) => world.read("get_profiles", { filter: `equals(email,"${token}")` });
    const token = await seen();
    expect(await filterBy(token)).toMatchObject({ body: { data: [{ id }] } });
    world.clock.advance(17 * 3_600_000);
    await world.app.audit.erase({ from: TODAY, to: `${TODAY}~` }, "cli:anna");
    await expect(filterBy(token)).rejects.toMatchObject({ code: "unknown_token" });
    expect(await seen()).toBe(token);
    expect(await filterBy(token)).toMatchObject({ body: { data: [{ id }] } });
  });

  it("leaves the other days alone, and the same day of a clock that went back gets a key of its own", async () => {
    const first = await callsAboutAnna();
    world.clock.advance(DAY_MS);
    const second = await world.read("get_lists");
    await world.app.audit.erase({ from: "", to: dayAt(world.clock.now()) }, "cli:anna");
    world.clock.set(START_MS);
    const third = await world.read("get_lists");
    const ids = [first, ...[second, third].map((result) => ("call_id" in result ? result.call_id : ""))];
    const states = await Promise.all(ids.map((id) => world.app.audit.show(id)));
    expect(states.map(({ state }) => state)).toEqual(["erased", "kept", "kept"]);
    expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
  });

  it.each([
    ["today", TODAY, `${TODAY}~`],
    ["one that is not there", "2020-01-01", "2020-01-02"],
  ])("is never %s", async (_, from, to) => {
    await callsAboutAnna();
    await expect(world.app.audit.erase({ from, to }, "x")).rejects.toMatchObject({ code: "not_found" });
  });

  it("is said by each of its rows in an export", async () => {
    await callsAboutAnna();
    world.clock.advance(DAY_MS);
    await world.read("get_lists");
    await world.app.audit.erase({ from: "", to: dayAt(world.clock.now()) }, "cli:anna");
    const bodies: string[] = [];
    for await (const rows of world.app.audit.rows({})) bodies.push(...rows.map(({ event, body }) => `${event} ${body}`));
    expect(bodies.filter((text) => !text.endsWith("null"))).toEqual(["received erased", "read erased", "read kept"]);
  });
});

describe("content that was changed behind Halyard's back", () => {
  it.each([
    [
      "another call's in its place",
      "update audit_bodies set sealed = (select sealed from audit_bodies where id <> '$id') where id = '$id'",
      "changed",
    ],
    ["cut short", "update audit_bodies set sealed = substr(sealed, 1, length(sealed) - 4)", "changed"],
    ["taken away", "delete from audit_bodies where id = '$id'", "missing"],
  ])("%s", async (_, sql, state) => {
    const id = await callsAboutAnna();
    const database = new Database(world.config.databaseUrl.slice("file:".length));
    database.exec(sql.replaceAll("$id", id));
    database.close();
    expect((await world.app.audit.show(id)).state).toBe(state);
  });
});

it("the command line shows, exports and tails", async () => {
  const real = await createWorld({ realTime: true });
  try {
    const result = await real.read("get_lists");
    const shown = await halyard(real, ["audit", "show", "call_id" in result ? result.call_id : ""]);
    expect([shown.status, shown.stdout]).toEqual([0, expect.stringContaining("get_lists  done")]);
    const { stdout } = await halyard(real, ["audit", "export"]);
    const [about, ...rows] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(about).toMatchObject({ halyard_audit: 1, public_key: real.app.audit.publicKey });
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, at) => at + 1));
    expect((await halyard(real, ["audit", "erase", "--before", "2020-01-01", "--yes"])).status).toBe(66);
    expect((await halyard(real, ["audit", "tail", "--limit", "2"])).stdout.trim().split("\n")).toHaveLength(2);
  } finally {
    await real.close();
  }
});
