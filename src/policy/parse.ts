import { parseDocument } from "yaml";
import { z } from "zod";
import { actionIndex } from "../catalog/actions.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { EFFECT_KINDS, type Risk } from "../catalog/operation.ts";
import { HalyardError, type Violation } from "../lib/errors.ts";
import { nearest } from "../lib/text.ts";
import { matches } from "./decide.ts";
import { PRESETS, VERDICTS, type Policy, type Rule } from "./policy.ts";

const MAX_SIZE_BYTES = 256 * 1024;

const RISKS = [0, 1, 2, 3, 4, 5] as const satisfies Risk[];
const RULE = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be lower-case letters, digits and hyphens"),
  effect: z.enum(VERDICTS),
  actions: z.array(z.string()).min(1).optional(),
  areas: z.array(z.string()).min(1).optional(),
  kinds: z.array(z.enum(EFFECT_KINDS)).min(1).optional(),
  risk: z.array(z.literal(RISKS)).min(1).optional(),
});
const POLICY = z.strictObject({ version: z.literal(1), preset: z.enum(PRESETS), rules: z.array(RULE).max(500).default([]) });

/**
 * Parses a policy document (YAML). Everything that could hide a mistake is an error that names the place: unknown or misspelt fields, actions that do not exist,
 * rules that match nothing, aliases, two rules of one id. Action names become operation ids.
 */
export function parsePolicy(text: string, catalog: Catalog): Policy {
  if (Buffer.byteLength(text) > MAX_SIZE_BYTES) throw invalid([{ path: "", message: `is larger than ${MAX_SIZE_BYTES} bytes` }]);
  const document = parseDocument(text, { uniqueKeys: true, version: "1.2" });
  if (document.errors.length > 0)
    throw invalid(
      document.errors.map((error) => ({
        path: `line ${error.linePos?.[0].line ?? "?"}`,
        message: error.message.split(" at line ")[0] ?? error.code,
      })),
    );
  let data: unknown;
  try {
    // Aliases could make a short document huge, and hide in one place what is written in another.
    data = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw invalid([{ path: "", message: "uses YAML aliases, which a policy may not" }]);
  }
  const parsed = POLICY.safeParse(data);
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap(toViolations));
  const rules = parsed.data.rules.map((rule): Rule => ({
    id: rule.id,
    effect: rule.effect,
    ...(rule.actions && { actions: rule.actions }),
    ...(rule.areas && { areas: rule.areas }),
    ...(rule.kinds && { kinds: rule.kinds }),
    ...(rule.risk && { risk: rule.risk }),
  }));
  return { version: 1, preset: parsed.data.preset, rules: checkRules(rules, catalog) };
}

function toViolations(issue: z.core.$ZodIssue): Violation[] {
  const path = `/${issue.path.map(String).join("/")}`;
  if (issue.code === "unrecognized_keys") {
    const known = issue.path.length === 0 ? Object.keys(POLICY.shape) : Object.keys(RULE.shape);
    return issue.keys.map((key) => ({
      path: `${path === "/" ? "" : path}/${key}`,
      message: `is not a known field${suggestion(key, known)}`,
    }));
  }
  return [{ path, message: issue.message }];
}

function checkRules(rules: Rule[], catalog: Catalog): Rule[] {
  const violations: Violation[] = [];
  const areas = new Set(catalog.operations.map(({ area }) => area));
  const seen = new Set<string>();
  const checked = rules.map((rule, at) => {
    const path = `/rules/${at}`;
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
    if (violations.length === 0) {
      const matched = catalog.operations.filter((operation) => matches(resolved, operation));
      if (matched.length === 0) violations.push({ path, message: "matches no operation, so it would do nothing" });
      else if (rule.effect === "ask" && matched.every(({ effect }) => effect.risk === 0)) {
        violations.push({ path, message: "asks before reads alone; reads are allowed or denied, so it would do nothing" });
      }
    }
    return resolved;
  });
  if (violations.length > 0) throw invalid(violations);
  return checked;
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

function suggestion(word: string, known: Iterable<string>): string {
  const [near] = nearest(word, known, 1);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

function invalid(violations: Violation[]): HalyardError {
  return new HalyardError(
    "policy_invalid",
    `The policy cannot be used: ${violations.map(({ path, message }) => `${path} ${message}`.trim()).join("; ")}.`,
    {
      hint: "Writes stay denied until it is mended. docs/policy.md shows the form.",
      violations,
    },
  );
}
