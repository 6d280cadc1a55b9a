import type { Effect } from "../catalog/operation.ts";
import type { JsonObject } from "../lib/json.ts";
import { mentions, mentionsKey } from "./cards/mentions.ts";

/** Arguments that make an operation more than its name says. */
export interface Raise {
  operations: string[];
  when: (args: JsonObject) => boolean;
  to: Pick<Effect, "kind" | "risk"> & Partial<Pick<Effect, "reversible">>;
  flag: string;
}

const SEND = { kind: "send-message", risk: 4 } as const;
const EXPORT = { kind: "export", risk: 4 } as const;

export const RAISES: Raise[] = [
  {
    // A flow that is made with live actions sends as soon as someone enters it.
    operations: ["create_flow"],
    when: (args) => mentions(args, "status", "live"),
    to: SEND,
    flag: "send-message-when-live",
  },
  {
    // A webhook action hands each person's data to its address.
    operations: ["create_flow", "update_flow_action"],
    when: (args) => mentions(args, "type", "send-webhook"),
    to: EXPORT,
    flag: "external-data-flow",
  },
  {
    operations: ["create_form"],
    when: (args) => mentions(args, "status", "live"),
    to: { kind: "create", risk: 4 },
    flag: "customer-visible",
  },
  {
    // Whoever owns the address learns of the call, and what is fetched from it reaches customers. Any text counts: what is no URL to us may be one to others.
    operations: [
      "upload_image_from_url",
      "create_web_feed",
      "update_web_feed",
      "create_agent_knowledge_beta",
      "update_agent_knowledge_beta",
    ],
    when: (args) => ["url", "import_from_url"].some((name) => mentionsKey(args, name) && !isImageData(args[name])),
    to: EXPORT,
    flag: "external-data-flow",
  },
  {
    operations: ["create_agent_tool_beta", "update_agent_tool_beta"],
    when: (args) => mentionsKey(args, "url_template"),
    to: EXPORT,
    flag: "external-data-flow",
  },
  {
    operations: ["create_campaign_message_beta", "update_campaign_message_beta"],
    when: (args) => mentions(args, "status", "scheduled", "sending", "sent") || mentions(args, "is_ignoring_unsubscribes", true),
    to: SEND,
    flag: "mass-send",
  },
  {
    operations: ["create_customer_agent_response_beta", "create_agent_skill_beta", "update_agent_skill_beta"],
    when: (args) => mentions(args, "mode", "live") || mentions(args, "status", "live"),
    to: SEND,
    flag: "send-message-when-live",
  },
  {
    // A token is authorised unless its status says otherwise.
    operations: ["create_push_token", "create_client_push_token"],
    when: (args) => args["enablement_status"] === undefined || args["enablement_status"] === "AUTHORIZED",
    to: { kind: "consent-change", risk: 3 },
    flag: "consent-change",
  },
  {
    // From then on people join without confirming, or only after it.
    operations: ["update_list"],
    when: (args) => mentionsKey(args, "opt_in_process"),
    to: { kind: "consent-change", risk: 3 },
    flag: "consent-change",
  },
  {
    // Text-message consent hangs on the number, and a moved address takes a person's mail elsewhere (behaviour.md §2.3, rule 10).
    operations: ["update_profile"],
    when: (args) => ["email", "phone_number", "external_id", "patch_identifiers"].some((name) => args[name] !== undefined),
    to: { kind: "update", risk: 3 },
    flag: "identity-change",
  },
  {
    operations: ["bulk_subscribe_profiles"],
    when: (args) => args["historical_import"] === true,
    to: { kind: "consent-change", risk: 4 },
    flag: "skips-double-opt-in",
  },
  {
    operations: ["create_object_type", "create_object_schema"],
    when: (args) => mentions(args, "status", "active", "ACTIVE"),
    to: { kind: "create", risk: 3 },
    flag: "publishes-when-active",
  },
  {
    operations: ["cancel_campaign_send", "update_campaign_message_schedule_beta"],
    when: (args) => mentions(args, "action", "cancel"),
    to: { kind: "update", risk: 3, reversible: "no" },
    flag: "irreversible-when-cancel",
  },
];

function isImageData(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("data:image/");
}
