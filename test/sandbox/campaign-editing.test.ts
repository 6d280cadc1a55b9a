import { afterEach, beforeEach, describe, expect } from "vitest";
import { HOUR, MINUTE, NOW, openCampaigning, type Campaigning } from "./campaigning.ts";
import { behaviour } from "./provenance.ts";

let account: Campaigning;
beforeEach(async () => {
  account = await openCampaigning();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.10" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.10" } as const;
const advance = (ms: number) => account.control.advance(ms);
const iso = (ms: number) => new Date(ms).toISOString();
const received = async () => (await account.tally())["Received Email"] ?? 0;
const patch = (id: string, attributes: object) =>
  account.call(`PATCH /api/campaigns/${id}`, { data: { type: "campaign", id, attributes } });

describe("editing", () => {
  behaviour("ends 15 minutes before the send and once it has begun", spec, async () => {
    const id = await account.ready([await account.crowd(1)], { send_strategy: { method: "static", datetime: iso(NOW + HOUR) } });
    await account.send(id);
    expect((await patch(id, { name: "A" })).status).toBe(409);
    advance(44 * MINUTE);
    expect((await patch(id, { name: "B" })).status).toBe(200);
    advance(2 * MINUTE);
    const message = await account.messageId(id);
    const late = await account.call(`PATCH /api/campaign-messages/${message}`, {
      data: { type: "campaign-message", id: message, attributes: { definition: { channel: "email", label: "x" } } },
    });
    expect([late.status, (await patch(id, { name: "C" })).status]).toEqual([409, 409]);
    advance(HOUR);
    expect([(await patch(id, { name: "D" })).status, (await account.campaign(id))["name"]]).toEqual([409, "B"]);
  });

  behaviour("of the strategy moves a scheduled send", assumed, async () => {
    const id = await account.ready([await account.crowd(1)], { send_strategy: { method: "static", datetime: iso(NOW + HOUR) } });
    await account.send(id);
    advance(MINUTE);
    expect((await patch(id, { send_strategy: { method: "static", datetime: iso(NOW + 3 * HOUR) } })).status).toBe(200);
    advance(2 * HOUR);
    expect([await account.status(id), (await account.campaign(id))["send_time"]]).toEqual([
      "Scheduled",
      "2026-07-15T13:00:00.000000+00:00",
    ]);
    advance(2 * HOUR);
    expect([await account.status(id), await received()]).toEqual(["Sent", 1]);
  });

  behaviour("and deleting wait while it is being sent", assumed, async () => {
    const id = await account.ready([await account.crowd(1)]);
    await account.send(id);
    advance(25_500);
    expect((await account.call(`DELETE /api/campaigns/${id}`)).status).toBe(409);
    advance(MINUTE);
    expect((await account.call(`DELETE /api/campaigns/${id}`)).status).toBe(204);
  });
});
