import { z } from "zod";
import type { JsonObject } from "../lib/json.ts";
import { policyInvalid, readYaml } from "./document.ts";
import { FACT_NAMES, isFactName, type Facts } from "./facts.ts";
import { VERDICTS, type Verdict } from "./policy.ts";

/** One line of a test of a policy: a call with what would be found out about it, and what the policy must say. */
export interface PolicyCase {
  name?: string | undefined;
  action: string;
  args: JsonObject;
  /** Facts that would be looked up. Those that the call itself tells need not be given. */
  facts: Facts;
  expect: Verdict;
}

const scalar = z.union([z.string(), z.int(), z.boolean()]);
const CASES = z
  .array(
    z.strictObject({
      name: z.string().optional(),
      action: z.string(),
      args: z.record(z.string(), z.json()).default({}),
      facts: z
        .record(z.string(), z.union([scalar, z.array(scalar)]))
        .default({})
        .refine((facts) => Object.keys(facts).every(isFactName), `names no fact; there are: ${FACT_NAMES.join(", ")}`),
      expect: z.enum(VERDICTS),
    }),
  )
  .min(1);

/** Parses a file of cases (YAML). Error `policy_invalid` with every place that is wrong. */
export function parseCases(text: string): PolicyCase[] {
  const parsed = CASES.safeParse(readYaml(text));
  if (parsed.success) return parsed.data.map((one) => ({ ...one, facts: one.facts as Facts }));
  throw policyInvalid(parsed.error.issues.map(({ path, message }) => ({ path: `/${path.map(String).join("/")}`, message })));
}
