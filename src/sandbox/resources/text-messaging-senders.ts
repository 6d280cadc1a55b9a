import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { isPhone } from "./profile-input.ts";
import { registered } from "./text-messaging-registrations.ts";
import { senderLife, textConfigurations, textSenders, type TextSenderRow } from "./text-messaging-rows.ts";
import { checkRegistration } from "./text-registration-check.ts";

/** How long a number is on order before carriers look at it (assumed). */
const PROVISIONING_MS = 60_000;
const COUNTRIES = ["US", "CA"] as const;

/** Numbers that texts are sent from. A toll-free one serves two countries, so two senders come of one order (documented). */
export const textSenderResource = defineResource<TextSenderRow>({
  type: "text-messaging-sender",
  path: "/api/text-messaging-senders",
  collection: textSenders,
  collections: [textConfigurations],
  attributes: (sender, ctx) => ({
    sender_type: "toll_free",
    sender_details: { country: sender.country },
    status: sender.status,
    created_at: timeText(sender.created, ctx),
    forwarding_number: sender.forwarding,
    sender_identifier: sender.status === "pending_registration" ? null : sender.number,
  }),
  sorts: { created_at: (sender) => sender.created },
  defaultSort: "created_at",
  relationships: {
    "text-messaging-sender-registration": toOne<TextSenderRow>("text-messaging-sender-registration", (sender) => sender.registration),
  },
  create({ attributes }, ctx) {
    // Assumed: nobody can text who has not set texting up.
    if (!ctx.rows(textConfigurations).has(ctx.accountId)) refuse("conflict", "The account has no text messaging configuration yet.");
    if (attributes["sender_type"] !== "toll_free")
      refuse("invalid", "Only senders of the type 'toll_free' can be created.", { source: { pointer: "/data/attributes/sender_type" } });
    const forwarding = textOf(attributes["forwarding_number"]) ?? null;
    if (forwarding !== null && !isPhone(forwarding))
      refuse("invalid", "'forwarding_number' must be in E.164 form.", { source: { pointer: "/data/attributes/forwarding_number" } });
    const papers = objectOf(objectOf(objectOf(attributes["text-messaging-sender-registration"])["data"])["attributes"]);
    const verdict = checkRegistration(papers, "/data/attributes/text-messaging-sender-registration/data/attributes");
    const number = freeNumber(ctx);
    const made = COUNTRIES.map((country): TextSenderRow => {
      const id = ctx.ids.ulid(ctx.now);
      const registration = registered(ctx, id, verdict).id;
      ctx.settle(PROVISIONING_MS, "begin_sender_review", { id });
      return { id, country, number, status: "pending_registration", forwarding, registration, created: ctx.now };
    });
    return wanted(ctx, made, textOf(objectOf(attributes["sender_details"])["country"]));
  },
  tasks: {
    begin_sender_review({ id }, ctx) {
      const sender = ctx.rows(textSenders).get(textOf(id) ?? "");
      if (sender) ctx.rows(textSenders).put({ ...sender, status: senderLife.next(sender.status, "review") });
    },
  },
});

/** A toll-free number that no sender of the account has. */
function freeNumber(ctx: Context): string {
  const first = ctx.ids.number(10_000);
  for (let i = 0; i < 10_000; i++) {
    const number = `+1833555${String((first + i) % 10_000).padStart(4, "0")}`;
    if (ctx.rows(textSenders).count("number", number) === 0) return number;
  }
  return refuse("conflict", "No toll-free number is left.");
}

/** Stores the siblings of the sender that was asked for. */
function wanted(ctx: Context, made: readonly TextSenderRow[], country: string | undefined): TextSenderRow {
  const own = made.find((sender) => sender.country === country);
  if (!own) refuse("invalid", "The country must be 'US' or 'CA'.", { source: { pointer: "/data/attributes/sender_details/country" } });
  for (const sender of made) if (sender !== own) ctx.rows(textSenders).put(sender);
  return own;
}
