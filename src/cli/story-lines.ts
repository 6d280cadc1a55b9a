import { isJsonObject, type JsonObject } from "../lib/json.ts";
import { bold, box, dim, fields, type Line } from "./layout.ts";
import type { CliApp } from "./parts.ts";
import { instantOf, minuteOf } from "./times.ts";

type Story = Awaited<ReturnType<CliApp["callStory"]>>;

/** Each event of the record as a sentence. One that is not here is told by its fields, so that none is left out. */
const SENTENCES: Record<string, (fields: JsonObject) => string> = {
  received: ({ door, operation }) => `received through ${word(door)}: ${word(operation)}`,
  refused: ({ error }) => `refused before anything was decided: ${word(error)}`,
  decided: ({ verdict, because }) => `decided: ${word(verdict)}. ${word(because)}`,
  read: ({ operation, http_status, error }) => `read ${word(operation)}: ${error === null ? `HTTP ${word(http_status)}` : word(error)}`,
  "approval.asked": ({ approval }) => `your approval was asked: ${word(approval)}`,
  "approval.approved": ({ by }) => `approved by ${word(by)}`,
  "approval.denied": ({ by, reason }) => `denied by ${word(by)}${because(reason)}`,
  "approval.expired": ({ reason }) => `the approval expired${because(reason)}`,
  "approval.voided": ({ reason }) => `the approval was voided${because(reason)}`,
  "approval.consumed": () => "the approval was used up: it covers this one sending",
  undo: ({ call, by, step, steps, operation }) =>
    `undo: ${word(by)} takes back ${word(call)} with ${word(operation)}, step ${word(step)} of ${word(steps)}`,
  undone: ({ by }) => `undone by ${word(by)}`,
  "before_image.erased": ({ reason }) => `it cannot be undone any more, and what was kept for it is erased${because(reason)}`,
  intent: ({ intent }) => `intent written (${word(intent)}): from here on it may have been sent`,
  outcome: ({ status, http_status, klaviyo_request_id, error }) =>
    `outcome: ${word(status)}${http_status === null || http_status === undefined ? "" : `, HTTP ${word(http_status)}`}${because(error)}${
      typeof klaviyo_request_id === "string" ? `, Klaviyo's request id ${klaviyo_request_id}` : ""
    }`,
};

/** The whole story of one call from the record, in order. */
export function storyLines({ call, events }: Story, who: string): Line[] {
  return [
    [bold(call.operation === "" ? call.action : call.operation), `  ${call.status}`],
    ...fields([
      ["call", call.id],
      ["who", `${who}, through ${call.door}`],
      ["asked for", call.action === call.operation ? undefined : call.action],
      ["class", call.effect_kind === "" ? undefined : `${call.effect_kind}, risk ${call.risk}`],
      ["on", call.target ?? undefined],
      ["approval", call.approval_id ?? undefined],
      ["when", minuteOf(call.received_at)],
    ]),
    ...(call.reason === null ? [] : box("the caller's own words, checked by nobody", call.reason)),
    ...events.flatMap((event): Line[] => [
      [dim(`  ${instantOf(event.at)}  `), sentenceOf(event.event, event.fields), dim(`  #${event.seq}`)],
      ...detailsOf(event.fields).map((detail): Line => dim(`      ${detail}`)),
    ]),
  ];
}

/** What was asked, or what was wrong with it. */
function detailsOf({ arguments: args, violations }: JsonObject): string[] {
  return [args, violations].flatMap((list) => (Array.isArray(list) ? list.map(word) : []));
}

function sentenceOf(event: string, fields: JsonObject): string {
  const sentence = Object.hasOwn(SENTENCES, event) ? SENTENCES[event] : undefined;
  if (sentence) return sentence(fields);
  const rest = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}=${word(value)}`]));
  return [event, ...rest].join(" ");
}

function because(reason: JsonObject[string] | undefined): string {
  return reason === null || reason === undefined ? "" : `: ${word(reason)}`;
}

function word(value: JsonObject[string] | undefined): string {
  return typeof value === "string" ? value : isJsonObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
