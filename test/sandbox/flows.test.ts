import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { activity, delay, email, flowBody, groups, openFlowing, property, type Flowing } from "./flowing.ts";
import { dataOf, errorOf, ids, tag } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Flowing;
beforeEach(async () => {
  account = await openFlowing();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.11" } as const;
const grammar = { as: "documented", from: "openapi/stable-2026-07-15.json FlowDefinition" } as const;
const assumed = { as: "assumed", from: "behaviour.md §2.11" } as const;
const post = (body: JsonObject) => account.call("POST /api/flows", body);
const get = (path: string) => account.call(`GET ${path}`);
const actionOf = async (id: string) => at(attributesOf(await get(`/api/flow-actions/${id}`)), "definition");
const patchAction = (id: string, definition: JsonObject) =>
  account.call(`PATCH /api/flow-actions/${id}`, { data: { type: "flow-action", id, attributes: { definition } } });

describe("create_flow", () => {
  behaviour("replaces temporary ids everywhere and shows the definition when asked to", grammar, async () => {
    const list = await account.list("News");
    const split = { type: "conditional-split", data: { profile_filter: groups(property("tier", "gold")) } };
    const body = flowBody({ type: "list", id: list }, [
      { ...delay(1), temporary_id: "wait" },
      { ...split, temporary_id: "split", links: { next_if_true: "one", next_if_false: null } },
      { ...email("Hello"), temporary_id: "one" },
    ]);
    const answer = await account.call("POST /api/flows?additional-fields[flow]=definition", body);
    expect(answer.status).toBe(201);
    expect(attributesOf(answer)).toMatchObject({ name: "Welcome", status: "draft", archived: false, trigger_type: "Added to List" });
    expect(idOf(answer)).toMatch(/^[0-9A-Za-z]{6}$/);
    const definition = at(attributesOf(answer), "definition");
    const [wait, fork, one] = definition["actions"] as JsonObject[];
    expect(answer.text).not.toContain("temporary_id");
    expect(definition).toMatchObject({ triggers: [{ type: "list", id: list }], profile_filter: null, reentry_criteria: null });
    expect([definition["entry_action_id"], wait?.["links"], fork?.["links"]]).toEqual([
      wait?.["id"],
      { next: fork?.["id"] },
      { next_if_true: one?.["id"], next_if_false: null },
    ]);
    expect(one).toMatchObject({ links: { next: null }, data: { status: "draft", message: { subject_line: "About Hello" } } });
    expect(await account.definition(idOf(answer))).toEqual(definition);
    expect(attributesOf(await get(`/api/flows/${idOf(answer)}`))).not.toHaveProperty("definition");
  });

  behaviour("has the status that its actions are given", spec, async () => {
    const live = { ...email("A"), data: { ...at(email("A"), "data"), status: "live" } };
    const statuses: unknown[] = [];
    for (const actions of [[email("A")], [email("A"), live], [delay(1)], []]) {
      statuses.push(attributesOf(await post(flowBody(undefined, actions)))["status"]);
    }
    expect(statuses).toEqual(["draft", "live", "draft", "draft"]);
  });

  behaviour("is named by what triggers it", { as: "documented", from: "behaviour.md §2.11" }, async () => {
    await account.track("a@shop.example", "Ordered");
    account.control.advance(1000);
    const date = { type: "date", date_field_type: "profile-property", date_profile_property: "birthday", timedelta_value_before_date: 0 };
    const stock = { trigger_filter: null, audience: ["viewed"] };
    const triggers: [JsonObject | undefined, string][] = [
      [{ type: "metric", id: await account.metric("Ordered") }, "Metric"],
      [{ ...date, trigger_time: "10:00:00Z" }, "Date Based"],
      [{ type: "price-drop", price_drop_amount_value: 5, ...stock }, "Price Drop"],
      [{ type: "low-inventory", product_level: "product", inventory_count: 3, ...stock }, "Low Inventory"],
      [undefined, "Unconfigured"],
    ];
    for (const [trigger, name] of triggers) expect(attributesOf(await post(flowBody(trigger, [])))["trigger_type"]).toBe(name);
    expect(dataOf(await get(`/api/flows?filter=${encodeURIComponent("equals(trigger_type,'Metric')")}`))).toHaveLength(1);
  });

  const reentry = (duration: number) => flowBody(undefined, [], { reentry_criteria: { duration, unit: "day" } });
  const member = (group: string): JsonObject => ({
    type: "profile-group-membership",
    is_member: true,
    group_ids: [group],
    timeframe_filter: null,
  });
  const ends = { next_if_true: null, next_if_false: null };
  const wrong: [string, JsonObject, string, string][] = [
    ["a second trigger", flowBody(undefined, [], { triggers: [{ type: "list" }, { type: "list" }] }), "Only one trigger", "/triggers"],
    ["an unknown list", flowBody({ type: "list", id: "nope" }, []), "A list with id nope", "/triggers/0/id"],
    ["an id", flowBody(undefined, [{ ...delay(1), id: "12" }]), "not allowed on create", "/actions/0/id"],
    ["no temporary id", flowBody(undefined, [{ ...delay(1), temporary_id: null }]), "temporary_id", "/actions/0/temporary_id"],
    ["an id twice", flowBody(undefined, [delay(1), { ...delay(1), temporary_id: "a0" }]), "used twice", "/actions/1/temporary_id"],
    ["a link to nowhere", flowBody(undefined, [{ ...delay(1), links: { next: "b" } }]), "no action with the id 'b'", "/actions"],
    ["a circle", flowBody(undefined, [delay(1), { ...delay(1), links: { next: "a0" } }]), "circle", "/actions"],
    ["a delay back in time", flowBody(undefined, [delay(-1)]), "must not be negative", "/actions/0/data/value"],
    ["a re-entry back in time", reentry(-1), "must not be negative", "/reentry_criteria/duration"],
    ["a filter by an unknown metric", flowBody(undefined, [], { profile_filter: groups(activity("nope", 1)) }), "nope", "/profile_filter"],
    [
      "a split by an unknown list",
      flowBody(undefined, [{ type: "conditional-split", data: { profile_filter: groups(member("nope")) }, links: ends }]),
      "A list or segment with id nope",
      "/actions/0/data/profile_filter",
    ],
    ["an unknown entry", flowBody(undefined, [], { entry_action_id: "x" }), "no action with the id 'x'", "/entry_action_id"],
    [
      "an unknown template",
      flowBody(undefined, [email("A", { template_id: "t" })]),
      "A template with id t",
      "/actions/0/data/message/template_id",
    ],
  ];
  for (const [name, body, detail, pointer] of wrong) {
    behaviour(`refuses ${name}`, assumed, async () => {
      const answer = await post(body);
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: `/data/attributes/definition${pointer}` }]);
      expect(errorOf(answer).detail).toContain(detail);
      expect(dataOf(await get("/api/flows"))).toEqual([]);
    });
  }

  behaviour("takes a chain of thousands of actions", assumed, async () => {
    expect(
      (
        await post(
          flowBody(
            undefined,
            Array.from({ length: 5000 }, () => delay(1)),
          ),
        )
      ).status,
    ).toBe(201);
  });
});

