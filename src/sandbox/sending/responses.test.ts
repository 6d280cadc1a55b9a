import { describe, expect, it } from "vitest";
import { responsesTo, transmissionId } from "./responses.ts";

const PEOPLE = 20_000;

function shares(channel: "email" | "mobile_push" | "sms"): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < PEOPLE; i++)
    for (const { reaction } of responsesTo("c", `p${i}`, channel)) counts[reaction] = (counts[reaction] ?? 0) + 1 / PEOPLE;
  return counts;
}

describe("responses", () => {
  it("are the same each time, and differ from person to person and campaign to campaign", () => {
    expect(responsesTo("c", "p1", "email")).toEqual(responsesTo("c", "p1", "email"));
    const opens = (campaign: string) => Array.from({ length: 200 }, (_, i) => responsesTo(campaign, `p${i}`, "email").length > 0);
    expect(opens("c")).not.toEqual(opens("d"));
    expect(transmissionId("c", "p1")).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(transmissionId("c", "p1")).not.toBe(transmissionId("c", "p2"));
  });

  it("come in the shares of the model", () => {
    const email = shares("email");
    for (const [reaction, share] of Object.entries({
      open: 0.415,
      click: 0.033,
      "bounce hard": 0.004,
      "bounce soft": 0.006,
      unsubscribe: 0.003,
    })) {
      expect([reaction, Math.abs((email[reaction] ?? 0) / share - 1) < 0.35]).toEqual([reaction, true]);
    }
    expect(Object.keys(shares("sms")).toSorted()).toEqual(["click", "fail", "unsubscribe"]);
    expect(Object.keys(shares("mobile_push"))).toEqual(["open"]);
  });

  it("follow the delivery, a click the open, and end after three days and a bit", () => {
    for (let i = 0; i < 3000; i++) {
      const responses = responsesTo("c", `p${i}`, "email");
      const [first, ...rest] = responses;
      for (const { afterMs } of responses) expect(afterMs > 0 && afterMs < 6 * 86_400_000).toBe(true);
      for (const { afterMs } of rest) expect(afterMs).toBeGreaterThan(first?.afterMs ?? 0);
    }
  });
});
