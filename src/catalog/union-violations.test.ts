import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "./catalog.ts";
import { bodyViolations } from "./validation.ts";

const violations = (operation: string, attributes: object) =>
  bodyViolations(mustFind(loadCatalog(), operation), { data: { type: operation.replace("create_", ""), attributes } } as never);

describe("violations in a union", () => {
  const strategy = (send_strategy: unknown) =>
    violations("create_campaign", {
      name: "C",
      audiences: { included: ["a"] },
      "campaign-messages": { data: [{ type: "campaign-message", attributes: { definition: { channel: "email" } } }] },
      send_strategy,
    }).map(({ path, message }) => `${path.replace("/data/attributes/send_strategy", "")} ${message}`);

  it("are those of the branch that the value names", () => {
    expect(strategy({ method: "static" })).toEqual(["/datetime is required"]);
    expect(strategy({ method: "throttled", datetime: "2026-08-01", throttle_percentage: 50, date: "x" })).toEqual([
      "/date is not a known field",
    ]);
    expect(strategy({ method: "static", datetime: "2026-08-01", options: { is_local: false, more: 1 } })).toEqual([
      "/options/more is not a known field",
    ]);
  });

  it("are one when no branch has the name, or none is given", () => {
    expect(strategy({ method: "soon" })).toEqual(['/method must be one of "static", "throttled", "immediate", "smart_send_time"']);
    expect(strategy({})).toEqual(["/method is required"]);
  });

  it("of lists of values are one", () => {
    const definition = { triggers: [], actions: [], entry_action_id: null, reentry_criteria: { duration: 1, unit: "year" } };
    expect(violations("create_flow", { name: "F", definition })).toEqual([
      { path: "/data/attributes/definition/reentry_criteria/unit", message: 'must be one of "day", "hour", "week", "alltime"' },
    ]);
  });

  it("go into unions of unions", () => {
    const trigger = (more: object) =>
      violations("create_flow", { name: "F", definition: { triggers: [more], actions: [], entry_action_id: null } }).map(
        ({ path, message }) => `${path.replace("/data/attributes/definition/triggers/0", "")} ${message}`,
      );
    expect(trigger({ type: "date", date_field_type: "moon" })).toEqual([
      '/date_field_type must be one of "profile-property", "custom-object"',
    ]);
    const condition = { type: "metric-property", metric_id: "m", field: "f", filter: { type: "string", operator: "louder", value: "x" } };
    const filtered = trigger({ type: "metric", id: "m", trigger_filter: { condition_groups: [{ conditions: [condition] }] } });
    expect(filtered).toHaveLength(1);
    expect(filtered[0]).toMatch(/^\/trigger_filter\/condition_groups\/0\/conditions\/0\/filter\/operator must be one of "/);
  });
});
