import type { Context } from "../engine/context.ts";
import { scheduled } from "../engine/tasks.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { eventProperties, events } from "../resources/event-rows.ts";
import { flowMessages } from "../resources/flow-rows.ts";
import { profiles } from "../resources/profile-rows.ts";
import { filledIn } from "../sending/recipient.ts";
import { callLife, flowNotes, isOnThisMachine, urlOf, type FlowNoteRow } from "./outbox.ts";

type Ending = { answer: number } | { reason: string };

/** A request that a flow makes, and what is to be done when it has ended. */
interface FlowCall {
  url: string;
  headers: Record<string, string>;
  body: string;
  settle(ctx: Context, ending: Ending): void;
}

/** Documented: so often within a day when the endpoint is busy or broken, and not at all for any other answer. */
const MAX_RETRIES = 17;
const RETRIES_FOR_MS = 86_400_000;
/** It doubles each time; the first step is assumed. */
const FIRST_RETRY_MS = 60_000;

/** Takes the oldest call that is due. One whose address has come to lie elsewhere is withheld on the way. */
function nextFlowCall(ctx: Context): FlowCall | undefined {
  const rows = ctx.rows(flowNotes);
  for (const waiting of rows.where("status", "queued")) {
    const url = urlOf(waiting.message, ctx);
    if (!isOnThisMachine(url)) {
      rows.put({ ...waiting, status: callLife.next("queued", "withhold") });
      continue;
    }
    const { headers, body } = ctx.rows(flowMessages).get(waiting.message)?.content ?? {};
    const filled = filledFor(waiting, textOf(body) ?? "", ctx);
    if (filled === undefined) {
      rows.put({ ...waiting, status: callLife.next("queued", "give up") });
      continue;
    }
    const own = Object.entries(objectOf(headers)).flatMap(([name, value]) =>
      /^[\w-]+$/.test(name) && textOf(value) !== undefined ? [[name, value]] : [],
    );
    const call = rows.put({ ...waiting, status: callLife.next("queued", "send"), attempts: (waiting.attempts ?? 0) + 1 });
    return {
      url,
      headers: { "content-type": "application/json", ...Object.fromEntries(own) },
      body: filled,
      settle: (later, ending) => settleCall(later, call, ending),
    };
  }
  return undefined;
}

/** The body with the person's and the event's values, which are not HTML; undefined when it cannot be rendered, or the person is gone. */
function filledFor({ profile: id, event: eventId }: FlowNoteRow, body: string, ctx: Context): string | undefined {
  const profile = ctx.rows(profiles).get(id);
  const event = ctx.rows(events).get(eventId ?? "");
  return profile && filledIn(`{% autoescape off %}${body}{% endautoescape %}`, { profile, event: event && eventProperties(event) }, ctx);
}

/** Notes how a call went. Nothing when it is no longer the one that was sent: the account was reset, or the flow deleted. */
function settleCall(ctx: Context, sent: FlowNoteRow, ending: Ending): void {
  const rows = ctx.rows(flowNotes);
  if (rows.get(sent.id) !== sent) return;
  const answer = "answer" in ending ? ending.answer : undefined;
  const settle = (event: "deliver" | "give up" | "miss"): void =>
    void rows.put({ ...sent, status: callLife.next("sending", event), ...(answer !== undefined && { answer }) });
  if (answer !== undefined && answer < 400) return settle("deliver");
  const attempts = sent.attempts ?? 1;
  const mayRecover = answer === undefined || answer === 429 || answer >= 500;
  if (!mayRecover || attempts > MAX_RETRIES || ctx.now - sent.at >= RETRIES_FOR_MS) return settle("give up");
  settle("miss");
  // Under an id of its own: when an answer comes is not for the seed to say, so it must not shift what the seed draws.
  const at = ctx.now + FIRST_RETRY_MS * 2 ** (attempts - 1);
  ctx.rows(scheduled).put({ id: `retry ${sent.id}`, at, kind: "retry_flow_call", payload: { id: sent.id } });
}

export function retryFlowCall({ id }: Record<string, unknown>, ctx: Context): void {
  const found = ctx.rows(flowNotes).get(String(id));
  if (found?.status === "waiting") ctx.rows(flowNotes).put({ ...found, status: callLife.next("waiting", "retry") });
}

/** What was on its way when the process ended goes out again. */
function requeueFlowCalls(ctx: Context): void {
  const rows = ctx.rows(flowNotes);
  for (const found of rows.where("status", "sending")) rows.put({ ...found, status: callLife.next("sending", "restart") });
}

/** What the courier carries for flows. */
export const flowErrands = { collection: flowNotes, next: nextFlowCall, requeue: requeueFlowCalls };
