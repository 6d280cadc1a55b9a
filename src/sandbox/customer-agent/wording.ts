import type { Context } from "../engine/context.ts";
import type { AgentChannel } from "../resources/agent-conversation-rows.ts";
import type { CustomerAgentRow, Tone } from "../resources/customer-agents.ts";
import { sentencesOf } from "./words.ts";

export type Occasion = "answer" | "checked" | "unknown" | "handoff" | "unclear";

/** How each tone opens what it says. A custom tone's instruction is for a language model, so it sounds neutral here. */
const OPENINGS: Record<Exclude<Tone, "custom">, Record<Occasion, readonly string[]>> = {
  neutral: {
    answer: ["", "Here is what we know:"],
    checked: ["That has been checked."],
    unknown: ["There is nothing about that in our knowledge."],
    handoff: ["A colleague will take over."],
    unclear: ["That could not be understood."],
  },
  professional: {
    answer: ["Thank you for your question.", "Thank you for contacting us."],
    checked: ["Your request has been checked."],
    unknown: ["Unfortunately we have no information on this."],
    handoff: ["Your request has been passed to a colleague."],
    unclear: ["Please describe your request in other words."],
  },
  friendly: {
    answer: ["Happy to help!", "Good question!", "Sure!"],
    checked: ["I had a look for you!"],
    unknown: ["Sorry, I could not find anything about that."],
    handoff: ["I am bringing somebody from our team in."],
    unclear: ["Sorry, I did not get that."],
  },
  playful: {
    answer: ["Ooh, I know this one!", "Ta-da!"],
    checked: ["I rummaged through the drawers!"],
    unknown: ["Hm, you have stumped me."],
    handoff: ["Calling in a real human!"],
    unclear: ["That went over my head!"],
  },
};

/** One message in the agent's tone and by the customs of the channel. Of several openings the account's own stream picks one. */
export function sayIn(ctx: Context, agent: CustomerAgentRow | undefined, channel: AgentChannel, occasion: Occasion, text = ""): string {
  const tone = agent?.tone ?? "neutral";
  const openings = OPENINGS[tone === "custom" ? "neutral" : tone][occasion];
  const opening = openings[ctx.ids.number(openings.length)] ?? "";
  // A text message goes straight to the point.
  if (channel === "sms") return text === "" ? opening : (sentencesOf(text)[0] ?? text);
  const said = [opening, text].filter((part) => part !== "").join(" ");
  return channel === "email" ? `Hello,\n\n${said}\n\nBest regards\n${agent?.name ?? "Customer service"}` : said;
}
