import { afterEach, beforeEach, describe, expect } from "vitest";
import { dataOf, errorOf, list, open, type Opened } from "./open.ts";
import { behaviour } from "./provenance.ts";

describe("rate limits", () => {
  let sandbox: Opened;
  beforeEach(async () => {
    sandbox = await open({ limits: "real" });
  });
  afterEach(() => sandbox.close());

  behaviour("write the tightest window first and count it down", { as: "observed", from: "behaviour.md §1.5" }, async () => {
    expect((await sandbox.call("GET /api/tags")).headers).toMatchObject({
      "ratelimit-limit": "3, 3;w=1, 60;w=60",
      "ratelimit-remaining": "2",
      "ratelimit-reset": "0",
    });
    expect((await sandbox.call("GET /api/tags")).headers).toMatchObject({ "ratelimit-remaining": "1" });
  });

  behaviour(
    "refuse with Retry-After and without the other headers, and open with the next second",
    { as: "documented", from: "behaviour.md §1.5" },
    async () => {
      for (let i = 0; i < 3; i++) expect((await sandbox.call("GET /api/tags")).status).toBe(200);
      const full = await sandbox.call("GET /api/tags");
      expect([full.status, full.headers["retry-after"], full.headers["ratelimit-limit"]]).toEqual([429, "1", undefined]);
      expect(errorOf(full)).toMatchObject({
        code: "throttled",
        title: "Request was throttled.",
        detail: "Request was throttled. Expected available in 1 second.",
        source: { pointer: "/data" },
      });
      sandbox.control.advance(1000);
      expect((await sandbox.call("GET /api/tags")).status).toBe(200);
    },
  );

  behaviour(
    "hold for the minute, whichever key asks, and count nothing for a refused call",
    { as: "assumed", from: "behaviour.md §1.5" },
    async () => {
      const headers = { authorization: `Klaviyo-API-Key ${sandbox.keys.readOnly}` };
      for (let i = 0; i < 60; i++) {
        expect((await sandbox.call("GET /api/tags", undefined, i % 2 ? headers : {})).status).toBe(200);
        if (i % 3 === 2) sandbox.control.advance(1000);
      }
      const full = await sandbox.call("GET /api/tags", undefined, headers);
      expect([full.status, full.headers["retry-after"]]).toEqual([429, "40"]);
      sandbox.control.advance(40_000);
      expect((await sandbox.call("GET /api/tags")).headers["ratelimit-remaining"]).toBe("2");
    },
  );

  behaviour("share the window of a costly option and show it", { as: "documented", from: "behaviour.md §1.5" }, async () => {
    const id = dataOf(await sandbox.call("GET /api/lists"))[0]?.id;
    const costly = `GET /api/lists/${id}?additional-fields[list]=profile_count`;
    expect((await sandbox.call(costly)).headers["ratelimit-limit"]).toBe("1, 1;w=1, 15;w=60");
    expect((await sandbox.call(costly)).status).toBe(429);
    expect((await sandbox.call(`GET /api/lists/${id}`)).headers["ratelimit-remaining"]).toBe("73");
  });

  behaviour("count by the day where the catalog says so", { as: "documented", from: "behaviour.md §1.5" }, async () => {
    for (let i = 0; i < 150; i++) {
      expect((await sandbox.call("POST /api/lists", list(`l${i}`))).status).toBe(201);
      if (i % 10 === 9) sandbox.control.advance(1000);
    }
    sandbox.control.advance(60_000);
    const full = await sandbox.call("POST /api/lists", list("one more"));
    expect(full.status).toBe(429);
    // The clock starts at ten in the morning: the day's window ends at midnight.
    expect(Number(full.headers["retry-after"])).toBe(14 * 3600 - 75);
    expect((await sandbox.call("GET /api/lists")).status).toBe(200);
  });
});
