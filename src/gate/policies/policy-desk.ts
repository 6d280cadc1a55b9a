import { resolveAction } from "../../catalog/actions.ts";
import { isWrite } from "../../catalog/operation.ts";
import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";
import { parseCases, type PolicyCase } from "../../policy/cases.ts";
import { isUnknown, type FactName, type Facts } from "../../policy/facts.ts";
import { diffPolicies, type PolicyDiff } from "../../policy/diff.ts";
import { lintPolicy, type LintFinding } from "../../policy/lint.ts";
import { parsePolicy } from "../../policy/parse.ts";
import type { Policy, Verdict } from "../../policy/policy.ts";
import { suggestPolicy, type Suggestion, type Usage } from "../../policy/suggest.ts";
import type { PolicyRow } from "../../store/tables/policies.ts";
import type { Caller, GateParts } from "../call.ts";
import { classOf } from "../class.ts";
import { decideCall, ruleOn, type Ruling } from "../decision.ts";
import { factsAt, plainFacts, type Question } from "../facts.ts";
import type { CurrentPolicy } from "./policy-files.ts";
import { isGenuineVersion, knownWrites, unseenWrites } from "./policy-versions.ts";

interface Named {
  id: string;
  name: string;
}

/** A call that the owner asks about; nothing is sent. */
export interface Supposed {
  action: string;
  args: JsonObject;
  /** Name of the agent that would call. */
  agent: string;
  door: Caller["door"];
}

export interface Explanation {
  question: Question;
  ruling: Ruling;
  current: CurrentPolicy;
  /** The facts that conditions used, as they were at that moment, as texts. */
  facts: { name: string; value: string }[];
}

export interface PolicyVersion {
  version: number;
  author: string;
  created_at: number;
  document: string;
  /** Against the version before; null for versions that were saved without. */
  diff: PolicyDiff | null;
  /** False where it is not as Halyard wrote it. */
  genuine: boolean;
}

export interface CaseResult {
  case: PolicyCase;
  verdict: Verdict;
  because: string;
  passed: boolean;
}

/** What people do with a policy, whatever they do it with. Nothing here can be reached by an agent. */
export interface PolicyDesk {
  /** Checks a document. Error `policy_invalid` where it cannot be used; findings where it can and should not. */
  lint(text: string): LintFinding[];
  /** What a document would change against the policy in force, once it is saved. */
  diff(connection: Named, text: string): Promise<PolicyDiff>;
  /** Puts a document in force, as the owner's own change. */
  save(connection: Named, text: string, by: string): Promise<CurrentPolicy>;
  /** Takes the file as it is, with what is new in the catalog and although it looks cut off. */
  accept(connection: Named, by: string): Promise<CurrentPolicy>;
  /** Newest first. */
  history(connection: Named): Promise<PolicyVersion[]>;
  /** The document of a version, to be put in force again. Errors: `not_found`, `audit_broken`. */
  version(connection: Named, version: number): Promise<string>;
  /** What the policy says to a call, with the facts looked up as for the call itself. */
  explain(connection: Named, supposed: Supposed): Promise<Explanation>;
  /** Decides each case of a file by a document, by facts that the cases give. */
  test(connection: Named, casesText: string, policyText?: string): Promise<CaseResult[]>;
  /** The least privilege seen in use over some days. */
  suggest(connection: Named, days: number): Promise<Suggestion>;
}

