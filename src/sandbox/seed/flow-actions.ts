import type { JsonObject } from "../../lib/json.ts";
import type { ActionStatus } from "../resources/flow-rows.ts";
import { count } from "./flow-conditions.ts";
import type { FlowPlan, PlanLetter, Step } from "./flow-plan.ts";
import type { TemplateName } from "./template-bodies.ts";

/** What the actions of a flow name of the account. */
export interface FlowWorld {
  metric(name: string): string;
  templates: Record<TemplateName, string>;
}

/** A step's actions under temporary ids, the one that comes first in front. */
export function actionsFor(plan: FlowPlan, world: FlowWorld): JsonObject[][] {
  return plan.steps.map((step, i) =>
    actionsOfStep(step, `step-${i}`, i + 1 < plan.steps.length ? `step-${i + 1}` : null, plan.status, world),
  );
}

function actionsOfStep(step: Step, id: string, next: string | null, status: ActionStatus, world: FlowWorld): JsonObject[] {
  const links = { next };
  if ("stock" in step) return [{ temporary_id: id, type: "back-in-stock-delay", links }];
  if ("wait" in step)
    return [{ temporary_id: id, type: "time-delay", links, data: { secondary_value: 0, timezone: "profile", ...step.wait } }];
  if ("letter" in step) return [{ temporary_id: id, ...sendLetter(step.letter, status, world), links }];
  if ("text" in step) return [{ temporary_id: id, type: "send-sms", links, data: { status, message: textMessage(step) } }];
  if ("test" in step) return [{ temporary_id: id, type: "ab-test", links, data: testOf(step.test, status, world) }];
  const isFirst = count(world.metric("Placed Order"), "equals", 1, { type: "date", operator: "alltime" });
  return [
    {
      temporary_id: id,
      type: "conditional-split",
      links: { next_if_true: `${id}-first`, next_if_false: `${id}-later` },
      data: { profile_filter: { condition_groups: [{ conditions: [isFirst] }] } },
    },
    { temporary_id: `${id}-first`, ...sendLetter(step.first, status, world), links },
    { temporary_id: `${id}-later`, ...sendLetter(step.later, status, world), links },
  ];
}

function sendLetter({ name, subject, preview, template }: PlanLetter, status: ActionStatus, { templates }: FlowWorld): JsonObject {
  const message: JsonObject = {
    name,
    from_email: "hello@harbourandpine.example",
    from_label: "Harbour & Pine",
    subject_line: subject,
    preview_text: preview,
    template_id: templates[template],
    smart_sending_enabled: true,
    transactional: false,
    add_tracking_params: true,
  };
  return { type: "send-email", data: { status, message } };
}

function textMessage({ text, name }: { text: string; name: string }): JsonObject {
  return {
    name,
    body: text,
    shorten_links: true,
    add_org_prefix: false,
    add_info_link: true,
    smart_sending_enabled: true,
    transactional: false,
  };
}

function testOf([main, other]: [PlanLetter, PlanLetter], status: ActionStatus, world: FlowWorld): JsonObject {
  return {
    status,
    experiment_status: "draft",
    main_action: { temporary_id: "main", ...sendLetter(main, status, world), links: { next: null } },
    current_experiment: {
      name: `${main.name} against ${other.name}`,
      variations: [main, other].map((each, i) => ({
        temporary_id: `variation-${i}`,
        ...sendLetter(each, status, world),
        links: { next: null },
      })),
      allocations: { first: 50, second: 50 },
      winner_metric: "unique-clicks",
    },
  };
}
