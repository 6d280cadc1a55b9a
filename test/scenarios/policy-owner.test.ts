import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CliApp } from "../../src/cli/parts.ts";
import { runCli, type Ran } from "../fixtures/fake-app.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/** The promise: the owner sees what a change of the policy does before it counts, and every change is on record and can be taken back. */
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

interface Setting {
  input?: string;
  isTty?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** The command line on the world's own app. */
function halyard(words: string[], setting: Setting = {}): Promise<Ran> {
  const app: CliApp = { ...world.app, close: () => Promise.resolve() };
  const env = { NO_COLOR: "1", HALYARD_HOME: world.config.home, ...setting.env };
  return runCli(words, { ...setting, env, parts: { openApp: () => Promise.resolve(app) } });
}

const folder = (): string => join(world.config.home, "policies");
const path = (): string => join(folder(), "shop.yaml");
const inForce = (): string => readFileSync(path(), "utf8");
const file = (name: string, text: string): string => {
  const at = join(world.config.home, name);
  writeFileSync(at, text);
  return at;
};
const FREE = "version: 1\npreset: read-only\nrules:\n  - {id: sends, effect: allow, actions: [send_campaign, create_tag]}\n";

/** An editor that replaces the text by that of a file, each time by the next one. */
function editor(...texts: string[]): NodeJS.ProcessEnv {
  texts.forEach((text, at) => file(`edit-${at}`, text));
  const script = file(
    "editor.mjs",
    `import { copyFileSync, existsSync, renameSync, writeFileSync } from "node:fs";
     const at = ${JSON.stringify(world.config.home)};
     if (Object.keys(process.env).some((name) => name.startsWith("HALYARD_"))) process.exit(9);
     let n = 0;
     while (existsSync(at + "/done-" + n)) n++;
     copyFileSync(at + "/edit-" + n, process.argv.at(-1));
     writeFileSync(at + "/done-" + n, "");`,
  );
  return { EDITOR: `${process.execPath} ${script}` };
}

describe("edit", () => {
  it("opens the editor on a copy, shows what it would do, asks, and puts it in force whole", async () => {
    const before = inForce();
    const asked = await halyard(["policy", "edit"], { env: editor(FREE), isTty: true, input: "n\n" });
    expect(asked.stderr).toMatch(/Newly allows 2 operations, of which irreversible: send_campaign\n +send_campaign, create_tag\n/);
    expect(asked.stderr).toContain("Nothing was changed.");
    expect(inForce()).toBe(before);
    const done = await halyard(["policy", "edit"], { env: editor(FREE, FREE), isTty: true, input: "y\n" });
    expect([done.status, done.stdout]).toEqual([0, expect.stringContaining("Version 2 is in force.")]);
    expect(inForce()).toBe(FREE);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder())).toEqual(["shop.yaml"]);
    expect((await world.write("create_tag", { name: "x" })).status).toBe("done");
  });

  it("does not take what cannot be used: it says where, and offers to edit again", async () => {
    const ran = await halyard(["policy", "edit"], {
      env: editor(FREE.replace("create_tag", "create_tga"), FREE),
      isTty: true,
      input: "n\n",
    });
    expect(ran.stderr).toContain('has no action "create_tga"; did you mean "create_tag"?');
    const shadowed = `${FREE}  - {id: no, effect: deny, actions: [send_campaign, create_tag]}\n`;
    const refused = await halyard(["policy", "edit", "--file", file("new.yaml", shadowed), "--yes"]);
    expect([refused.status, refused.stderr]).toEqual([78, expect.stringMatching(/shadowed +The rule "sends" never decides/)]);
  });

  it("without a terminal needs --file and --yes, and says so", async () => {
    const taken = file("new.yaml", FREE);
    expect(await halyard(["policy", "edit", "--file", taken])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("There is nobody to ask"),
    });
    expect(await halyard(["policy", "edit"], { env: { EDITOR: "" } })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("No editor is set"),
    });
    expect(await halyard(["policy", "edit", "--file", "/nowhere/x"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("cannot be read"),
    });
    const { stdout } = await halyard(["policy", "edit", "--file", taken, "--yes", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 2,
      diff: { newly: { allow: { irreversible: ["send_campaign"] } }, loosens: true },
    });
    expect((await halyard(["policy", "edit", "--file", taken, "--yes"])).stderr).toContain("as before");
  });
});

