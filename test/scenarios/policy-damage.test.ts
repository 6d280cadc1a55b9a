import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: a damaged policy never lets more through than the owner's last whole one, and not for longer than it says itself. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const GOOD = `version: 1
preset: read-only
rules:
  - {id: no-lists, effect: deny, actions: [create_list]}
  - {id: tags, effect: allow, actions: [create_tag]}
good_for: {hours: 2}
`;
const HOUR_MS = 3_600_000;
const path = (): string => join(world.config.home, "policies", "shop.yaml");
let serial = 0;
const tag = async (): Promise<string> => {
  // So that the newest call is the last one.
  world.clock.advance(1);
  return (await world.write("create_tag", { name: `t${serial++}` })).status;
};
const current = () => world.app.policies.current({ id: world.agent.connectionId, name: "shop" });

async function begin(): Promise<void> {
  world.setPolicy(GOOD);
  expect(await tag()).toBe("done");
}

const DAMAGED: [string, () => void][] = [
  ["cut off within a line", () => writeFileSync(path(), GOOD.slice(0, 60))],
  ["cut off within a rule", () => writeFileSync(path(), GOOD.slice(0, GOOD.indexOf(", actions: [create_tag]")))],
  ["empty", () => writeFileSync(path(), "")],
  ["blank", () => writeFileSync(path(), "\n\n")],
  ["no YAML", () => writeFileSync(path(), "\u0000\u0001\n")],
  ["of an unknown version", () => writeFileSync(path(), GOOD.replace("version: 1", "version: 2"))],
  ["without a version", () => writeFileSync(path(), GOOD.replace("version: 1\n", ""))],
  ["a bomb of aliases", () => writeFileSync(path(), "version: 1\na: &a [x]\nb: [*a, *a]\n")],
  ["too large", () => writeFileSync(path(), `${GOOD}# ${"x".repeat(300_000)}\n`)],
  ["not there", () => rmSync(path())],
];

describe.each(DAMAGED)("a file that is %s", (_, damage) => {
  it("leaves the last good one in force for as long as that says, then denies every write; mended it counts at once", async () => {
    await begin();
    damage();
    expect([await tag(), (await world.write("create_list", { name: "x" })).status]).toEqual(["done", "denied"]);
    const { problem, note, version } = await current();
    expect(problem?.code).toBe("policy_invalid");
    expect(version).toBeGreaterThan(0);
    expect(note).toMatch(/the last good one, stands in until 2026-07-15T12:00/);
    expect((await world.app.activity({ limit: 1 }))[0]?.because).toContain("stands in until");
    world.clock.advance(2 * HOUR_MS);
    expect(await tag()).toBe("denied");
    expect((await current()).note).toContain("older than its good_for");
    expect((await world.read("get_lists")).status).toBe("done");
    world.setPolicy(GOOD);
    expect(await tag()).toBe("done");
  });
});

describe("what is written so and cannot be used", () => {
  it.each([
    ["a misspelt field", GOOD.replace("rules:", "rulez:")],
    ["an action that does not exist", GOOD.replace("create_tag", "create_tga")],
    ["a rule that matches nothing", GOOD.replace("actions: [create_tag]", "areas: [tags], kinds: [merge]")],
    ["an effect that does not exist", GOOD.replace("effect: allow", "effect: alow")],
  ])("%s denies every write at once: what its writer wanted is not known", async (_, text) => {
    await begin();
    world.setPolicy(text);
    expect(await tag()).toBe("denied");
    expect((await world.app.activity({ limit: 1 }))[0]?.because).toContain("cannot be used, so writes are denied");
    expect((await world.read("get_lists")).status).toBe("done");
  });
});

describe("a file that ends early at the end of a line", () => {
  it("is not taken where it allows more than the whole: only the owner can say that it is meant so", async () => {
    const whole =
      "version: 1\npreset: operator\nrules:\n  - id: tags\n    effect: deny\n    actions: [create_tag]\n    where: { agent: { in: [claude] } }\n";
    const extended = `${whole}  - {id: lists, effect: deny, actions: [create_list]}\n`;
    world.setPolicy(extended);
    expect(await tag()).toBe("denied");
    world.setPolicy(whole);
    expect((await world.write("create_list", { name: "x" })).status).toBe("denied");
    expect((await current()).problem?.message).toContain("looks cut off");
    await world.app.policyDesk.accept({ id: world.agent.connectionId, name: "shop" }, "cli:anna");
    expect((await world.write("create_list", { name: "x" })).status).toBe("done");
  });

  it("is taken where it allows no more", async () => {
    world.setPolicy(GOOD.replace(/good_for.*\n/, ""));
    await tag();
    world.setPolicy(GOOD.slice(0, GOOD.indexOf("  - {id: tags")));
    expect(await tag()).toBe("approval_required");
    expect((await current()).problem).toBeUndefined();
  });
});

