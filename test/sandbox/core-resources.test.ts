import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { onlyInSandbox } from "../account/skip.ts";
import { dataOf, errorOf, ids, list, open, profile, schemaViolations, tag, type Opened } from "./open.ts";
import { behaviour } from "./provenance.ts";

let sandbox: Opened;
beforeEach(async () => {
  sandbox = await open();
});
afterEach(() => sandbox.close());

const made = async (request: string, body: object): Promise<string> => dataOf(await sandbox.call(request, body))[0]?.id ?? "";
const group = (name: string, exclusive = false) => ({ data: { type: "tag-group", attributes: { name, exclusive } } });

describe("a fresh account", () => {
  behaviour("has the lists that come with it", { as: "observed", from: "behaviour.md §2.1" }, async () => {
    onlyInSandbox("an account in use has lists of its own");
    expect(dataOf(await sandbox.call("GET /api/lists?sort=id")).map(({ attributes }) => attributes["name"])).toEqual([
      "Preview List",
      "Email List",
      "Text Messaging List",
    ]);
  });

  behaviour("has keys of 34 characters", { as: "observed", from: "behaviour.md §1.1" }, async () => {
    onlyInSandbox("no test is given the key of an account");
    expect(sandbox.keys.full).toMatch(/^pk_[A-Za-z0-9]{34}$/);
  });

  it("is the same for the same seed and clock, and another for another", async () => {
    const [same, other] = [await open(), await open({ seed: "another" })];
    expect(same.control.state()).toEqual(sandbox.control.state());
    expect(same.keys).toEqual(sandbox.keys);
    expect(other.accountId).not.toBe(sandbox.accountId);
    await Promise.all([same.close(), other.close()]);
  });

  behaviour(
    "answers every read of lists, tags and the account as the vendor's schema has it",
    {
      as: "documented",
      from: "openapi/stable-2026-07-15.json get_accounts, openapi/stable-2026-07-15.json get_lists, openapi/stable-2026-07-15.json get_tags",
    },
    async () => {
      const listId = await made("POST /api/lists", list("News"));
      const tagId = await made("POST /api/tags", tag("vip"));
      await sandbox.call(`POST /api/tags/${tagId}/relationships/lists`, ids("list", listId));
      const reads: Record<string, string> = {
        get_accounts: "/api/accounts",
        get_account: `/api/accounts/${sandbox.accountId}`,
        get_lists: "/api/lists?include=tags,flow-triggers",
        get_list: `/api/lists/${listId}?include=tags&additional-fields[list]=profile_count`,
        get_tags_for_list: `/api/lists/${listId}/tags`,
        get_tag_ids_for_list: `/api/lists/${listId}/relationships/tags`,
        get_flows_triggered_by_list: `/api/lists/${listId}/flow-triggers`,
        get_tags: "/api/tags?include=tag-group",
        get_tag: `/api/tags/${tagId}?include=tag-group`,
        get_tag_groups: "/api/tag-groups",
        get_list_ids_for_tag: `/api/tags/${tagId}/relationships/lists`,
        get_tag_group_for_tag: `/api/tags/${tagId}/tag-group`,
        get_tag_group_id_for_tag: `/api/tags/${tagId}/relationships/tag-group`,
      };
      for (const [operation, path] of Object.entries(reads)) {
        const answer = await sandbox.call(`GET ${path}`);
        expect([operation, answer.status, schemaViolations(operation, answer)]).toEqual([operation, 200, []]);
      }
      expect(sandbox.log).toEqual([]);
    },
  );
});

describe("lists", () => {
  behaviour(
    "are made with 201 and answered with microseconds, then whole seconds",
    { as: "observed", from: "behaviour.md §1.11" },
    async () => {
      const answer = await sandbox.call("POST /api/lists", list("News"));
      expect([answer.status, schemaViolations("create_list", answer)]).toEqual([201, []]);
      const [created] = dataOf(answer);
      expect(created?.attributes).toEqual({
        name: "News",
        created: "2026-07-15T10:00:00.000000+00:00",
        updated: "2026-07-15T10:00:00.000000+00:00",
        opt_in_process: "single_opt_in",
      });
      expect(answer.body["links"]).toEqual({ self: `${sandbox.url}/api/lists` });
      const [read] = dataOf(await sandbox.call(`GET /api/lists/${created?.id}`));
      expect(read?.attributes["created"]).toBe("2026-07-15T10:00:00+00:00");
    },
  );

  behaviour("change by PATCH, what is left out stays", { as: "documented", from: "behaviour.md §1.3" }, async () => {
    const id = await made("POST /api/lists", list("News"));
    const answer = await sandbox.call(`PATCH /api/lists/${id}`, {
      data: { type: "list", id, attributes: { opt_in_process: "double_opt_in" } },
    });
    expect([answer.status, schemaViolations("update_list", answer)]).toEqual([200, []]);
    expect(dataOf(answer)[0]?.attributes).toMatchObject({ name: "News", opt_in_process: "double_opt_in" });
  });

  behaviour("refuse members that do not exist, all or none", { as: "assumed", from: "behaviour.md §2.5" }, async () => {
    const id = await made("POST /api/lists", list("News"));
    const person = await made("POST /api/profiles", profile("a@example.com"));
    const answer = await sandbox.call(`POST /api/lists/${id}/relationships/profiles`, ids("profile", person, "stranger"));
    expect([answer.status, errorOf(answer).detail]).toEqual([404, "A profile with id stranger does not exist."]);
    expect(sandbox.control.state().counts["list_members"]).toBe(0);
  });
});

