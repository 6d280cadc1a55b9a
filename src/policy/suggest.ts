import type { Catalog } from "../catalog/catalog.ts";
import { isWrite, type Operation } from "../catalog/operation.ts";
import { stringify } from "yaml";
import { selects } from "./match.ts";
import { outlook } from "./outlook.ts";
import type { Policy, Rule, Verdict } from "./policy.ts";
import { PRESET_VERDICTS } from "./presets.ts";

/** How often one operation ended in which way. */
export interface Usage {
  operation: string;
  /** Runs that were allowed. */
  allowed: number;
  /** Runs on the owner's yes. */
  approved: number;
  /** The owner's noes. */
  refused: number;
}

export interface Suggestion {
  /** Narrower than now: write operations that are allowed and were never used. First, and safe to take. */
  tighten: string[];
  /** Wider than now: what the owner has always said yes to. Never of risk 4 or 5. */
  widen: string[];
  /** The whole document with the tightening, and one with the widening as well. */
  document: string;
  wider: string;
  /** Scopes that a Klaviyo key needs for what was used, and for no more. */
  scopes: string[];
}

/** So many yeses without a no before it is suggested to ask no longer. */
const YES_BEFORE_WIDENING = 5;
const HIGHEST_WIDENED_RISK = 3;

/** The least privilege seen in use: what is allowed and unused is asked, the rest stays. Rules that ask or deny, caps and all other parts are kept. */
export function suggestPolicy(policy: Policy, catalog: Catalog, usage: Usage[]): Suggestion {
  const used = new Map(usage.map((one) => [one.operation, one]));
  const isUsed = ({ id }: Operation): boolean => (used.get(id)?.allowed ?? 0) + (used.get(id)?.approved ?? 0) > 0;
  const verdictOf = (operation: Operation): Verdict => outlook(policy, operation).usual;
  const writes = catalog.operations.filter(isWrite);
  const tighten = writes
    .filter((operation) => outlook(policy, operation).possible.includes("allow") && !isUsed(operation))
    .map(({ id }) => id);
  const widen = writes
    .filter((operation) => {
      const { approved = 0, refused = 0 } = used.get(operation.id) ?? {};
      return (
        verdictOf(operation) === "ask" && operation.effect.risk <= HIGHEST_WIDENED_RISK && refused === 0 && approved >= YES_BEFORE_WIDENING
      );
    })
    .map(({ id }) => id);
  const tightened = tightenPolicy(policy, writes, isUsed);
  return {
    tighten,
    widen,
    document: documentOf(tightened),
    wider: documentOf(
      widen.length === 0
        ? tightened
        : { ...tightened, rules: [...tightened.rules, { id: freeId(tightened, "always-approved"), effect: "allow", actions: widen }] },
    ),
    scopes: scopesOf(catalog, catalog.operations.filter(isUsed)),
  };
}

/** With what the gate itself reads: the account, and the state before each write. */
function scopesOf(catalog: Catalog, used: Operation[]): string[] {
  const ids = new Set(["get_accounts", ...used.flatMap(({ id, effect }) => [id, ...effect.beforeImage])]);
  return [...new Set(catalog.operations.filter(({ id }) => ids.has(id)).flatMap(({ scopes }) => scopes))].toSorted();
}

/** The same policy on the preset that asks first, with what was used and is allowed written out. Rules that allow under conditions lose what was not used. */
function tightenPolicy(policy: Policy, writes: Operation[], isUsed: (operation: Operation) => boolean): Policy {
  const preset = policy.preset === "locked" ? "locked" : "read-only";
  const rules = policy.rules.flatMap((rule): Rule[] => {
    if (rule.effect !== "allow") return [rule];
    const actions = writes.filter((operation) => isUsed(operation) && selects(rule, operation)).map(({ id }) => id);
    return actions.length === 0 ? [] : [{ id: rule.id, effect: "allow", actions, ...(rule.where && { where: rule.where }) }];
  });
  const kept = { ...policy, preset, rules } satisfies Policy;
  // What the wider preset allowed, or asked where the narrower one denies, and no rule speaks of whatever the call. Rules with conditions stay beside it.
  const missing = (verdict: "allow" | "ask"): string[] =>
    writes
      .filter(
        (operation) =>
          PRESET_VERDICTS[policy.preset][operation.effect.risk] === verdict && PRESET_VERDICTS[preset][operation.effect.risk] !== verdict,
      )
      .filter((operation) => isUsed(operation) && !policy.rules.some((rule) => !rule.where && selects(rule, operation)))
      .map(({ id }) => id);
  const added = (["allow", "ask"] as const).flatMap((effect): Rule[] => {
    const actions = missing(effect);
    return actions.length === 0 ? [] : [{ id: freeId(kept, effect === "allow" ? "in-use" : "asked-in-use"), effect, actions }];
  });
  return { ...kept, rules: [...rules, ...added] };
}

function freeId({ rules }: Policy, wanted: string): string {
  const taken = new Set(rules.map(({ id }) => id));
  for (let number = 1; ; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(id)) return id;
  }
}

function documentOf(policy: Policy): string {
  const { version, preset, rules, privacy, egress, hold, elicitation, taint, good_for } = policy;
  const caps = Object.keys(policy.caps).length > 0 ? policy.caps : undefined;
  // A part that is left out would fall back to what holds where nothing is said.
  const data = { version, preset, rules, caps, privacy, egress, hold, elicitation, taint, good_for } satisfies Record<
    keyof Policy,
    unknown
  >;
  return stringify(data, { aliasDuplicateObjects: false, lineWidth: 0 });
}
