import { afterAll, expect } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { prepare } from "../account/skip.ts";
import { delay, email, flowBody, groups, openFlowing, property, type Flowing } from "./flowing.ts";
import { ids, schemaViolations, tag, type Called } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";
import { behaviour, schemaOf } from "./provenance.ts";

let account: Flowing;
const called = new Map<string, Called>();

prepare(async () => {
  account = await openFlowing();
  const call = async (operation: string, request: string, body?: unknown): Promise<Called> => {
    const answer = await account.call(request, body);
    called.set(operation, answer);
    return answer;
  };
  const list = await account.list("News");
  const template = await account.template();
  const flow = idOf(
    await call(
      "create_flow",
      "POST /api/flows?additional-fields[flow]=definition",
      flowBody({ type: "list", id: list }, everyAction(template, list)),
    ),
  );
  await call("update_flow", `PATCH /api/flows/${flow}`, { data: { type: "flow", id: flow, attributes: { status: "manual" } } });
  await call("get_flow", `GET /api/flows/${flow}?additional-fields[flow]=definition&include=flow-actions,tags`);
  await call("get_flows", "GET /api/flows?sort=-updated&include=flow-actions,tags");
  const label = idOf(await account.call("POST /api/tags", tag("sale")));
  await call("tag_flows", `POST /api/tags/${label}/relationships/flows`, ids("flow", flow));
  await call("get_flow_ids_for_tag", `GET /api/tags/${label}/relationships/flows`);
  const actions = await call("get_actions_for_flow", `GET /api/flows/${flow}/flow-actions`);
  const [action = ""] = await account.actionIds(flow);
  await call("get_action_ids_for_flow", `GET /api/flows/${flow}/relationships/flow-actions`);
  await call("get_tags_for_flow", `GET /api/flows/${flow}/tags`);
  await call("get_tag_ids_for_flow", `GET /api/flows/${flow}/relationships/tags`);
  await call("remove_tag_from_flows", `DELETE /api/tags/${label}/relationships/flows`, ids("flow", flow));
  await call("get_flow_action", `GET /api/flow-actions/${action}?include=flow,flow-messages`);
  const definition = { type: "send-email", data: { status: "live" } };
  await call("update_flow_action", `PATCH /api/flow-actions/${action}`, {
    data: { type: "flow-action", id: action, attributes: { definition } },
  });
  await call("get_flow_for_flow_action", `GET /api/flow-actions/${action}/flow`);
  await call("get_flow_id_for_flow_action", `GET /api/flow-actions/${action}/relationships/flow`);
  const message = idOf(await call("get_flow_action_messages", `GET /api/flow-actions/${action}/flow-messages`));
  await call("get_message_ids_for_flow_action", `GET /api/flow-actions/${action}/relationships/flow-messages`);
  await call("get_flow_message", `GET /api/flow-messages/${message}?include=flow-action,template`);
  await call("get_action_for_flow_message", `GET /api/flow-messages/${message}/flow-action`);
  await call("get_action_id_for_flow_message", `GET /api/flow-messages/${message}/relationships/flow-action`);
  await call("get_template_for_flow_message", `GET /api/flow-messages/${message}/template`);
  await call("get_template_id_for_flow_message", `GET /api/flow-messages/${message}/relationships/template`);
  await account.track("a@shop.example", "Ordered");
  account.control.advance(1000);
  for (const [type, id] of [
    ["list", list],
    ["metric", await account.metric("Ordered")],
    ["segment", idOf(await account.call("GET /api/segments"))],
  ] as const) {
    await account.flow({ type, id }, []);
    await call(`get_flows_triggered_by_${type}`, `GET /api/${type}s/${id}/flow-triggers`);
    await call(`get_ids_for_flows_triggered_by_${type}`, `GET /api/${type}s/${id}/relationships/flow-triggers`);
  }
  expect(actions.status).toBe(200);
  await call("delete_flow_action", `DELETE /api/flow-actions/${action}`);
  await call("delete_flow", `DELETE /api/flows/${flow}`);
});
afterAll(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

/** One action of each type that the grammar has, one after the other. */
function everyAction(template: string, list: string): JsonObject[] {
  const push = { type: "send-mobile-push", data: { message: { title: "T", body: "B" } } };
  const whatsapp = { type: "send-whatsapp", data: { message: { vendor_id: "1" } } };
  const alert = { from_email: null, from_label: null, to_emails: ["a@shop.example"], subject_line: "S" };
  const both = { next_if_true: "end", next_if_false: "end" };
  return [
    email("A", { template_id: template, additional_filters: groups(property("tier", "gold")) }),
    { type: "send-sms", data: { message: { body: "Hi" }, status: "live" } },
    push,
    whatsapp,
    { type: "send-webhook", data: { message: { url: "https://shop.example", headers: { a: "b" }, body: "{}" } } },
    { type: "send-internal-alert", data: { message: alert } },
    delay(1, "days", { delay_until_time: "09:00:00Z", delay_until_weekdays: ["monday"] }),
    { type: "countdown-delay", data: { value: 1 } },
    { type: "target-date", data: { target_time: "09:00:00Z" } },
    { type: "back-in-stock-delay" },
    { type: "update-profile", data: { profile_operations: [{ operator: "delete", property_key: "x" }] } },
    { type: "list-update", data: { name: "L", on_execution: true, list_id: list } },
    {
      type: "ab-test",
      data: { main_action: email("M"), current_experiment: { variations: [email("V"), email("W")], winner_metric: "unique-opens" } },
    },
    { type: "content-experiment", data: { main_action: push, current_experiment: { variations: [whatsapp, push] } } },
    { type: "internal-service", data: { service_configuration: { service_method_type: "unknown" } } },
    { type: "code", data: {} },
    { type: "send-email", data: null },
    { type: "conditional-split", data: { profile_filter: null }, links: both },
    { type: "trigger-split", data: { trigger_filter: null, trigger_id: list, trigger_type: "list" }, links: both },
    { type: "action-output-split", data: { action_output_filter: null }, links: both },
    { type: "multi-branch-split", data: { name: "B", branches: [{ branch_id: "1", is_else: true, links: { next: "end" } }] }, links: {} },
    { ...delay(1), temporary_id: "end" },
  ];
}

const operations = loadCatalog()
  .operations.filter(({ area, id, channel }) => channel === "stable" && (area === "flows" || /(^|_)flows(_|$)|flow_ids_for_tag/.test(id)))
  .map(({ id }) => id);

for (const id of operations) {
  behaviour(`${id} answers as the vendor's schema has it`, schemaOf({ id, channel: "stable" }), () => {
    const answer = called.get(id);
    if (!answer) throw new Error(`${id} was not called`);
    expect([answer.status, schemaViolations(id, answer)]).toEqual([expectedStatus(id), []]);
  });
}

behaviour(
  "every action of the grammar is stored as it was given",
  { as: "documented", from: "openapi/stable-2026-07-15.json FlowDefinition" },
  () => {
    const answer = called.get("create_flow");
    const stored = (at(answer ? attributesOf(answer) : {}, "definition")["actions"] ?? []) as JsonObject[];
    const given = everyAction("", "");
    expect(stored.map(({ type }) => type)).toEqual(given.map(({ type }) => type));
    expect(new Set(stored.map(({ id }) => id)).size).toBe(given.length);
  },
);

function expectedStatus(id: string): number {
  return loadCatalog().operations.find((each) => each.id === id)?.answers[0]?.status ?? 0;
}
