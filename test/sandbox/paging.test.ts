import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { dataOf, errorOf, ids, list, open, profile, type Called, type Opened } from "./open.ts";
import { behaviour } from "./provenance.ts";

let sandbox: Opened;
beforeEach(async () => {
  sandbox = await open();
  for (let i = 0; i < 12; i++) await sandbox.call("POST /api/lists", list(`List ${String(i % 6).padStart(2, "0")}`));
});
afterEach(() => sandbox.close());

const links = (answer: Called) => answer.body["links"] as { self: string; next: string | null; prev: string | null };
const follow = (link: string | null) => sandbox.call(`GET ${(link ?? "").slice(sandbox.url.length)}`);
const names = (answer: Called) => dataOf(answer).map(({ attributes }) => attributes["name"]);
const idsOf = (answer: Called) => dataOf(answer).map(({ id }) => id);

async function walk(first: string, between: () => Promise<unknown> = async () => undefined): Promise<string[]> {
  const seen: string[] = [];
  let answer = await sandbox.call(`GET ${first}`);
  for (;;) {
    seen.push(...idsOf(answer));
    const { next } = links(answer);
    if (next === null) return seen;
    await between();
    answer = await follow(next);
  }
}

describe("paging", () => {
  behaviour("walks all rows once by links.next, and back by links.prev", { as: "observed", from: "behaviour.md §1.7" }, async () => {
    const first = await sandbox.call("GET /api/lists?page[size]=4&sort=name");
    expect(links(first)).toMatchObject({ self: `${sandbox.url}/api/lists?page%5Bsize%5D=4&sort=name`, prev: null });
    const second = await follow(links(first).next);
    const third = await follow(links(second).next);
    expect([...idsOf(first), ...idsOf(second), ...idsOf(third)]).toHaveLength(12);
    expect(idsOf(await follow(links(third).prev))).toEqual(idsOf(second));
    const back = await follow(links(second).prev);
    expect(idsOf(back)).toEqual(idsOf(first));
    expect(links(back)).toMatchObject({ prev: null, next: expect.stringContaining("page%5Bcursor%5D=") as string });
  });

  behaviour(
    "neither repeats nor skips rows that were there when others are added between pages",
    { as: "observed", from: "behaviour.md §1.7" },
    async () => {
      const before = new Set(await walk("/api/lists?page[size]=3"));
      let made = 0;
      const seen = await walk("/api/lists?page[size]=3&sort=-name", () =>
        made++ < 5 ? sandbox.call("POST /api/lists", list("List 05")) : Promise.resolve(),
      );
      expect(seen.filter((id) => before.has(id))).toHaveLength(15);
      expect(new Set(seen).size).toBe(seen.length);
    },
  );

  behaviour("goes on behind a row that was deleted after its page", { as: "assumed", from: "behaviour.md §1.7" }, async () => {
    const all = await walk("/api/lists?page[size]=3");
    const first = await sandbox.call("GET /api/lists?page[size]=3");
    await sandbox.call(`DELETE /api/lists/${all[2]}`);
    expect(idsOf(await follow(links(first).next))).toEqual(all.slice(3, 6));
  });

  behaviour("sorts descending as the exact reverse, ties by id", { as: "assumed", from: "behaviour.md §1.9" }, async () => {
    const up = await walk("/api/lists?page[size]=5&sort=name");
    expect(await walk("/api/lists?page[size]=2&sort=-name")).toEqual(up.toReversed());
  });

  behaviour("refuses a cursor under another filter, sort or path", { as: "assumed", from: "behaviour.md §1.7" }, async () => {
    const cursor = new URL(links(await sandbox.call("GET /api/lists?page[size]=4")).next ?? "").searchParams.get("page[cursor]") ?? "";
    for (const other of ["/api/lists?sort=name&", "/api/lists?filter=any(name,['List 01'])&", "/api/tags?"]) {
      const answer = await sandbox.call(`GET ${other}page[cursor]=${encodeURIComponent(cursor)}`);
      expect([answer.status, errorOf(answer).detail]).toEqual([400, "Invalid cursor provided."]);
    }
    expect((await sandbox.call(`GET /api/lists?page[size]=2&page[cursor]=${encodeURIComponent(cursor)}`)).status).toBe(200);
  });

  behaviour(
    "filters by name, id and time, through an index and without",
    { as: "documented", from: "behaviour.md Appendix A" },
    async () => {
      expect(names(await sandbox.call("GET /api/lists?filter=equals(name,'List 03')"))).toEqual(["List 03", "List 03"]);
      const [some = ""] = await walk("/api/lists?page[size]=3");
      expect(idsOf(await sandbox.call(`GET /api/lists?filter=any(id,['${some}','nope'])`))).toEqual([some]);
      sandbox.control.advance(60_000);
      await sandbox.call("POST /api/lists", list("Late"));
      const since = new Date(sandbox.control.clock().now - 1000).toISOString();
      expect(names(await sandbox.call(`GET /api/lists?filter=greater-than(created,${since})`))).toEqual(["Late"]);
      expect(names(await sandbox.call(`GET /api/lists?filter=greater-than(created,${since}),equals(name,'List 03')`))).toEqual([]);
    },
  );
});