describe("update_flow", () => {
  behaviour("sets the flow and all its actions, disabled ones too", spec, async () => {
    const off = { ...email("B"), data: { ...at(email("B"), "data"), status: "disabled" } };
    const id = await account.flow({ type: "list" }, [email("A"), off, delay(1)]);
    for (const status of ["live", "manual", "draft"]) {
      expect(attributesOf(await account.set(id, status))["status"]).toBe(status);
      const [first, second, third] = (await account.definition(id))["actions"] as JsonObject[];
      expect([at(first ?? {}, "data")["status"], at(second ?? {}, "data")["status"]]).toEqual([status, status]);
      expect(at(third ?? {}, "data")).not.toHaveProperty("status");
    }
  });

  behaviour("knows three statuses", { as: "documented", from: "behaviour.md §5 quirk 30" }, async () => {
    const id = await account.flow({ type: "list" }, [email("A")]);
    const answer = await account.set(id, "disabled");
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/status" }]);
  });
});

describe("update_flow_action", () => {
  behaviour("changes one action and leaves what it does not name", spec, async () => {
    const id = await account.flow({ type: "list" }, [email("A"), email("B"), delay(2)]);
    const [first = "", , third = ""] = await account.actionIds(id);
    const message = String(at(await actionOf(first), "data", "message")["id"]);
    expect((await patchAction(first, { id: first, type: "send-email", data: { status: "live" } })).status).toBe(200);
    expect(await actionOf(first)).toMatchObject({ data: { status: "live", message: { id: message, name: "A" } } });
    expect(attributesOf(await get(`/api/flows/${id}`))["status"]).toBe("live");
    await patchAction(first, { type: "send-email", data: { message: { subject_line: "New" } } });
    expect(attributesOf(await get(`/api/flow-messages/${message}`))).toMatchObject({
      definition: { id: message, name: "A", subject_line: "New" },
    });
    await patchAction(third, { type: "time-delay", data: { value: 5 } });
    expect(await actionOf(third)).toMatchObject({ data: { unit: "days", value: 5 } });
  });

  behaviour("refuses another type, another id and links into nothing", assumed, async () => {
    const [first = ""] = await account.actionIds(await account.flow({ type: "list" }, [email("A"), delay(2)]));
    const details = [];
    for (const definition of [
      { ...delay(1) },
      { id: "9", type: "send-email" },
      { type: "send-email", links: { next: first } },
      { type: "send-email", data: { message: { id: "other" } } },
    ]) {
      const answer = await patchAction(first, definition);
      details.push([answer.status, errorOf(answer).detail.split(" ").slice(0, 4).join(" ")]);
    }
    expect(details).toEqual([
      [400, "The type of an"],
      [400, "The id in the"],
      [400, "The actions form a"],
      [400, "The action has no"],
    ]);
  });
});