describe("history", () => {
  it("has every version with its author and what it did; one can be put in force again", async () => {
    world.setPolicy("version: 1\npreset: locked\n");
    await world.write("create_tag", { name: "x" });
    await halyard(["policy", "edit", "--file", file("new.yaml", FREE), "--yes"]);
    const { versions } = JSON.parse((await halyard(["policy", "history", "--json"])).stdout) as {
      versions: { version: number; author: string; genuine: boolean; document: string }[];
    };
    expect(versions.map(({ version, author, genuine }) => [version, author, genuine])).toEqual([
      [3, "cli:anna", true],
      [2, "file", true],
      [1, "file", true],
    ]);
    const told = (await halyard(["policy", "history"])).stdout;
    expect(told).toMatch(/version 3 .* by cli:anna\n +Newly allows 2 operations, of which irreversible: send_campaign/);
    expect(told).toContain("The preset is locked, before read-only.");
    const restored = await halyard(["policy", "history", "--restore", "2", "--yes"]);
    expect(restored.stdout).toContain("Version 4 is in force.");
    expect(inForce()).toBe("version: 1\npreset: locked\n");
    expect((await halyard(["policy", "history", "--restore", "9", "--yes"])).status).toBe(66);
    const changes = (await world.app.store.audit.list({ limit: 1000 })).filter(({ event }) => event === "policy.changed");
    expect(changes.map(({ fields }) => [fields["version"], fields["author"], fields["loosens"]])).toEqual([
      [1, "file", true],
      [2, "file", false],
      [3, "cli:anna", true],
      [4, "cli:anna", false],
    ]);
    expect(changes[2]?.fields["irreversible"]).toEqual(["send_campaign"]);
  });

  it("does not put a version in force that was changed in the database", async () => {
    const row = await world.app.store.policies.current(world.agent.connectionId);
    if (!row) throw new Error("no version");
    await world.app.store.policies.insert({ ...row, version: 2, document: FREE });
    expect(await halyard(["policy", "history", "--restore", "2", "--yes"])).toMatchObject({
      status: 74,
      stderr: expect.stringContaining("was changed after it was saved"),
    });
    expect((await halyard(["policy", "history"])).stdout).toContain("not as it was written");
  });
});