export function createPolicyDesk(parts: GateParts): PolicyDesk {
  const { catalog, store, policies, vault } = parts;

  const viewOf = (row: PolicyRow): PolicyVersion => ({
    version: row.version,
    author: row.author,
    created_at: row.created_at,
    document: row.document,
    diff: row.diff === null ? null : (JSON.parse(row.diff) as PolicyDiff),
    genuine: isGenuineVersion(vault, row),
  });

  function questionOf({ action, args, agent, door }: Supposed): Question {
    const resolved = resolveAction(catalog, action, args);
    const operation = { ...resolved.operation, effect: classOf(resolved.operation, resolved.args) };
    return { operation, args: resolved.args, caller: { agentName: agent, agentId: "", door }, digest: "" };
  }

  async function usageOf(connectionId: string, sinceMs: number): Promise<Usage[]> {
    const found = new Map<string, Usage>();
    const of = (operation: string): Usage => {
      const usage = found.get(operation) ?? { operation, allowed: 0, approved: 0, refused: 0 };
      found.set(operation, usage);
      return usage;
    };
    for (const { operation, count } of await store.calls.countAllowed(connectionId, sinceMs)) of(operation).allowed += count;
    for (const { operation, status, count } of await store.approvals.countDecided(connectionId, sinceMs))
      of(operation)[status === "denied" ? "refused" : "approved"] += count;
    return [...found.values()];
  }

  return {
    lint: (text) => lintPolicy(parsePolicy(text, catalog), catalog),
    async diff(connection, text) {
      const after = parsePolicy(text, catalog);
      const { policy, unseen } = await policies.current(connection);
      return diffPolicies(catalog, policy, after, { before: unseen, after: unseenWrites(catalog, knownWrites(catalog)) });
    },
    save: (connection, text, by) => policies.save(connection, text, by),
    async accept(connection, by) {
      return policies.save(connection, (await policies.current(connection)).text, by);
    },
    async history({ id }) {
      return (await store.policies.list(id)).map(viewOf);
    },
    async version({ id }, version) {
      const row = await store.policies.find(id, version);
      if (!row)
        throw new HalyardError("not_found", "There is no such version of the policy.", { hint: "halyard policy history lists them." });
      if (!isGenuineVersion(vault, row)) {
        const hint = "Do not put it in force. Run halyard audit verify.";
        throw new HalyardError("audit_broken", "This version of the policy was changed after it was saved.", { hint });
      }
      return row.document;
    },
    async explain(connection, supposed) {
      const row = await store.connections.find(connection.id);
      if (!row) throw new HalyardError("not_found", "There is no such connection.", { hint: "halyard connections lists them." });
      const question = questionOf(supposed);
      const ruling = await decideCall(parts, question, row);
      return { question, ruling, current: await policies.current(connection), facts: usedFacts(question, ruling, parts.clock.now()) };
    },
    async test(connection, casesText, policyText) {
      const current = await policies.current(connection);
      if (policyText === undefined && current.problem) throw current.problem;
      const policy: Policy = policyText === undefined ? current.policy : parsePolicy(policyText, catalog);
      return parseCases(casesText).map((one) => {
        const question = questionOf({ action: one.action, args: one.args, agent: "", door: "stdio" });
        const told = plainFacts(question);
        const facts = {
          ...told,
          agent: { unknown: "the case does not tell it" },
          door: { unknown: "the case does not tell it" },
          ...one.facts,
        };
        const { verdict, because } = ruleOn(parts, { policy, unseen: current.unseen }, question, { facts });
        return { case: one, verdict, because, passed: verdict === one.expect };
      });
    },
    async suggest(connection, days) {
      const { policy, problem } = await policies.current(connection);
      if (problem) throw problem;
      return suggestPolicy(policy, catalog, await usageOf(connection.id, parts.clock.now() - days * 24 * 3_600_000));
    },
  };
}

/** Hosts decide beside the rules, so they are told wherever there are any. */
function usedFacts({ operation }: Question, { gathered, findings }: Ruling, nowMs: number): Explanation["facts"] {
  const facts = factsAt(gathered, nowMs);
  const used = new Set(findings.map(({ path }) => path));
  if (isWrite(operation) && Array.isArray(facts.host) && facts.host.length > 0) used.add("host");
  return Object.entries(facts)
    .filter(([name]) => used.has(name))
    .map(([name, value]) => ({ name, value: textOf(value) }));
}

function textOf(value: Facts[FactName]): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(String).join(", ");
  return isUnknown(value) ? `not known: ${value.unknown}` : String(value);
}
