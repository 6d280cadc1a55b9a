import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../catalog/catalog.ts";
import type { CurrentPolicy } from "../../gate/policies/policy-files.ts";
import { HalyardError } from "../../lib/errors.ts";
import { policyOf } from "../../policy/parse.ts";
import { fakeState, runCli } from "../../../test/fixtures/fake-app.ts";

const base = fakeState().policy;
const withRule: CurrentPolicy = {
  ...base,
  policy: { ...base.policy, rules: [{ id: "no-lists", effect: "deny", areas: ["lists"], kinds: ["create"] }] },
};
const broken: CurrentPolicy = {
  ...base,
  version: 0,
  policy: policyOf("locked"),
  problem: new HalyardError("policy_invalid", "The policy cannot be used: /prest is not a known field."),
};

describe("policy show", () => {
  it("prints preset, rules, file, and how many actions each verdict has", async () => {
    const { stdout } = await runCli(["policy", "show"], { state: { policy: withRule } });
    expect(stdout).toMatch(/file +\/etc\/halyard\/shop\.yaml\n +version +3\n +preset +read-only/);
    expect(stdout).toMatch(/no-lists +deny +areas: lists; kinds: create/);
    const { counts } = JSON.parse((await runCli(["policy", "show", "--json"], { state: { policy: withRule } })).stdout) as {
      counts: Record<"reads" | "writes", Record<string, number>>;
    };
    const { operations } = loadCatalog();
    const reads = operations.filter(({ effect }) => effect.risk === 0).length;
    expect(counts.reads).toEqual({ allow: reads, ask: 0, deny: 0, conditional: 0 });
    expect(Object.values(counts.writes).reduce((sum, count) => sum + count, 0)).toBe(operations.length - reads);
    expect(stdout).toMatch(new RegExp(`reads +${reads} +0 +0 +0\\nwrites +0 +${counts.writes["ask"]} +${counts.writes["deny"]} +0\\n`));
  });

  it("says first that a broken policy denies every write, and fails", async () => {
    const { status, stdout } = await runCli(["policy", "show"], { state: { policy: broken } });
    expect(status).toBe(78);
    expect(stdout).toMatch(/^This policy cannot be used, so every write is denied\. .*\/prest is not a known field/);
    const json = await runCli(["policy", "show", "--json"], { state: { policy: broken } });
    expect(JSON.parse(json.stdout)).toMatchObject({ problem: { code: "policy_invalid" }, counts: { writes: { allow: 0, ask: 0 } } });
  });
});

describe("policy explain", () => {
  it("names the rule that decides", async () => {
    const { stdout } = await runCli(["policy", "explain", "create_list"], { state: { policy: withRule } });
    expect(stdout).toMatch(/^create_list {2}deny\n/);
    expect(stdout).toContain('The rule "no-lists" says deny.');
    expect((await runCli(["policy", "explain", "get_lists"])).stdout).toContain('The preset "read-only" says allow to risk 0');
  });

  it("takes the arguments into account where they raise the class", async () => {
    const explained = async (...words: string[]) =>
      JSON.parse((await runCli(["policy", "explain", ...words, "--json"])).stdout) as { kind: string; risk: number };
    expect((await explained("upload_image_from_url")).risk).toBeLessThan(4);
    expect(await explained("upload_image_from_url", "import_from_url=https://evil.example/x.png")).toMatchObject({
      kind: "export",
      risk: 4,
    });
  });

  it("tells an unknown action's nearest names", async () => {
    const { status, stderr } = await runCli(["policy", "explain", "crate_list"]);
    expect(status).toBe(65);
    expect(stderr).toContain("create_list");
  });
});
