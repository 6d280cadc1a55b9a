import type { Context } from "../engine/context.ts";
import { conversationMessages, conversations } from "../resources/conversation-rows.ts";
import { DAY_MS } from "./calendar.ts";
import { fill } from "./fill.ts";
import type { Person } from "./person.ts";
import type { Random } from "./random.ts";

/** What the shop answered in each thread; what people wrote is not part of the API. */
const THREADS: [channel: "instagram" | "sms" | "whatsapp", answers: string[]][] = [
  ["sms", ["Your parcel left this morning, it should be with you on Friday.", "You are welcome. Enjoy the Guji."]],
  ["whatsapp", ["Guten Tag! Der Mantel fällt groß aus, nehmen Sie eine Nummer kleiner."]],
  ["instagram", ["The green mug is back next week. Shall we keep one for you?"]],
  ["sms", ["We changed the address, nothing else to do for you."]],
  ["whatsapp", ["Bonjour, oui, nous livrons à Lyon en six jours environ.", "Avec plaisir."]],
  ["sms", ["Sorry about the dented tin. A new one is on its way, keep the old one for nails."]],
];

/** One person in eleven among the first has written to the shop. `index` decides, so that the same people have in every shop. */
export function addConversation(ctx: Context, { index, id, arrived }: Person, random: Random, nowMs: number): void {
  const thread = index % 11 === 4 ? THREADS[(index - 4) / 11] : undefined;
  if (!thread) return;
  const [channel, answers] = thread;
  const first = Math.max(arrived, nowMs - random.between(3, 80) * DAY_MS);
  const conversation = random.ulid(first);
  fill(ctx.rows(conversations), { id: conversation, channel, profile: id });
  answers.forEach((body, i) => {
    const at = Math.min(nowMs, first + i * 1_260_000);
    fill(ctx.rows(conversationMessages), { id: random.ulid(at), conversation, body, at });
  });
}
