import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import {
  registrationLife,
  senderLife,
  textRegistrations,
  textSenders,
  type TextRegistrationRow,
  type Verdict,
} from "./text-messaging-rows.ts";
import { checkRegistration } from "./text-registration-check.ts";

/** How long carriers look at a registration. In life it is days; here an account on the real clock gets its answer too. */
const REVIEW_MS = 10 * 60 * 1000;

const FAILURES: Record<Verdict, string[]> = {
  approve: [],
  ask: ["The website does not show how people agree to be texted."],
  reject: ["The business could not be found under its registration number."],
};

/** What carriers are told of a sender. The first comes with the sender; a further one is a resubmission. */
export const textRegistrationResource = defineResource<TextRegistrationRow>({
  type: "text-messaging-sender-registration",
  path: "/api/text-messaging-sender-registrations",
  collection: textRegistrations,
  attributes: (row, ctx) => ({
    status: row.status,
    failures: row.failures,
    created_at: timeText(row.created, ctx),
    updated_at: timeText(row.updated, ctx),
    submitted_at: timeText(row.created, ctx),
    decided_at: row.decided === undefined ? null : timeText(row.decided, ctx),
  }),
  relationships: { "text-messaging-sender": toOne<TextRegistrationRow>("text-messaging-sender", (row) => row.sender) },
  create({ attributes, one }, ctx) {
    const id = one("text-messaging-sender") ?? "";
    const sender = ctx.rows(textSenders).get(id) ?? refuse("not_found", `A text-messaging-sender with id ${id} does not exist.`);
    const verdict = checkRegistration(attributes, "/data/attributes");
    const latest = ctx.rows(textRegistrations).get(sender.registration);
    // 409 while the last one is in review, and once one was approved (assumed).
    if (latest) registrationLife.next(latest.status, "resubmit");
    const row = registered(ctx, sender.id, verdict);
    ctx.rows(textSenders).put({ ...sender, status: senderLife.next(sender.status, "resubmit"), registration: row.id });
    return row;
  },
  tasks: {
    decide_sender_review({ id }, ctx) {
      const row = ctx.rows(textRegistrations).get(textOf(id) ?? "");
      const sender = row && ctx.rows(textSenders).get(row.sender);
      if (!row || !sender) return;
      const status = registrationLife.next(row.status, row.verdict);
      const failures = FAILURES[row.verdict].map((detail) => ({ detail }));
      // A question is no decision (documented: `decided_at` is of approvals and rejections).
      ctx.rows(textRegistrations).put({ ...row, status, failures, updated: ctx.now, ...(row.verdict !== "ask" && { decided: ctx.now }) });
      ctx.rows(textSenders).put({ ...sender, status: senderLife.next(sender.status, row.verdict) });
    },
  },
});

/** Stores a registration that goes into review at once. */
export function registered(ctx: Context, sender: string, verdict: Verdict): TextRegistrationRow {
  const id = ctx.ids.ulid(ctx.now);
  ctx.settle(REVIEW_MS, "decide_sender_review", { id });
  return ctx.rows(textRegistrations).put({
    id,
    sender,
    status: "in_review",
    failures: [],
    verdict,
    created: ctx.now,
    updated: ctx.now,
  });
}
