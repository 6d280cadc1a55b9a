import { describe, expect, it } from "vitest";
import { openAccount, NOW, DAY_MS } from "./activity.ts";
import { dataOf, type Opened } from "./open.ts";
import { at } from "./people.ts";

/** Events of each metric since the seed's clock; every one of them lies between that and the clock of now. */
async function happenedSince(sandbox: Opened): Promise<Map<string, number>> {
  const metrics = new Map(dataOf(await sandbox.call("GET /api/metrics")).map(({ id, attributes }) => [id, String(attributes["name"])]));
  const found = new Map<string, number>();
  for (let next: string | null = `/api/events?page[size]=1000&filter=greater-or-equal(timestamp,${NOW / 1000})`; next !== null;) {
    const answer = await sandbox.call(`GET ${next.replace(sandbox.url, "")}`);
    for (const { attributes, relationships } of dataOf(answer)) {
      expect(Date.parse(String(attributes["datetime"]))).toBeLessThanOrEqual(sandbox.control.clock().now);
      const name = metrics.get(String(at(relationships, "metric", "data")["id"])) ?? "";
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    next = ((answer.body["links"] ?? {}) as { next?: string }).next ?? null;
  }
  return found;
}

describe("the shop as time goes on", () => {
  it("goes on sending what its flows have begun and what is scheduled, and sends nothing into the past", async () => {
    const sandbox = await openAccount({ profiles: 400 });
    const before = sandbox.control.counts();
    const isPast = async (): Promise<number> => (before["events"] ?? 0) + total(await happenedSince(sandbox));
    // At the start nothing is overdue.
    sandbox.control.advance(0);
    expect(sandbox.control.counts()).toEqual(before);

    sandbox.control.advance(DAY_MS);
    const day = await happenedSince(sandbox);
    expect(day.get("Received Email") ?? 0).toBeGreaterThan(0);
    expect(total(day)).toBeLessThan(80);
    expect(sandbox.control.counts()["events"]).toBe(await isPast());

    sandbox.control.advance(29 * DAY_MS);
    const month = await happenedSince(sandbox);
    const received = month.get("Received Email") ?? 0;
    expect(received).toBeGreaterThan(20);
    expect(received).toBeLessThan(4 * 400);
    expect(month.get("Opened Email") ?? 0).toBeLessThan(received);
    expect([...month.keys()].filter((name) => /Order|Checkout|Viewed|Subscribed to L/.test(name))).toEqual([]);
    expect(sandbox.control.counts()["events"]).toBe(await isPast());
    expect(sandbox.control.counts()["flow_runs"]).toBeLessThan(before["flow_runs"] ?? 0);
    expect(sandbox.log).toEqual([]);
    await sandbox.close();
  });

  it("welcomes who signs up now with its letters, and gives a code of their own", async () => {
    const sandbox = await openAccount({ profiles: 100 });
    const [list] = dataOf(await sandbox.call('GET /api/lists?filter=equals(name,"Email List")'));
    const subscriptions = { email: { marketing: { consent: "SUBSCRIBED" } } };
    const profiles = { data: [{ type: "profile", attributes: { email: "new@example.com", subscriptions } }] };
    const relationships = { list: { data: { type: "list", id: list?.id ?? "" } } };
    const asked = await sandbox.call("POST /api/profile-subscription-bulk-create-jobs", {
      data: { type: "profile-subscription-bulk-create-job", attributes: { profiles }, relationships },
    });
    expect(asked.status).toBe(202);
    sandbox.control.advance(10 * DAY_MS);
    const [person] = dataOf(await sandbox.call('GET /api/profiles?filter=equals(email,"new@example.com")'));
    const letters = dataOf(await sandbox.call(`GET /api/events?filter=equals(profile_id,"${person?.id}")&page[size]=200`)).flatMap(
      ({ attributes }) => {
        const { Subject: subject, $flow: flow } = attributes["event_properties"] as Record<string, string>;
        return flow === undefined ? [] : [subject];
      },
    );
    expect(new Set(letters).size).toBe(3);
    const codes = dataOf(await sandbox.call(`GET /api/coupon-codes?filter=equals(profile.id,"${person?.id}")`));
    expect(codes.map(({ attributes }) => attributes["status"])).toEqual(["ASSIGNED_TO_PROFILE"]);
    expect(sandbox.log).toEqual([]);
    await sandbox.close();
  });
});

function total(counts: Map<string, number>): number {
  return [...counts.values()].reduce((sum, each) => sum + each, 0);
}