describe("looking", () => {
  it("lint and diff speak of a file without taking it", async () => {
    const twice = file("twice.yaml", `${FREE}  - {id: again, effect: allow, actions: [create_tag]}\n`);
    expect(await halyard(["policy", "lint", twice])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/redundant +The rule "again" changes nothing/),
    });
    expect(await halyard(["policy", "lint"])).toMatchObject({ status: 0, stdout: "It can be used, and every rule can decide.\n" });
    expect(await halyard(["policy", "lint", file("bad.yaml", "version: 3\n")])).toMatchObject({
      status: 78,
      stderr: expect.stringContaining("it knows 1"),
    });
    expect((await halyard(["policy", "diff", twice])).stdout).toContain("Newly allows 2 operations");
    expect((await halyard(["policy", "diff", path()])).stdout).toBe("It changes nothing.\n");
    expect((await world.app.store.policies.list(world.agent.connectionId)).length).toBe(1);
  });

  it("show tells every part, what is under conditions, and what is new in the catalog", async () => {
    world.setPolicy(`version: 1
preset: read-only
rules: [{id: few, effect: allow, actions: [add_profiles_to_list], where: {people: {at_most: 5}}}]
caps: {sends: {per_day: 1, each_agent: {per_day: 1}}}
egress: {hosts: [cdn.example.com]}
elicitation: {risk_at_most: 1}
`);
    const { stdout } = await halyard(["policy", "show"]);
    expect(stdout).toMatch(/caps +sends 1 per_day, each agent 1 per_day/);
    expect(stdout).toContain('where people {"at_most":5}');
    expect(stdout).toMatch(/egress +addresses at cdn.example.com are not asked/);
    expect(stdout).toMatch(/writes +0 +\d+ +\d+ +1\n/);
    expect(stdout).not.toContain("New in the catalog");
    const row = await world.app.store.policies.current(world.agent.connectionId);
    if (!row) throw new Error("no version");
    await world.app.store.policies.insert({ ...row, version: 9, mac: "00" });
    expect((await halyard(["policy", "show"])).stdout).toMatch(/New in the catalog, or of another class than before, and denied: 193/);
    expect((await halyard(["doctor", "--json"])).stdout).toContain("193 new operations are denied");
    expect((await halyard(["policy", "accept", "--yes"])).stdout).toContain("Version 10 is in force.");
    expect((await halyard(["policy", "show"])).stdout).not.toContain("New in the catalog");
  });

  it("explain tells the deciding rule, each condition, and every fact, looked up as for the call itself", async () => {
    world.setPolicy(`version: 1
preset: read-only
rules:
  - {id: few, effect: allow, actions: [add_profiles_to_list], where: {people: {at_most: 1}, local_time: {between: ["00:00", "23:59"]}}}
  - {id: big, effect: deny, actions: [send_campaign], where: {recipients: {at_least: 5}}}
`);
    const { stdout } = await halyard(["policy", "explain", "add_profiles_to_list", "id=L1", 'profiles=["a"]']);
    expect(stdout).toMatch(/^add_profiles_to_list {2}allow\n/);
    expect(stdout).toContain('The rule "few" says allow.');
    expect(stdout).toMatch(/few: people holds \(1\)\n +few: local_time holds \(\d\d:\d\d\)/);
    expect(stdout).toMatch(/people +1\n/);
    const send = JSON.parse((await halyard(["policy", "explain", "send_campaign", "id=01NOPE", "--json"])).stdout) as {
      verdict: string;
      because: string;
    };
    expect(send).toMatchObject({ verdict: "deny", because: expect.stringContaining("recipients: it could not be looked up (not_found)") });
    expect(await halyard(["policy", "explain", "create_tag", "--door", "window"])).toMatchObject({ status: 2 });
    expect(world.ledger().filter((line) => !line.startsWith("GET"))).toEqual([]);
  });

  it("test decides the cases of a file and fails with one that is decided otherwise", async () => {
    const cases = file(
      "cases.yaml",
      `- {name: by night, action: send_campaign, facts: {local_time: "23:00"}, expect: deny}
- {name: by day, action: send_campaign, facts: {local_time: "12:00"}, expect: ask}
- {action: send_campaign, expect: deny}
- {name: outside, action: create_web_feed, args: {name: x, url: "https://evil.example"}, expect: ask}
- {name: by a colleague, action: create_tag, facts: {agent: claude}, expect: allow}
`,
    );
    const policy = file(
      "night.yaml",
      `version: 1
preset: operator
rules:
  - {id: night, effect: deny, actions: [send_campaign], where: {local_time: {between: ["21:00", "07:00"]}}}
  - {id: feeds, effect: allow, actions: [create_web_feed]}
`,
    );
    expect(await halyard(["policy", "test", cases, "--policy", policy])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("5 of 5 as expected."),
    });
    const failed = await halyard(["policy", "test", cases]);
    expect([failed.status, failed.stdout]).toEqual([1, expect.stringMatching(/FAILED {2}by night: ask, expected deny\n +The preset/)]);
  });

  it("suggest proposes what was used, and the scopes for it", async () => {
    world.setPolicy("version: 1\npreset: operator\n");
    await world.write("create_tag", { name: "x" });
    const suggestion = JSON.parse((await halyard(["policy", "suggest", "--json"])).stdout) as {
      tighten: string[];
      widen: string[];
      scopes: string[];
      document: string;
    };
    expect(suggestion.tighten).toContain("update_tag");
    expect(suggestion.tighten).not.toContain("create_tag");
    expect(suggestion).toMatchObject({ widen: [], scopes: ["accounts:read", "tags:read", "tags:write"] });
    const { stdout } = await halyard(["policy", "suggest", "--document", "narrow"]);
    const taken = await halyard(["policy", "edit", "--file", file("narrow.yaml", stdout), "--yes"]);
    expect(taken.status).toBe(0);
    expect(taken.stderr).not.toContain("Newly allows");
    expect((await world.write("create_tag", { name: "y" })).status).toBe("done");
    expect((await world.write("create_list", { name: "y" })).status).toBe("approval_required");
  });
});
