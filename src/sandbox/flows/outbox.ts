import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { defineMachine } from "../engine/machine.ts";
import { flowMessages } from "../resources/flow-rows.ts";
import { isLoopback } from "../resources/webhook-parcel.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type CallStatus = "delivered" | "queued" | "sending" | "skipped" | "waiting" | "withheld";

/**
 * What a flow puts out beside messages to people: calls of webhooks, alerts to the shop's own people, WhatsApp messages, and messages of a
 * `manual` action, which wait for an approval that no endpoint gives. Only calls of webhooks on this machine leave the sandbox.
 */
export interface FlowNoteRow extends Row {
  kind: "alert" | "held" | "webhook" | "whatsapp";
  flow: string;
  message: string;
  profile: string;
  /** The event that started the run. */
  event?: string;
  at: number;
  /** Of webhooks. */
  status?: CallStatus;
  attempts?: number;
  /** Of the last attempt: the endpoint's status. */
  answer?: number;
}

export const flowNotes = defineCollection<FlowNoteRow>("flow_notes", {
  indexes: { flow: (note) => note.flow, status: (note) => note.status },
});

export const callLife = defineMachine<CallStatus, "deliver" | "give up" | "miss" | "restart" | "retry" | "send" | "withhold">(
  "webhook call",
  {
    queued: { send: "sending", withhold: "withheld", "give up": "skipped" },
    sending: { deliver: "delivered", miss: "waiting", "give up": "skipped", restart: "queued" },
    waiting: { retry: "queued" },
    delivered: {},
    skipped: {},
    withheld: {},
  },
);

export function note(ctx: Context, about: Pick<FlowNoteRow, "event" | "kind" | "flow" | "message" | "profile">): void {
  const status = about.kind === "webhook" ? ({ status: isOnThisMachine(urlOf(about.message, ctx)) ? "queued" : "withheld" } as const) : {};
  ctx.rows(flowNotes).put({ id: ctx.ids.ulid(ctx.now), ...about, at: ctx.now, ...status });
}

/** Where the webhook of a message leads. */
export function urlOf(message: string, ctx: Context): string {
  return textOf(ctx.rows(flowMessages).get(message)?.content["url"]) ?? "";
}

export function isOnThisMachine(url: string): boolean {
  return URL.canParse(url) && /^https?:/.test(url) && isLoopback(url);
}
