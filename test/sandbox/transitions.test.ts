import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dataOf } from "./open.ts";
import { idOf, openPeople, type People } from "./people.ts";

let people: People;
beforeEach(async () => {
  people = await openPeople();
});
afterEach(async () => {
  expect(people.log).toEqual([]);
  await people.close();
});

async function startImport(): Promise<string> {
  const profiles = { data: [{ type: "profile", attributes: { email: "ada@example.com" } }] };
  const answer = await people.call("POST /api/profile-bulk-import-jobs", {
    data: { type: "profile-bulk-import-job", attributes: { profiles } },
  });
  return dataOf(answer)[0]?.id ?? "";
}
const statusOf = async (id: string): Promise<unknown> =>
  dataOf(await people.call(`GET /api/profile-bulk-import-jobs/${id}`))[0]?.attributes["status"];

describe("jobs get on", () => {
  it("timed: by the clock", async () => {
    const id = await startImport();
    const seen = [await statusOf(id)];
    for (const byMs of [1000, 2000]) {
      people.control.advance(byMs);
      seen.push(await statusOf(id));
    }
    expect(seen).toEqual(["queued", "processing", "complete"]);
  });

  it("immediate: before the next request", async () => {
    people.control.setTransitions("immediate");
    const id = await startImport();
    expect(people.control.state().counts["profiles"]).toBe(1);
    expect(await statusOf(id)).toBe("complete");
  });

  it("after so many reads that show them, each step anew, whoever else is read", async () => {
    expect((await people.call("POST /_sandbox/transitions", { transitions: { after_reads: 2 } })).status).toBe(200);
    const id = await startImport();
    const other = await startImport();
    people.control.advance(60_000);
    const seen: unknown[] = [];
    for (let i = 0; i < 5; i++) seen.push(await statusOf(id));
    expect(seen).toEqual(["queued", "queued", "processing", "processing", "complete"]);
    // A list of jobs shows the other one too.
    await people.call("GET /api/profile-bulk-import-jobs");
    await people.call("GET /api/profile-bulk-import-jobs");
    expect(await statusOf(other)).toBe("processing");
  });

  it("whatever has no id of its own goes on with any read", async () => {
    people.control.setTransitions({ after_reads: 1 });
    const id = idOf(await people.call("POST /api/profiles", { data: { type: "profile", attributes: { email: "a@example.com" } } }));
    const profile = { data: { type: "profile", attributes: { email: "a@example.com" } } };
    const asked = { data: { type: "data-privacy-deletion-job", attributes: { profile } } };
    expect((await people.call("POST /api/data-privacy-deletion-jobs", asked)).status).toBe(202);
    expect((await people.call(`GET /api/profiles/${id}`)).status).toBe(200);
    expect((await people.call(`GET /api/profiles/${id}`)).status).toBe(404);
  });

  it("are refused a way that there is not", async () => {
    expect((await people.call("POST /_sandbox/transitions", { transitions: { after_reads: 0 } })).status).toBe(400);
    expect((await people.call("POST /_sandbox/transitions", { transitions: "never" })).status).toBe(400);
    expect((await people.call("GET /_sandbox/transitions")).body).toEqual({ transitions: "timed" });
  });
});
