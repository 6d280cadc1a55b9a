import { z } from "zod";
import { actionIndex } from "../catalog/actions.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { EFFECT_KINDS, type Risk } from "../catalog/operation.ts";
import type { Violation } from "../lib/errors.ts";
import { CAPS } from "./caps.ts";
import { checkWhere } from "./check-where.ts";
import { CONDITION, PREDICATES } from "./condition.ts";
import { policyInvalid, readDocument, suggestion } from "./document.ts";
import { selects } from "./match.ts";
import { PRESETS, VERDICTS, type Policy, type Preset, type Rule } from "./policy.ts";
import { SECTIONS } from "./sections.ts";

const RISKS = [0, 1, 2, 3, 4, 5] as const satisfies Risk[];
const RULE = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be lower-case letters, digits and hyphens"),
  effect: z.enum(VERDICTS),
  actions: z.array(z.string()).min(1).optional(),
  areas: z.array(z.string()).min(1).optional(),
  kinds: z.array(z.enum(EFFECT_KINDS)).min(1).optional(),
  risk: z.array(z.literal(RISKS)).min(1).optional(),
  where: z
    .record(z.string(), CONDITION)
    .refine((where) => Object.keys(where).length > 0, "has no condition")
    .optional(),
});
const POLICY = z.strictObject({
  version: z.literal(1),
  preset: z.enum(PRESETS),
  rules: z.array(RULE).max(500).default([]),
  caps: CAPS.prefault({}),
  ...SECTIONS,
});

/**
 * Parses a policy document (YAML). Everything that could hide a mistake is an error that names the place: unknown or misspelt fields, actions, arguments and
 * facts that do not exist, values of the wrong kind, rules that match nothing, conditions that nothing fulfils. Action names become operation ids.
 */
export function parsePolicy(text: string, catalog: Catalog): Policy {
  return checkPolicy(readDocument(text), catalog);
}

/** The second half of {@link parsePolicy}: what is wrong here was written so. */
export function checkPolicy(data: Record<string, unknown>, catalog: Catalog): Policy {
  const parsed = POLICY.safeParse(data);
  if (!parsed.success) throw policyInvalid(parsed.error.issues.flatMap((issue) => violationsOf(issue)));
  return { ...parsed.data, rules: checkRules(parsed.data.rules.map(withoutGaps), catalog) };
}

/** A policy of a preset and some rules, with what holds for the rest where the document says nothing. */
export function policyOf(preset: Preset, rules: Rule[] = []): Policy {
  return { ...POLICY.parse({ version: 1, preset }), rules };
}

function withoutGaps({ id, effect, actions, areas, kinds, risk, where }: z.infer<typeof RULE>): Rule {
  return {
    id,
    effect,
    ...(actions && { actions }),
    ...(areas && { areas }),
    ...(kinds && { kinds }),
    ...(risk && { risk }),
    ...(where && { where }),
  };
}

/** Which fields there are at a place of the document. */
function knownAt(path: PropertyKey[]): string[] {
  const [section, , field] = path;
  if (section === undefined) return Object.keys(POLICY.shape);
  if (section === "rules") return field === "where" ? [...PREDICATES.any] : Object.keys(RULE.shape);
  if (section === "caps") return path.length === 1 ? Object.keys(CAPS.shape) : ["per_hour", "per_day", "at_once", "each_agent"];
  return Object.hasOwn(SECTIONS, section) ? Object.keys(SECTIONS[section as keyof typeof SECTIONS].parse(undefined)) : [];
}

function violationsOf(issue: z.core.$ZodIssue): Violation[] {
  const path = `/${issue.path.map(String).join("/")}`;
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({
    path: `${path === "/" ? "" : path}/${key}`,
    message: `is not a known field${suggestion(key, knownAt(issue.path))}`,
  }));
}

function checkRules(rules: Rule[], catalog: Catalog): Rule[] {
  const violations: Violation[] = [];
  const areas = new Set(catalog.operations.map(({ area }) => area));
  const seen = new Set<string>();
  const checked = rules.map((rule, at) => {
    const path = `/rules/${at}`;
    const before = violations.length;
    if (seen.has(rule.id)) violations.push({ path: `${path}/id`, message: `"${rule.id}" is the id of an earlier rule` });
    seen.add(rule.id);
    if (!rule.actions && !rule.areas && !rule.kinds && !rule.risk)
      violations.push({ path, message: "needs a selector: actions, areas, kinds or risk" });
    for (const area of rule.areas ?? []) {
      if (!areas.has(area)) violations.push({ path: `${path}/areas`, message: `has no area "${area}"${suggestion(area, areas)}` });
    }
    const resolved = {
      ...rule,
      ...(rule.actions && { actions: rule.actions.flatMap((name) => operationsOf(name, catalog, `${path}/actions`, violations)) }),
    };
    return violations.length === before ? checkReach(resolved, catalog, path, violations) : resolved;
  });
  if (violations.length > 0) throw policyInvalid(violations);
  return checked;
}

/** Whether the rule, its selectors being right, can do anything. */
function checkReach(rule: Rule, catalog: Catalog, path: string, violations: Violation[]): Rule {
  const selected = catalog.operations.filter((operation) => selects(rule, operation));
  if (selected.length === 0) violations.push({ path, message: "matches no operation, so it would do nothing" });
  else if (rule.effect === "ask" && selected.every(({ effect }) => effect.risk === 0)) {
    violations.push({ path, message: "asks before reads alone; reads are allowed or denied, so it would do nothing" });
  } else if (rule.where) {
    const { where, violations: wrong } = checkWhere(rule.where, selected);
    violations.push(...wrong.map((one) => ({ ...one, path: `${path}/where/${one.path}` })));
    return { ...rule, where };
  }
  return rule;
}

/** `campaigns.*` selects an area, anything else is a name of an action. */
function operationsOf(name: string, catalog: Catalog, path: string, violations: Violation[]): string[] {
  const area = name.endsWith(".*") ? name.slice(0, -2) : undefined;
  const found =
    area === undefined
      ? Object.values(actionIndex(catalog).lookup(name) ?? {})
      : catalog.operations.filter((operation) => operation.area === area).map(({ id }) => id);
  if (found.length === 0) violations.push({ path, message: `has no action "${name}"${suggestion(name, actionIndex(catalog).names())}` });
  return found;
}
