import type { Json } from "../../lib/json.ts";
import { arrayOf } from "../engine/input.ts";
import { wrong } from "../metrics/aggregate-filters.ts";
import type { FilterRule } from "./filter.ts";

export const SEND_CHANNELS = ["email", "sms", "push-notification", "whatsapp"] as const;
export type SendChannel = (typeof SEND_CHANNELS)[number];

/** What a kind of report can be grouped and filtered by (behaviour.md §2.18); which names `group_by` may hold is the wire schema's. */
export interface ReportKind {
  grouping: {
    byDefault: readonly string[];
    required: readonly string[];
    /** Attributes that go only with others. */
    needs?: Record<string, string>;
  };
  filters: Record<string, FilterRule>;
}

const one: FilterRule = { operators: ["equals", "contains-any"] };
const many: FilterRule = { operators: ["contains-any", "contains-all"] };
const some: FilterRule = { operators: ["equals", "any"] };
const ofMessages = {
  send_channel: { ...one, values: SEND_CHANNELS },
  text_message_format: one,
  variation: one,
  variation_name: one,
  tag_id: many,
  tag_name: many,
};

export const KINDS = {
  campaign: {
    grouping: { byDefault: ["campaign_id", "campaign_message_id", "send_channel"], required: ["campaign_id", "campaign_message_id"] },
    filters: { campaign_id: one, campaign_message_id: one, campaign_message_name: one, ...ofMessages },
  },
  flow: {
    grouping: { byDefault: ["flow_id", "flow_message_id", "send_channel"], required: ["flow_id", "flow_message_id"] },
    filters: { flow_id: one, flow_name: one, flow_message_id: one, flow_message_name: one, ...ofMessages },
  },
  form: {
    grouping: { byDefault: ["form_id"], required: [], needs: { form_version_id: "form_id" } },
    filters: { form_id: some, form_version_id: some },
  },
  segment: { grouping: { byDefault: ["segment_id"], required: [] }, filters: { segment_id: some } },
} satisfies Record<string, ReportKind>;

/** Reads `group_by`, each attribute once. */
export function readGroupBy(value: Json | undefined, { byDefault, required, needs = {} }: ReportKind["grouping"]): string[] {
  if (value === undefined || value === null) return [...byDefault];
  const names = [...new Set(arrayOf(value).map(String))];
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) wrong("group_by", `The group by attributes ${required.join(", ")} are required.`);
  for (const name of names) {
    const needed = needs[name];
    if (needed !== undefined && !names.includes(needed)) wrong("group_by", `'${name}' must be passed in together with '${needed}'.`);
  }
  return names;
}
