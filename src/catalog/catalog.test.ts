import { existsSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { compileFrom } from "../../scripts/catalog.ts";
import { loadCatalog, mustFind, readGenerated } from "./catalog.ts";
import { isWrite } from "./operation.ts";

const DOCUMENTS = new URL("../../../shared/klaviyo/openapi", import.meta.url).pathname;
const RECORDS = new URL("../../../shared/klaviyo/operations.json", import.meta.url).pathname;
const catalog = loadCatalog();

function whereAtHand(path: string): typeof it | typeof it.skip {
  if (existsSync(path)) return it;
  if (process.env["CI"] && existsSync(new URL("../../../shared", import.meta.url))) throw new Error(`${path} must be at hand in CI`);
  process.stderr.write(`skipped: ${path} is not at hand (the vendor's documents are not part of the repository)\n`);
  return it.skip;
}

whereAtHand(DOCUMENTS)("the committed catalog is what the vendor's documents compile to, twice the same", () => {
  const first = compileFrom(DOCUMENTS);
  expect(compileFrom(DOCUMENTS)).toEqual(first);
  for (const [name, text] of Object.entries(first)) expect(readGenerated(name as "operations.json") === text, name).toBe(true);
});

it("its schemas are JSON Schema 2020-12, which is not looked at again where they are used", () => {
  const ajv = new Ajv2020({ strict: false });
  for (const name of ["schemas.json", "answers.json"] as const)
    for (const [channel, groups] of Object.entries(JSON.parse(readGenerated(name)) as Record<string, Record<string, object>>))
      for (const $defs of Object.values(groups)) {
        const isValid = ajv.validateSchema({ $defs: name === "answers.json" ? flatOf($defs) : $defs });
        expect({ isValid, errors: ajv.errors }, `${name} ${channel}`).toEqual({ isValid: true, errors: null });
      }
  expect(ajv.validateSchema({ $defs: { planted: { type: "strnig" } } })).toBe(false);
});

/** Answers are told by operation and status; the definitions beside them are schemas already. */
function flatOf(group: object): object {
  const entries = Object.entries(group) as [string, object][];
  return Object.fromEntries(
    entries.flatMap(([id, one]): [string, object][] =>
      Object.keys(one).every((key) => /^\d{3}$/.test(key))
        ? Object.entries(one).map(([status, schema]) => [`${id} ${status}`, schema as object])
        : [[id, one]],
    ),
  );
}

interface Recorded {
  operationId: string;
  scopes: string[];
  rate: { burst: string; steady: string; daily?: string };
  filter: { required: boolean; fields: { field: string; operators: string[] }[] } | null;
  responses: { status: number }[];
  body: { attributes?: string[]; relationships?: string[] } | null;
  effect: { kind: string; risk: number };
}

whereAtHand(RECORDS)("every operation agrees with an independent compilation of the same documents", () => {
  const { operations } = JSON.parse(readFileSync(RECORDS, "utf8")) as { operations: Recorded[] };
  expect(operations).toHaveLength(catalog.operations.length);
  for (const recorded of operations) {
    const operation = mustFind(catalog, recorded.operationId);
    const { perSecond, perMinute, perDay } = operation.limits;
    expect({ burst: `${perSecond}/s`, steady: `${perMinute}/m`, ...(perDay !== undefined && { daily: `${perDay}/d` }) }).toEqual(
      recorded.rate,
    );
    expect(operation.scopes).toEqual(recorded.scopes);
    expect(operation.answers.map(({ status }) => status)).toEqual(recorded.responses.map(({ status }) => status));
    expect(Object.keys(operation.filter?.fields ?? {})).toEqual(recorded.filter?.fields.map(({ field }) => field) ?? []);
    expect(operation.filter?.required ?? false).toBe(recorded.filter?.required ?? false);
    expect([operation.effect.kind, operation.effect.risk], operation.id).toEqual([recorded.effect.kind, recorded.effect.risk]);
    const places = operation.args.flatMap(({ place }) => (place?.[1] === undefined ? [] : [place[1]]));
    for (const name of [...(recorded.body?.attributes ?? []), ...(recorded.body?.relationships ?? [])])
      expect(places, operation.id).toContain(name);
  }
});

describe("effects", () => {
  it("class by operation, never by method: eleven POSTs only compute, and one of risk 1 does", () => {
    const computing = catalog.operations.filter(({ method, effect }) => method === "POST" && effect.kind === "compute");
    expect(computing.filter((operation) => !isWrite(operation)).map(({ id }) => id)).toEqual([
      "query_metric_aggregates",
      "query_campaign_values",
      "query_flow_values",
      "query_flow_series",
      "query_form_values",
      "query_form_series",
      "query_segment_values",
      "query_segment_series",
      "render_template",
      "query_customer_agent_skill_values_beta",
      "query_customer_agent_values_beta",
    ]);
  });

  it("never give a read class to a write, and never more than risk 0 to a plain GET", () => {
    for (const { id, method, effect } of catalog.operations) {
      expect(effect.retry === "read", id).toBe(effect.risk === 0);
      if (method === "GET") expect(effect.risk, id).toBe(0);
      if (method === "DELETE") expect(effect.risk, id).toBeGreaterThan(0);
    }
  });

  it("hold the few that must never be silent at risk 4 or 5", () => {
    for (const id of [
      "send_campaign",
      "update_flow",
      "update_flow_action",
      "bulk_subscribe_profiles",
      "bulk_unsubscribe_profiles",
      "bulk_suppress_profiles",
      "bulk_unsuppress_profiles",
      "request_profile_deletion",
      "merge_profiles",
      "bulk_import_profiles",
      "create_webhook",
      "delete_list",
      "delete_flow",
      "create_conversation_message",
    ]) {
      expect(mustFind(catalog, id).effect.risk, id).toBeGreaterThanOrEqual(4);
    }
  });
});

it("knows the query options that use up further windows", () => {
  const extra = catalog.operations
    .filter(({ extraLimits }) => extraLimits.length > 0)
    .map(({ id, extraLimits }) => `${id} ${extraLimits.map(({ query, value }) => `${query}=${value}`).join(" ")}`);
  expect(extra).toEqual([
    "get_list additional-fields[list]=profile_count",
    "get_profiles_for_list additional-fields[profile]=predictive_analytics",
    "get_profile_ids_for_list additional-fields[profile]=predictive_analytics",
    "get_profiles additional-fields[profile]=predictive_analytics",
    "get_profile include=lists include=segments",
    "get_segment additional-fields[segment]=profile_count",
  ]);
});
