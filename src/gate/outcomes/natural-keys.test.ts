import { describe, expect, it } from "vitest";
import { keySeed, withNaturalKeys } from "./natural-keys.ts";

const event = { properties: {}, metric: { name: "Tried" }, profile: { email: "a@example.com" } };
const seedOf = (args: object, generation = 0, agent = "agent_1"): string =>
  keySeed(agent, "ABC123", "create_event", { ...args }, generation);

describe("natural keys", () => {
  it("are set where the agent left them out, the same for the same call", () => {
    const first = withNaturalKeys("create_event", event, seedOf(event));
    expect(first).toEqual({ ...event, unique_id: expect.stringMatching(/^halyard-[0-9a-f]{32}$/) });
    expect(withNaturalKeys("create_event", event, seedOf(event))).toEqual(first);
    for (const other of [seedOf(event, 1), seedOf(event, 0, "agent_2"), seedOf({ ...event, value: 2 })])
      expect(withNaturalKeys("create_event", event, other)).not.toEqual(first);
  });

  it("are left as they are where the agent gave them, and of operations that have none", () => {
    expect(withNaturalKeys("create_event", { ...event, unique_id: "mine" }, "s")).toBeUndefined();
    expect(withNaturalKeys("create_list", { name: "VIP" }, "s")).toBeUndefined();
  });

  it("differ for each event of a request, given ones kept", () => {
    const group = { profile: event.profile, events: [event, { ...event, unique_id: "mine" }, event] };
    const keys = JSON.stringify(withNaturalKeys("bulk_create_events", { events_bulk_create: [group, group] }, "s")).match(
      /"unique_id":"[^"]+"/g,
    );
    expect(keys).toHaveLength(6);
    expect(new Set(keys).size).toBe(5);
    expect(JSON.stringify(withNaturalKeys("bulk_create_client_events", group, "s")).match(/halyard-/g)).toHaveLength(2);
  });
});