describe("paging of members", () => {
  let listId = "";
  const people: string[] = [];
  beforeEach(async () => {
    listId = dataOf(await sandbox.call("POST /api/lists", list("Members")))[0]?.id ?? "";
    people.length = 0;
    for (let i = 0; i < 7; i++) {
      people.push(dataOf(await sandbox.call("POST /api/profiles", profile(`p${i}@example.com`)))[0]?.id ?? "");
      sandbox.control.advance(1000);
      await sandbox.call(`POST /api/lists/${listId}/relationships/profiles`, ids("profile", people[i] ?? ""));
    }
  });

  behaviour(
    "reads members in full and as identifiers, in order of joining, with the time they joined",
    { as: "documented", from: "behaviour.md §1.10" },
    async () => {
      expect(await walk(`/api/lists/${listId}/profiles?page[size]=3`)).toEqual(people);
      expect(await walk(`/api/lists/${listId}/relationships/profiles?page[size]=2&sort=-joined_group_at`)).toEqual(people.toReversed());
      const [first] = dataOf(await sandbox.call(`GET /api/lists/${listId}/profiles?page[size]=1`));
      expect(first?.attributes).toMatchObject({ email: "p0@example.com", joined_group_at: "2026-07-15T10:00:01+00:00" });
    },
  );

  behaviour(
    "filters members by what the profile and what the membership holds",
    { as: "documented", from: "behaviour.md §2.5" },
    async () => {
      const path = `/api/lists/${listId}/profiles?filter=`;
      expect(idsOf(await sandbox.call(`GET ${path}equals(email,'p4@example.com')`))).toEqual([people[4]]);
      expect(idsOf(await sandbox.call(`GET ${path}any(email,['p1@example.com','p2@example.com','stranger@example.com'])`))).toEqual(
        people.slice(1, 3),
      );
      expect(idsOf(await sandbox.call(`GET ${path}greater-or-equal(joined_group_at,2026-07-15T10:00:06Z)`))).toEqual(people.slice(5));
    },
  );

  behaviour("counts members on request only, and not once they are gone", { as: "documented", from: "behaviour.md §2.5" }, async () => {
    const item = (query: string) =>
      sandbox.call(`GET /api/lists/${listId}${query}`).then((answer) => dataOf(answer)[0]?.attributes as JsonObject);
    expect(await item("")).not.toHaveProperty("profile_count");
    expect(await item("?additional-fields[list]=profile_count")).toMatchObject({ profile_count: 7 });
    await sandbox.call(`DELETE /api/lists/${listId}/relationships/profiles`, ids("profile", people[0] ?? "", "stranger"));
    expect(await item("?additional-fields[list]=profile_count&fields[list]=profile_count")).toEqual({ profile_count: 6 });
    await sandbox.call(`DELETE /api/lists/${listId}`);
    expect(sandbox.control.state().counts["list_members"]).toBe(0);
  });
});
