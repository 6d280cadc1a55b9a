import type { JsonObject } from "../../lib/json.ts";
import { arrayOf, numberOf, objectOf, textOf } from "../engine/input.ts";
import { passesFilter } from "./conditions.ts";
import { statusOf, typeOf } from "./definition.ts";
import { changeProfile, trackEvent, updateList } from "./effects.ts";
import { send, sendTest } from "./sends.ts";
import { inStock, wantedVariant } from "./stock.ts";
import type { Outcome, Stop } from "./stop.ts";
import { countdownEnd, delayEnd, nextTime, zoneFor } from "./waits.ts";

type Step = (stop: Stop) => Outcome;

const onward: Step = ({ action }) => ({ next: textOf(objectOf(action["links"])["next"]) ?? null });

const STEPS: Record<string, Step> = {
  "action-output-split": split(() => false),
  "back-in-stock-delay": awaitStock,
  "conditional-split": split((data, { traveller }) => passesFilter(data["profile_filter"], traveller)),
  "countdown-delay": wait((data, zone, { run, traveller }) => countdownEnd(data, zone, traveller.ctx.now, run.date)),
  "multi-branch-split": branch,
  "target-date": wait((data, zone, { traveller }) => nextTime(traveller.ctx.now, zone, data["target_time"], data["target_days"])),
  "time-delay": wait((data, zone, { traveller }) => delayEnd(data, zone, traveller.ctx.now)),
  "trigger-split": split((data, { traveller }) => passesFilter(data["trigger_filter"], traveller)),
  "ab-test": doing(sendTest),
  "content-experiment": doing(sendTest),
  "send-email": doing(send),
  "send-internal-alert": doing(send),
  "send-mobile-push": doing(send),
  "send-sms": doing(send),
  "send-webhook": doing(send),
  "send-whatsapp": doing(send),
  "internal-service": doing(whenLive(trackEvent)),
  "list-update": doing(whenLive(updateList)),
  "update-profile": doing(whenLive(changeProfile)),
};

/** Does what an action says. One that is not in the table, `code`, does nothing. */
export function perform(stop: Stop): Outcome {
  return (STEPS[typeOf(stop.action)] ?? onward)(stop);
}

/** Where a person goes who has waited in this action. */
export function afterWait(action: JsonObject | undefined): string | null {
  return textOf(objectOf(action?.["links"])["next"]) ?? null;
}

function split(test: (data: JsonObject, stop: Stop) => boolean): Step {
  return (stop) => {
    const links = objectOf(stop.action["links"]);
    return { next: textOf(links[test(objectOf(stop.action["data"]), stop) ? "next_if_true" : "next_if_false"]) ?? null };
  };
}

/** The first branch in order that lets the person pass, else the one for the rest. */
function branch({ action, traveller }: Stop): Outcome {
  const place = ({ order }: JsonObject): number => numberOf(order) ?? Number.POSITIVE_INFINITY;
  const branches = arrayOf(objectOf(action["data"])["branches"]).map(objectOf);
  const open = branches
    .filter(({ is_else }) => is_else !== true)
    .toSorted((a, b) => (place(a) < place(b) ? -1 : Number(place(a) > place(b))));
  const taken = open.find((each) => passesFilter(each["branch_filter"], traveller)) ?? branches.find(({ is_else }) => is_else === true);
  return { next: textOf(objectOf(taken?.["links"])["next"]) ?? null };
}

/** Nobody gets past it who has not asked for a variant that is there (assumed). */
function awaitStock(stop: Stop): Outcome {
  const variant = wantedVariant(stop.traveller.event, stop.traveller.ctx);
  if (!variant) return { next: null };
  return inStock(variant) ? onward(stop) : { stock: variant.id };
}

function wait(end: (data: JsonObject, zone: string, stop: Stop) => number): Step {
  return (stop) => {
    const { profile, ctx } = stop.traveller;
    const data = objectOf(stop.action["data"]);
    const until = end(data, zoneFor(data["timezone"], profile, ctx), stop);
    return until > ctx.now ? { until } : onward(stop);
  };
}

function doing(effect: (stop: Stop) => void): Step {
  return (stop) => {
    effect(stop);
    return onward(stop);
  };
}

/** What is no message waits for nobody's approval: it is done when live, and passed over otherwise. */
function whenLive(effect: (stop: Stop) => void): (stop: Stop) => void {
  return (stop) => {
    if (statusOf(stop.action) === "live") effect(stop);
  };
}
