import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { event } from "./activity.ts";
import { dataOf, errorOf, ids, schemaViolations, type Called } from "./open.ts";
import { at, attributesOf, idOf, openPeople, type People } from "./people.ts";
import { behaviour } from "./provenance.ts";

const BETA = { revision: "2026-07-15.pre" };
const HOUR_MS = 3_600_000;
const spec = (schema: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${schema}` }) as const;
const assumed = { as: "assumed", from: "behaviour.md §2.2" } as const;

let account: People;
beforeEach(async () => {
  account = await openPeople();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const beta = (request: string, body?: unknown): Promise<Called> => account.call(request, body, BETA);
const start = (kind: "event" | "profile", attributes: JsonObject, relationships: Record<string, string>): Promise<Called> => {
  const type = `${kind}-bulk-export-job`;
  const related = Object.fromEntries(Object.entries(relationships).map(([name, id]) => [name, { data: { type: name, id } }]));
  return beta(`POST /api/${type}s`, { data: { type, attributes, relationships: related } });
};
const job = (kind: string, id: string): Promise<Called> => beta(`GET /api/${kind}-bulk-export-jobs/${id}`);
const download = (kind: string, id: string): Promise<Called> => beta(`GET /api/${kind}-bulk-export-jobs/${id}/download`);
const linkOf = (answer: Called): string => String(at(answer.body, "data", "links")["self"]);
/** Lines of a finished export, as whoever has the link gets them: no key. */
const linesOf = async (kind: string, id: string): Promise<string[]> => {
  const response = await fetch(linkOf(await download(kind, id)));
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/gzip"]);
  return gunzipSync(await response.bytes())
    .toString("utf8")
    .trimEnd()
    .split("\r\n");
};
const pointerOf = (answer: Called): unknown => [answer.status, errorOf(answer).source["pointer"]];

/** Two people in a list and one beside it. */
async function club(): Promise<{ list: string; ada: string; bob: string }> {
  const list = await account.list("Club");
  const known = { first_name: 'Ada "A", B', location: { city: "Paris" }, properties: { size: ["M", "L"] } };
  const [ada, bob] = [await account.person({ email: "ada@example.com", ...known }), await account.person({ email: "bob@example.com" })];
  await account.person({ email: "eve@example.com" });
  await account.call(`POST /api/lists/${list}/relationships/profiles`, ids("profile", ada, bob));
  return { list, ada, bob };
}

describe("a profile export", () => {
  behaviour(
    "is processing at first, then complete until its file goes",
    spec("GetProfileBulkExportJobStatusRetrieveResponse"),
    async () => {
      const { list } = await club();
      const made = await start("profile", {}, { list });
      expect([made.status, schemaViolations("create_profile_bulk_export_job_beta", made)]).toEqual([201, []]);
      expect(attributesOf(made)).toEqual({ status: "processing", created_at: "2026-07-15T10:00:00.000000+00:00" });
      expect(dataOf(made)[0]?.relationships).toMatchObject({ list: { data: { type: "list", id: list } } });
      const id = idOf(made);
      expect(attributesOf(await job("profile", id))).toEqual({ status: "processing", result: null, error: null });
      expect((await download("profile", id)).body["data"]).toBeNull();
      account.control.advance(5000);
      const done = await job("profile", id);
      expect(attributesOf(done)).toEqual({ status: "complete", result: { expires_at: "2026-07-16T10:00:05+00:00" }, error: null });
      expect(schemaViolations("get_profile_bulk_export_job_beta", done)).toEqual([]);
      const found = await download("profile", id);
      expect([found.status, schemaViolations("get_download_for_profile_bulk_export_job_beta", found)]).toEqual([200, []]);
      account.control.advance(24 * HOUR_MS);
      expect(attributesOf(await job("profile", id))).toEqual({ status: "expired", result: null, error: null });
      expect((await download("profile", id)).body["data"]).toBeNull();
      expect((await fetch(linkOf(found))).status).toBe(404);
    },
  );

  behaviour("has a line for each member with the properties asked for", spec("ProfileBulkExportJobCreateQuery"), async () => {
    const { list } = await club();
    const properties = ["email", "first_name", "location.city", "properties['size']", "properties.size[0]"];
    const id = idOf(await start("profile", { properties }, { list }));
    account.control.advance(5000);
    const [head, ...lines] = await linesOf("profile", id);
    expect(head).toBe(properties.join(","));
    expect(lines.toSorted()).toEqual([`ada@example.com,"Ada ""A"", B",Paris,"[""M"",""L""]",M`, "bob@example.com,,,,"]);
  });

  behaviour("is of a segment as it is when the job runs, everything unless told", assumed, async () => {
    const { ada, bob } = await club();
    const condition = {
      type: "profile-property",
      property: "location['city']",
      filter: { type: "string", operator: "equals", value: "Paris" },
    };
    const attributes = { name: "Parisians", definition: { condition_groups: [{ conditions: [condition] }] } };
    const segment = idOf(await account.call("POST /api/segments", { data: { type: "segment", attributes } }));
    account.control.advance(60_000);
    const id = idOf(await start("profile", { properties: null }, { segment }));
    await account.call(`PATCH /api/profiles/${bob}`, { data: { type: "profile", id: bob, attributes: { location: { city: "Paris" } } } });
    account.control.advance(5000);
    const [head = "", ...lines] = await linesOf("profile", id);
    expect(head).toMatch(/^id,email,.*location\.city,.*,properties$/);
    expect(lines.map((line) => line.split(",")[0])).toEqual([ada, bob].toSorted());
  });

  behaviour("is of a list or a segment, and of properties that profiles have", spec("ProfileBulkExportJobCreateQuery"), async () => {
    const { list } = await club();
    expect(pointerOf(await start("profile", {}, {}))).toEqual([400, "/data/relationships"]);
    expect((await start("profile", {}, { list: "nobody" })).status).toBe(404);
    expect(pointerOf(await start("profile", { properties: ["email", "shoe"] }, { list }))).toEqual([400, "/data/attributes/properties/1"]);
    expect((await job("profile", "nobody")).status).toBe(404);
    expect((await download("profile", "nobody")).status).toBe(404);
  });

  behaviour("fails when its list is gone before it runs", assumed, async () => {
    const { list } = await club();
    const id = idOf(await start("profile", {}, { list }));
    await account.call(`DELETE /api/lists/${list}`);
    account.control.advance(5000);
    expect(attributesOf(await job("profile", id))).toEqual({ status: "failed", result: null, error: expect.stringContaining(list) });
    expect((await download("profile", id)).body["data"]).toBeNull();
  });

  behaviour("has a file under a name that nobody guesses", assumed, async () => {
    const { list } = await club();
    const id = idOf(await start("profile", {}, { list }));
    account.control.advance(5000);
    const link = linkOf(await download("profile", id));
    expect(link).toMatch(/\/exports\/[\w]{32}\.csv\.gz$/);
    expect((await fetch(link, { method: "HEAD" })).status).toBe(200);
    expect((await fetch(link.replace(/.{8}\.csv/, "AAAAAAAA.csv"))).status).toBe(404);
    expect((await fetch(link, { method: "DELETE" })).status).toBe(404);
  });
});

describe("an event export", () => {
  const RANGE = { start_date: "2026-07-15T10:00:00Z", end_date: "2026-07-15T12:00:00Z" };
  const bought = async (email: string, time: string, properties: JsonObject): Promise<void> => {
    const answer = await account.call("POST /api/events", event(email, "Bought", { time, properties }));
    expect(answer.status).toBe(202);
  };
  /** Three events, before, in and at the end of the range, and the id of their metric. */
  const metric = async (): Promise<string> => {
    await bought("ada@example.com", "2026-07-15T09:00:00Z", { early: true });
    await bought("ada@example.com", "2026-07-15T11:00:00Z", { "Item Name": "Mug", items: [{ sku: "m1" }, { sku: "m2" }] });
    await bought("bob@example.com", "2026-07-15T12:00:00Z", { items: [] });
    account.control.advance(3 * HOUR_MS);
    return dataOf(await account.call("GET /api/metrics")).find(({ attributes }) => attributes["name"] === "Bought")?.id ?? "";
  };

  behaviour(
    "has the metric's events of its range, oldest first, with the properties asked for",
    spec("EventBulkExportJobCreateQuery"),
    async () => {
      const id = await metric();
      const made = await start("event", { ...RANGE, properties: ["Item Name", "items[*].sku"] }, { metric: id });
      expect([made.status, schemaViolations("create_event_bulk_export_job_beta", made)]).toEqual([201, []]);
      account.control.advance(5000);
      const done = await job("event", idOf(made));
      expect([attributesOf(done)["status"], schemaViolations("get_event_bulk_export_job_beta", done)]).toEqual(["complete", []]);
      const [head, ...lines] = await linesOf("event", idOf(made));
      expect(head).toBe("id,datetime,profile_id,metric_id,Item Name,items[*].sku");
      expect(lines.map((line) => line.replace(/^\w+,/, "").replaceAll(/,\w{26},/g, ",P,"))).toEqual([
        `2026-07-15T11:00:00+00:00,P,${id},Mug,"[""m1"",""m2""]"`,
        `2026-07-15T12:00:00+00:00,P,${id},,[]`,
      ]);
    },
  );

  behaviour("has every property of its events unless told", assumed, async () => {
    const made = await start("event", RANGE, { metric: await metric() });
    account.control.advance(5000);
    const [head] = await linesOf("event", idOf(made));
    expect(head).toBe("id,datetime,profile_id,metric_id,Item Name,items,$event_id");
  });

  behaviour("covers at most 90 days that are over", spec("EventBulkExportJobCreateQuery"), async () => {
    const id = await metric();
    for (const [range, pointer] of [
      [{ end_date: "2026-07-15T09:00:00Z" }, "end_date"],
      [{ end_date: "2026-07-15T13:00:01Z" }, "end_date"],
      [{ start_date: "2026-04-01T00:00:00Z" }, "end_date"],
    ] as const)
      expect(pointerOf(await start("event", { ...RANGE, ...range }, { metric: id }))).toEqual([400, `/data/attributes/${pointer}`]);
    expect((await start("event", { ...RANGE, start_date: "yesterday" }, { metric: id })).status).toBe(400);
    expect((await start("event", RANGE, { metric: "nobody" })).status).toBe(404);
    expect((await start("event", RANGE, {})).status).toBe(400);
  });
});
