import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canariesIn } from "../canary.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: what is secret here does not leave by way of arguments, and what looks like a secret leaves only with the owner's yes. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.setPolicy("version: 1\npreset: operator\nrules: []\n");
});
afterEach(() => world.close());

describe("a stored secret", () => {
  const places: [
    string,
    (secret: string) => [action: string, args: { [name: string]: string | { [name: string]: string } }, reason?: string],
  ][] = [
    ["an argument", (secret) => ["create_list", { name: `x ${secret} y` }]],
    ["a member's name", (secret) => ["create_profile", { email: "a@b.example", properties: { [secret]: "x" } }]],
    ["a name that does not exist", (secret) => ["create_list", { name: "x", [secret]: "y" }]],
    ["the action", (secret) => [secret, {}]],
    ["the reason", (secret) => ["create_list", { name: "x" }, `because ${secret}`]],
  ];

  it.each(places)("in %s is refused, and is nowhere on the record", async (_, call) => {
    world.ledger();
    for (const secret of [world.sandbox.keys.full, world.agentToken.reveal()]) {
      const thrown: unknown = await world.write(...call(secret)).catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: "denied", message: expect.stringContaining("holds a secret") });
      const [row] = await world.app.activity({ limit: 1 });
      const record = JSON.stringify([row, row && (await world.app.callStory(row.id)), String(thrown)]);
      expect(canariesIn(record, secret)).toEqual([]);
    }
    expect(world.ledger()).toEqual([]);
  });

  it("is refused in a read as well", async () => {
    await expect(world.read("get_lists", { filter: `equals(name,"${world.sandbox.keys.full}")` })).rejects.toMatchObject({
      code: "denied",
    });
  });
});

describe("what looks like a secret", () => {
  const stranger = "pk_0123456789abcdef0123456789abcdef01";

  it("is asked where the policy would allow it, with a warning, and masked on card and record", async () => {
    const result = await world.write("create_list", { name: `Key ${stranger}` }, `use ${stranger}`);
    expect(result).toMatchObject({ status: "approval_required" });
    const [view] = await world.app.gate.approvals({ status: "pending" });
    expect(view?.card.warnings).toContainEqual(expect.stringContaining("looks like a secret"));
    const story = view && (await world.app.callStory(view.call_id));
    expect(JSON.stringify([view, story])).not.toContain(stranger);
    const ran = await world.app.gate.approve(view?.approval_id ?? "", "owner", { run: true });
    expect(ran.result).toMatchObject({ status: "done" });
    expect(JSON.stringify([...world.sandbox.control.dump(["lists"])])).toContain(stranger);
  });

  it("is no matter in a read", async () => {
    expect(await world.read("get_lists", { filter: `equals(name,"${stranger}")` })).toMatchObject({ status: "done" });
  });
});