describe("deleting", () => {
  behaviour("an action joins what stood around it", assumed, async () => {
    const id = await account.flow({ type: "list" }, [email("A"), delay(1), email("B")]);
    const [first = "", second = "", third = ""] = await account.actionIds(id);
    expect((await account.call(`DELETE /api/flow-actions/${second}`)).status).toBe(204);
    expect(at(await actionOf(first), "links")["next"]).toBe(third);
    await account.call(`DELETE /api/flow-actions/${first}`);
    expect([await account.actionIds(id), (await account.definition(id))["entry_action_id"]]).toEqual([[third], third]);
    expect(account.count("flow_messages")).toBe(1);
  });

  behaviour("a flow takes everything of it along", spec, async () => {
    const list = await account.list("News");
    const id = await account.flow({ type: "list", id: list }, [delay(1), email("A")]);
    await account.set(id, "live");
    await account.addTo(list, await account.person({ email: "a@shop.example" }));
    account.control.advance(5000);
    expect(account.count("flow_runs")).toBe(1);
    expect((await account.call(`DELETE /api/flows/${id}`)).status).toBe(204);
    for (const collection of ["flows", "flow_actions", "flow_messages", "flow_runs", "flow_entries"])
      expect(account.count(collection)).toBe(0);
    expect((await get(`/api/flows/${id}`)).status).toBe(404);
    account.control.advance(86_400_000);
  });
});

describe("reading", () => {
  behaviour(
    "goes from a flow to its actions, messages, template and tags, and back",
    { as: "documented", from: "behaviour.md appendix A" },
    async () => {
      const template = await account.template();
      const id = await account.flow({ type: "list" }, [email("A", { template_id: template }), delay(1)]);
      const [first = ""] = await account.actionIds(id);
      expect(
        dataOf(await get(`/api/flows/${id}/flow-actions?sort=action_type`)).map(({ attributes }) => at(attributes, "definition")["type"]),
      ).toEqual(["send-email", "time-delay"]);
      for (const filter of ["equals(action_type,'SEND_EMAIL')", "any(action_type,['send-email'])", "equals(status,'draft')"])
        expect(
          dataOf(await get(`/api/flows/${id}/relationships/flow-actions?filter=${encodeURIComponent(filter)}`)).map((each) => each.id),
        ).toEqual([first]);
      const message = idOf(await get(`/api/flow-actions/${first}/flow-messages?filter=${encodeURIComponent("starts-with(name,'A')")}`));
      expect(attributesOf(await get(`/api/flow-messages/${message}`))).toMatchObject({ channel: "email", definition: { name: "A" } });
      expect(idOf(await get(`/api/flow-messages/${message}/template`))).toBe(template);
      expect(idOf(await get(`/api/flow-messages/${message}/relationships/flow-action`))).toBe(first);
      expect(idOf(await get(`/api/flow-actions/${first}/flow`))).toBe(id);
      const label = idOf(await account.call("POST /api/tags", tag("sale")));
      expect((await account.call(`POST /api/tags/${label}/relationships/flows`, ids("flow", id))).status).toBe(204);
      expect(idOf(await get(`/api/flows/${id}/tags`))).toBe(label);
      const whole = await get(`/api/flows/${id}?include=flow-actions,tags`);
      expect((whole.body["included"] as { type: string }[]).map(({ type }) => type).toSorted()).toEqual([
        "flow-action",
        "flow-action",
        "tag",
      ]);
    },
  );

  behaviour(
    "lists the flows that a list, a segment or a metric triggers",
    { as: "documented", from: "behaviour.md appendix A" },
    async () => {
      await account.track("a@shop.example", "Ordered");
      account.control.advance(1000);
      const segment = idOf(await get("/api/segments"));
      for (const [type, path, id] of [
        ["list", "lists", await account.list("News")],
        ["segment", "segments", segment],
        ["metric", "metrics", await account.metric("Ordered")],
      ] as const) {
        const flow = await account.flow({ type, id }, []);
        expect(dataOf(await get(`/api/${path}/${id}/flow-triggers`)).map((each) => each.id)).toEqual([flow]);
        expect(dataOf(await get(`/api/${path}/${id}/relationships/flow-triggers`)).map((each) => each.id)).toEqual([flow]);
        const whole = await get(`/api/${path}/${id}?include=flow-triggers`);
        expect((whole.body["included"] as { id: string }[]).map((each) => each.id)).toEqual([flow]);
      }
    },
  );
});
