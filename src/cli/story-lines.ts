import { isJsonObject, type JsonObject } from "../lib/json.ts";
import { bold, box, dim, fields, type Line } from "./layout.ts";
import type { CliApp } from "./parts.ts";
import { instantOf, minuteOf } from "./times.ts";

type Story = Awaited<ReturnType<CliApp["callStory"]>>;

/** Each event of the record as a sentence. One that is not here is told by its fields, so that none is left out. */
const SENTENCES: Record<string, (fields: JsonObject) => string> = {
  received: ({ door, operation }) => `received through ${word(door)}: ${word(operation)}`,
  refused: ({ error, door, at_door }) =>
    at_door === undefined ? `refused before anything was decided: ${word(error)}` : `refused at the ${word(door)} door: ${word(at_door)}`,
  "refused.summary": ({ counts }) => `refused, too many for a row each: ${word(counts)}`,
  unrecorded: ({ counts }) => `happened while the record could not be written: ${word(counts)}`,
  looked: ({ reads }) =>
    `looked up for the card: ${Array.isArray(reads) ? reads.map((read) => word(isJsonObject(read) ? read["operation"] : read)).join(", ") : ""}`,
  checkpoint: ({ seq }) => `checkpoint signed over row ${word(seq)}`,
  "clock.back": ({ back_ms }) => `the clock was set back by ${Math.round(Number(back_ms) / 1000)} s; the numbers of rows are the order`,
  "audit.key": () => "the key that signs checkpoints was made",
  "audit.erased": ({ day, by }) => `the content of ${word(day)} was erased by ${word(by)}`,
  pruned: ({ first, seq, by }) => `rows ${word(first)} to ${word(seq)} were pruned by ${word(by)}`,
  "epoch.gap": () => "the store is older than what was sent: writes are frozen",
  "epoch.accepted": ({ by, lost_from, lost_to }) =>
    `the restored store was accepted by ${word(by)}; rows ${word(lost_from)} to ${word(lost_to)} are lost`,
  health: ({ code }) => `the key was checked: ${word(code)}`,
  decided: ({ verdict, because }) => `decided: ${word(verdict)}. ${word(because)}`,
  read: ({ operation, http_status, error }) => `read ${word(operation)}: ${error === null ? `HTTP ${word(http_status)}` : word(error)}`,
  "approval.asked": ({ approval }) => `your approval was asked: ${word(approval)}`,
  "approval.approved": ({ by }) => `approved by ${word(by)}`,
  "approval.denied": ({ by, reason }) => `denied by ${word(by)}${because(reason)}`,
  "approval.expired": ({ reason }) => `the approval expired${because(reason)}`,
  "approval.voided": ({ reason }) => `the approval was voided${because(reason)}`,
  "approval.consumed": () => "the approval was used up: it covers this one sending",
  "approval.stop_asked": ({ by }) => `${word(by)} asked to stop it`,
  "approval.done": () => "the approval ended: done",
  "approval.accepted": () => "the approval ended: Klaviyo works on it",
  "approval.rejected": () => "the approval ended: Klaviyo refused",
  "approval.failed": () => "the approval ended: it never left",
  "approval.unknown": () => "the approval ended: nobody knows yet whether it happened",
  "approval.reconciled": ({ reason }) => `what was unknown was found out${because(reason)}`,
  "agent.paused": ({ reason }) => `the writes of the agent were paused${because(reason)}`,
  undo: ({ call, by, step, steps, operation }) =>
    `undo: ${word(by)} takes back ${word(call)} with ${word(operation)}, step ${word(step)} of ${word(steps)}`,
  undone: ({ by }) => `undone by ${word(by)}`,
  "before_image.erased": ({ reason }) => `it cannot be undone any more, and what was kept for it is erased${because(reason)}`,
  intent: ({ intent }) => `intent written (${word(intent)}): from here on it may have been sent`,
  outcome: ({ status, http_status, klaviyo_request_id, error }) =>
    `outcome: ${word(status)}${http_status === null || http_status === undefined ? "" : `, HTTP ${word(http_status)}`}${because(error)}${
      typeof klaviyo_request_id === "string" ? `, Klaviyo's request id ${klaviyo_request_id}` : ""
    }`,
  reconciled: ({ status, evidence, alarm }) => `found out: ${word(status)}. ${word(evidence)}${alarmed(alarm)}`,
  followed: ({ status, evidence }) => `the job has ended: ${word(status)}. ${word(evidence)}`,
  "outcome.alarm": ({ evidence, alarm }) => `${word(evidence)}${alarmed(alarm)}`,
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

/** An event of the record as a sentence. */
export function sentenceOf(event: string, fields: JsonObject): string {
  const sentence = Object.hasOwn(SENTENCES, event) ? SENTENCES[event] : undefined;
  if (sentence) return sentence(fields);
  const rest = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}=${word(value)}`]));
  return [event, ...rest].join(" ");
}

function alarmed(alarm: JsonObject[string] | undefined): string {
  return alarm === "twice" ? ". It may have happened twice" : alarm === "late" ? ". It happened late" : "";
}

function because(reason: JsonObject[string] | undefined): string {
  return reason === null || reason === undefined ? "" : `: ${word(reason)}`;
}

function word(value: JsonObject[string] | undefined): string {
  return typeof value === "string" ? value : isJsonObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