describe("tags", () => {
  behaviour(
    "go to the default group, are renamed with 204 and deleted with their links",
    { as: "documented", from: "behaviour.md §2.7" },
    async () => {
      const id = await made("POST /api/tags", tag("vip"));
      const listId = await made("POST /api/lists", list("News"));
      expect(dataOf(await sandbox.call(`GET /api/tags/${id}/tag-group`))[0]?.attributes).toMatchObject({
        name: "Ungrouped Tags",
        default: true,
      });
      expect(await sandbox.call(`PATCH /api/tags/${id}`, { data: { type: "tag", id, attributes: { name: "loyal" } } })).toMatchObject({
        status: 204,
        text: "",
      });
      expect((await sandbox.call(`POST /api/tags/${id}/relationships/lists`, ids("list", listId))).status).toBe(204);
      expect((await sandbox.call(`POST /api/tags/${id}/relationships/lists`, ids("list", listId))).status).toBe(204);
      expect(dataOf(await sandbox.call(`GET /api/lists/${listId}/tags`))[0]?.attributes).toEqual({ name: "loyal" });
      expect((await sandbox.call(`DELETE /api/tags/${id}`)).status).toBe(204);
      expect(sandbox.control.state().counts).toMatchObject({ tags: 0, tag_links: 0, lists: 4 });
    },
  );

  behaviour("have names of their own and a group that exists", { as: "assumed", from: "behaviour.md §2.7" }, async () => {
    await sandbox.call("POST /api/tags", tag("vip"));
    expect((await sandbox.call("POST /api/tags", tag("vip"))).status).toBe(400);
    expect((await sandbox.call("POST /api/tags", tag("other", "nowhere"))).status).toBe(404);
  });

  behaviour("of an exclusive group stand alone on a resource", { as: "documented", from: "behaviour.md §2.7" }, async () => {
    const groupId = await made("POST /api/tag-groups", group("Season", true));
    const [spring, autumn] = [await made("POST /api/tags", tag("spring", groupId)), await made("POST /api/tags", tag("autumn", groupId))];
    const listId = await made("POST /api/lists", list("News"));
    expect((await sandbox.call(`POST /api/tags/${spring}/relationships/lists`, ids("list", listId))).status).toBe(204);
    expect((await sandbox.call(`POST /api/tags/${autumn}/relationships/lists`, ids("list", listId))).status).toBe(400);
    expect((await sandbox.call(`DELETE /api/tags/${spring}/relationships/lists`, ids("list", listId))).status).toBe(204);
    expect((await sandbox.call(`POST /api/tags/${autumn}/relationships/lists`, ids("list", listId))).status).toBe(204);
  });

  behaviour("go with their group; the default group stays", { as: "documented", from: "behaviour.md §2.7" }, async () => {
    const groupId = await made("POST /api/tag-groups", group("Season"));
    await sandbox.call("POST /api/tags", tag("spring", groupId));
    expect((await sandbox.call(`DELETE /api/tag-groups/${groupId}`)).status).toBe(204);
    const [fallback] = dataOf(await sandbox.call("GET /api/tag-groups?filter=equals(default,true)"));
    expect((await sandbox.call(`DELETE /api/tag-groups/${fallback?.id}`)).status).toBe(400);
    expect(sandbox.control.state().counts).toMatchObject({ tags: 0, tag_groups: 1 });
  });

  behaviour("stop at 500 tags, 50 groups and 100 on one resource", { as: "documented", from: "behaviour.md §2.7" }, async () => {
    const listId = await made("POST /api/lists", list("News"));
    const tagIds: string[] = [];
    for (let i = 0; i < 500; i++) tagIds.push(await made("POST /api/tags", tag(`t${i}`)));
    expect((await sandbox.call("POST /api/tags", tag("one more"))).status).toBe(400);
    for (const [i, id] of tagIds.slice(0, 101).entries()) {
      expect((await sandbox.call(`POST /api/tags/${id}/relationships/lists`, ids("list", listId))).status).toBe(i < 100 ? 204 : 400);
    }
    for (let i = 1; i < 50; i++) expect((await sandbox.call("POST /api/tag-groups", group(`g${i}`))).status).toBe(201);
    expect((await sandbox.call("POST /api/tag-groups", group("one more"))).status).toBe(400);
  });
});