describe("the last good one is not trusted", () => {
  const breakFile = (): void => writeFileSync(path(), "");

  it("when it was changed in the database", async () => {
    await begin();
    const row = await world.app.store.policies.current(world.agent.connectionId);
    if (!row) throw new Error("no version");
    const { version } = row;
    await world.app.store.policies.insert({
      ...row,
      version: version + 1,
      document: GOOD.replace("no-lists, effect: deny", "no-lists, effect: allow"),
    });
    breakFile();
    expect(await tag()).toBe("denied");
    expect((await current()).note).toContain("not as it was written");
  });

  it("when nothing tells when it was whole, or what tells it was made up", async () => {
    await begin();
    const key = `policy.good.${world.agent.connectionId}`;
    const stamp = (await world.app.store.meta.get(key)) ?? "";
    await world.app.store.meta.set(key, stamp.replace(/"at":\d+/, `"at":${world.clock.now() + 5 * HOUR_MS}`));
    breakFile();
    expect(await tag()).toBe("denied");
    expect((await current()).note).toContain("Nothing tells when");
    await world.app.store.meta.set(key, stamp);
    expect(await tag()).toBe("done");
  });

  it("when the clock was set back before it was found whole", async () => {
    await begin();
    breakFile();
    world.clock.advance(-HOUR_MS);
    expect(await tag()).toBe("denied");
  });

  it("but across a restart it is", async () => {
    await begin();
    breakFile();
    const again = await openApp(world.config, { clock: world.clock });
    try {
      const call = (action: string) => again.gate.call(world.agent, { action, args: { name: `t${serial++}` }, intent: "write" });
      expect([(await call("create_tag")).status, (await call("create_list")).status]).toEqual(["done", "denied"]);
    } finally {
      await again.close();
    }
  });
});

describe("a catalog with operations that the owner has not seen", () => {
  it("denies them until they are taken in; what is known goes on", async () => {
    await begin();
    const row = await world.app.store.policies.current(world.agent.connectionId);
    const known = JSON.parse(row?.known ?? "{}") as Record<string, string>;
    expect(Object.keys(known)).toHaveLength(193);
    // As after an update of the catalog: the owner has seen one without tags, and with lists of another class.
    const { create_tag: _, ...older } = known;
    await forge({ ...older, update_list: "update 1" });
    expect(await tag()).toBe("denied");
    expect((await world.app.activity({ limit: 1 }))[0]?.because).toContain("new in the catalog");
    expect([...(await current()).unseen].toSorted()).toEqual(["create_tag", "update_list"]);
    expect((await world.write("create_profile", { email: "ada@example.com" })).status).toBe("approval_required");
    // Editing the file by hand does not take in what was never shown.
    world.setPolicy(`${GOOD}# edited\n`);
    expect(await tag()).toBe("denied");
    await world.app.policyDesk.accept({ id: world.agent.connectionId, name: "shop" }, "cli:anna");
    expect(await tag()).toBe("done");
  });

  /** A version that says that the owner has seen these, as Halyard itself writes it. */
  async function forge(known: Record<string, string>): Promise<void> {
    const { versionMac } = await import("../../src/gate/policies/policy-versions.ts");
    const row = await world.app.store.policies.current(world.agent.connectionId);
    if (!row) throw new Error("no version");
    const next = { ...row, version: row.version + 1, known: JSON.stringify(known) };
    await world.app.store.policies.insert({ ...next, mac: versionMac(world.app.vault, next) });
  }

  it("denies everything where the list of what was seen is not Halyard's own", async () => {
    await begin();
    const row = await world.app.store.policies.current(world.agent.connectionId);
    if (!row) throw new Error("no version");
    await world.app.store.policies.insert({ ...row, version: row.version + 1 });
    expect(await tag()).toBe("denied");
  });
});
