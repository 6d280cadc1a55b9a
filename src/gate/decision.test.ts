import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { createManualClock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import { policyOf } from "../policy/parse.ts";
import type { Policy, Rule } from "../policy/policy.ts";
import type { ConnectionRow } from "../store/tables/connections.ts";
import type { Tables } from "../store/tables.ts";
import { OWNER, type Caller } from "./call.ts";
import { classOf } from "./class.ts";
import { assertStanding, decideCall, ruleOn, saidTo } from "./decision.ts";
import type { Gathered, Question } from "./facts.ts";
import type { CurrentPolicy } from "./policies/policy-files.ts";

const catalog = loadCatalog();
const clock = createManualClock(Date.UTC(2026, 6, 15, 10));

function question(id: string, args: JsonObject = {}): Question {
  const operation = mustFind(catalog, id);
  const caller = { agentName: "claude", agentId: "agent_1", door: "stdio" } as const;
  return { operation: { ...operation, effect: classOf(operation, args) }, args, caller, digest: "d" };
}

const rule = (part: Partial<Rule>): Rule => ({ id: "r", effect: "allow", ...part });
const gathered: Gathered = { facts: { host: [], risk: 3, agent: "claude", tainted: false } };
const verdict = (policy: Policy, asked: Question, given = gathered, unseen: string[] = []) =>
  ruleOn({ catalog, clock }, { policy, unseen: new Set(unseen) }, asked, given).verdict;

describe("a raised call", () => {
  const live = { definition: { actions: [{ data: { status: "live" } }] } };

  it("is decided as what its arguments make of it", () => {
    expect(verdict(policyOf("read-only", [rule({ kinds: ["create"] })]), question("create_flow", {}))).toBe("allow");
    expect(verdict(policyOf("operator", [rule({ kinds: ["create"] })]), question("create_flow", live))).toBe("ask");
    expect(verdict(policyOf("operator", [rule({ effect: "deny", kinds: ["send-message"] })]), question("create_flow", live))).toBe("deny");
  });

  it("is not carried out of the rules of its operation", () => {
    const rules = [rule({ id: "out", kinds: ["send-message"] }), rule({ id: "none-new", effect: "deny", kinds: ["create"] })];
    const ruled = ruleOn(
      { catalog, clock },
      { policy: policyOf("operator", rules), unseen: new Set() },
      question("create_flow", live),
      gathered,
    );
    expect(ruled).toMatchObject({ verdict: "deny", rules: ["none-new"] });
  });

  it("is not carried out of the rules of its risk, either", () => {
    const rules = [rule({ id: "out", risk: [4] }), rule({ id: "none-such", effect: "deny", risk: [3] })];
    expect(verdict(policyOf("operator", rules), question("create_form", { status: "live" }))).toBe("deny");
    expect(verdict(policyOf("operator", rules.slice(0, 1)), question("create_form", { status: "live" }))).toBe("ask");
  });

  it("is raised in kind and risk, or in risk alone", () => {
    // update_list becomes a change of consent; create_form made live goes from 3 to 4 and stays a creation.
    expect(
      verdict(
        policyOf("operator", [rule({ effect: "deny", kinds: ["consent-change"] })]),
        question("update_list", { opt_in_process: "single_opt_in" }),
      ),
    ).toBe("deny");
    expect(verdict(policyOf("read-only", [rule({ risk: [3] })]), question("create_form", { status: "live" }))).toBe("ask");
    expect(verdict(policyOf("read-only", [rule({ risk: [3] })]), question("create_form", { status: "draft" }))).toBe("allow");
  });
});

it("what the owner has not seen is denied, if it is a write", () => {
  expect(verdict(policyOf("operator"), question("create_tag"), gathered, ["create_tag"])).toBe("deny");
  expect(verdict(policyOf("operator"), question("get_tags"), gathered, ["get_tags"])).toBe("allow");
});

it("what the catalog does not know any more is decided as it comes", () => {
  const parts = { catalog: { ...catalog, find: () => undefined }, clock };
  const current = { policy: policyOf("operator", [rule({ kinds: ["send-message"] })]), unseen: new Set<string>() };
  const live = { definition: { actions: [{ data: { status: "live" } }] } };
  expect(ruleOn(parts, current, question("create_flow", live), gathered).verdict).toBe("allow");
});

it("time is that of the decision", () => {
  const policy = policyOf("operator", [
    rule({ effect: "deny", actions: ["create_tag"], where: { local_time: { between: ["12:00", "12:01"] } } }),
  ]);
  const zoned = { ...gathered, timeZone: "Europe/Berlin" };
  expect(verdict(policy, question("create_tag"), zoned)).toBe("deny");
  clock.advance(60_000);
  expect(verdict(policy, question("create_tag"), zoned)).toBe("allow");
  expect(verdict(policy, question("create_tag"), { ...gathered, timeZone: { unknown: "x" } })).toBe("deny");
});

describe("a whole decision", () => {
  const NONE = { all: { hour: 0, day: 0 }, caller: { hour: 0, day: 0 } };
  const connection = { id: "conn_1" } as ConnectionRow;

  async function decided(policy: Policy, asked: Question, more: Partial<CurrentPolicy> = {}, used = 0, isInside = true) {
    const inTransaction: Tables[] = [];
    const current: CurrentPolicy = { policy, version: 7, text: "", path: "", unseen: new Set(), ...more };
    const policies = {
      current: (_: unknown, inside?: Tables) => {
        if (inside) inTransaction.push(inside);
        return Promise.resolve(current);
      },
    };
    const writes = { all: { hour: used, day: used }, caller: { hour: used, day: used } };
    const capUses = { used: () => Promise.resolve({ people_touched: NONE, sends: NONE, writes, deletes: NONE, reads_rows: NONE }) };
    const fake: unknown = { capUses };
    const tables = fake as Tables;
    const parts = { catalog, clock, policies } as unknown;
    const ruling = await decideCall(
      parts as Parameters<typeof decideCall>[0],
      asked,
      connection,
      isInside ? { tables, gathered } : undefined,
    );
    expect(inTransaction).toEqual(isInside ? [tables] : []);
    return ruling;
  }

  it("outside of a transaction rests on what the call itself tells, and counts no caps: nothing is spent yet", async () => {
    const capped = { ...policyOf("operator"), caps: { writes: { per_day: 3 } } };
    const ruling = await decided(capped, question("create_tag", { name: "spring" }), {}, 3, false);
    expect(ruling).toMatchObject({ verdict: "allow", gathered: { facts: { risk: 1, agent: "claude", door: "stdio" } } });
    expect(ruling).not.toHaveProperty("isOverCap");
  });

  it("inside one, the facts of before count, and the policy of now", async () => {
    const ruling = await decided(policyOf("operator"), question("create_tag"));
    expect(ruling).toMatchObject({
      verdict: "allow",
      policyVersion: 7,
      gathered,
      because: 'The preset "operator" says allow to risk 1 (trivial and reversible).',
    });
    expect(ruling.told).toBe(ruling.because);
  });

  it("a cap that is used up denies, and only what would have gone on", async () => {
    const capped = { ...policyOf("operator"), caps: { writes: { per_day: 3 } } };
    expect((await decided(capped, question("create_tag"), {}, 2)).verdict).toBe("allow");
    expect(await decided(capped, question("create_tag"), {}, 3)).toMatchObject({
      verdict: "deny",
      isOverCap: true,
      because: 'The cap "writes" is 3 in a day; 3 are used, and this call would use 1.',
      told: "A limit that the owner set is reached; time frees it again.",
    });
    const locked = { ...policyOf("locked"), caps: { writes: { per_day: 3 } } };
    expect((await decided(locked, question("create_tag"), {}, 3)).because).toContain("locked");
  });

  it("agents are told nothing of rules, and the owner all", async () => {
    const denied = await decided(
      policyOf("operator", [rule({ id: "secret-name", effect: "deny", actions: ["create_tag"] })]),
      question("create_tag"),
    );
    expect(denied.because).toContain("secret-name");
    expect(saidTo({ agentId: "agent_1" }, denied)).toBe("The owner's policy does not allow this call.");
    expect(saidTo({ agentId: OWNER }, denied)).toBe(denied.because);
    const asked = await decided(
      policyOf("operator", [rule({ id: "secret-name", effect: "ask", actions: ["create_tag"] })]),
      question("create_tag"),
    );
    expect(saidTo({ agentId: "agent_1" }, asked)).toBe("The owner decides about this call.");
  });

  it("is told to the agent as the owner's to mend, where the policy file cannot be used", async () => {
    const note = "Version 2 stands in.";
    const told = async (policy: Policy, id: string): Promise<string> =>
      saidTo({ agentId: "agent_1" }, await decided(policy, question(id), { note }));
    expect(await told(policyOf("locked"), "create_tag")).toBe("The policy file cannot be used: the owner has to mend it.");
    expect(await told(policyOf("assistant"), "create_list")).not.toContain("cannot be used");
    expect(saidTo({ agentId: "agent_1" }, await decided(policyOf("locked"), question("create_tag")))).not.toContain("cannot be used");
  });

  it("what stands in for a broken policy is said of writes", async () => {
    const note = "Version 2 stands in.";
    expect((await decided(policyOf("operator"), question("create_tag"), { note })).because).toMatch(
      /risk 1 \(trivial and reversible\)\. Version 2 stands in\.$/,
    );
    expect((await decided(policyOf("operator"), question("get_tags"), { note })).because).not.toContain("stands in");
  });
});

describe("what a rule alone does not let through", () => {
  const open = policyOf("operator", [rule({ id: "all", risk: [0, 1, 2, 3, 4] })]);
  const { tainted: _, ...untold } = gathered.facts;
  const ruled = (asked: Question, facts: Partial<Gathered["facts"]> = {}) =>
    ruleOn({ catalog, clock }, { policy: open, unseen: new Set() }, asked, { facts: { ...untold, ...facts } });
  const outward = question("send_campaign", { id: "01A" });
  const inward = question("create_tag", { name: "spring" });

  it.each([
    [true, "The agent has lately read text that outsiders can write, so it is asked."],
    [undefined, "Whether the agent has read text of outsiders cannot be told, so it is asked."],
  ])("what reaches out, once the agent has read what outsiders wrote: %s", (tainted, why) => {
    const one = ruled(outward, tainted === undefined ? {} : { tainted });
    expect(one).toMatchObject({ verdict: "ask", basis: "floor", because: expect.stringContaining(why) });
    expect(one.because.startsWith(ruled(outward, { tainted: false }).because)).toBe(true);
    expect(ruled(inward, tainted === undefined ? {} : { tainted }).verdict).toBe("allow");
  });

  it("and what reaches out goes where the agent has read nothing of the kind", () => {
    expect(ruled(outward, { tainted: false }).verdict).toBe("allow");
  });

  it("what looks like a secret; but a denial stays one, and a read runs", () => {
    const secret = "sk_live_abcdefghij0123456789";
    const asked = ruled(question("create_tag", { name: secret }));
    expect(asked).toMatchObject({ verdict: "ask", because: "An argument looks like a secret: the owner decides whether it is sent." });
    expect(question("create_tag", { name: secret }).operation.effect.flags).toEqual([
      ...mustFind(catalog, "create_tag").effect.flags,
      "secret-shape",
    ]);
    expect(ruled(question("get_tags", { filter: `equals(name,"${secret}")` })).verdict).toBe("allow");
    const denied = policyOf("operator", [rule({ id: "no", effect: "deny", actions: ["create_tag"] })]);
    expect(verdict(denied, question("create_tag", { name: secret }))).toBe("deny");
  });
});

describe("standing", () => {
  const connection = { id: "conn_1", name: "shop", status: "active" };
  const standing = (change: { connection?: object | null; hasAgent?: false; agentId?: string }) => {
    const found = { connection: { ...connection, ...change.connection }, hasAgent: change.hasAgent ?? true };
    const tables = { connections: { withAgent: () => Promise.resolve(change.connection === null ? undefined : found) } };
    const caller: Caller = { door: "stdio", agentId: change.agentId ?? "agent_1", agentName: "claude", connectionId: "conn_1" };
    const fake: unknown = tables;
    return assertStanding(fake as Tables, caller);
  };

  it("is had by the agent of an active connection, and by the owner", async () => {
    expect(await standing({})).toEqual(connection);
    expect(await standing({ agentId: OWNER, hasAgent: false })).toEqual(connection);
  });

  it.each([
    [{ connection: null }, "not_found", "There is no such connection.", "halyard connections lists them."],
    [{ connection: { status: "revoked" } }, "connection_revoked", "The connection shop has been revoked.", /halyard connect/],
    [{ hasAgent: false }, "unauthenticated", "This agent's token is not valid.", "The owner can make a new one with halyard agents add."],
  ] as const)("%o has none", async (change, code, message, hint) => {
    await expect(standing(change)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});
