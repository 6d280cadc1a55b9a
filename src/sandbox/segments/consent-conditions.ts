import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { arrayOf, objectOf, textOf } from "../engine/input.ts";
import { canReceive, consentOf, type Channel } from "../resources/consent.ts";
import type { Consent, ProfileRow, Suppression } from "../resources/profile-rows.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import type { Condition, Evaluation } from "./condition.ts";
import { dateTest, type Moment } from "./dates.ts";
import { valueTest } from "./filters.ts";

type ProfileTest = Condition["test"];

/** `profile-marketing-consent`: whether marketing may be sent, the state of consent, and how and when it came about. Filters all apply. */
export function marketingCondition(condition: JsonObject, { ctx, moment }: Evaluation): Condition {
  const asked = objectOf(condition["consent"]);
  const channel = channelOf(textOf(asked["channel"]));
  const status = objectOf(asked["consent_status"]);
  const tests = arrayOf(status["filters"]).map((each) => consentFilter(objectOf(each), channel, moment));
  return {
    test: (profile) =>
      mayReceive(ctx, profile, channel) === asked["can_receive_marketing"] &&
      isOfStatus(consentOf(profile, channel), textOf(status["subscription"]) ?? "any") &&
      tests.every((test) => test(profile)),
  };
}

function channelOf(channel: string | undefined): "email" | "sms" | "push" {
  return channel === "sms" || channel === "push" ? channel : "email";
}

/** Push needs a device that is open to it and nobody who said no. */
function mayReceive(ctx: Context, profile: ProfileRow, channel: "email" | "sms" | "push"): boolean {
  if (channel !== "push") return canReceive(profile, channel);
  const tokens = ctx.rows(pushTokens).where("profile.id", profile.id);
  const isOpen = tokens.some(({ status }) => status === "AUTHORIZED" || status === "PROVISIONAL");
  return isOpen && consentOf(profile, "push")?.status !== "UNSUBSCRIBED";
}

function isOfStatus(consent: Consent | undefined, subscription: string): boolean {
  return subscription === "any" || subscription === (consent?.status ?? "NEVER_SUBSCRIBED").toLowerCase();
}

const SUPPRESSIONS: Record<string, Suppression["reason"]> = {
  bounce_date: "HARD_BOUNCE",
  manual_suppression_date: "USER_SUPPRESSED",
  invalid_email_date: "INVALID_EMAIL",
};

function consentFilter(asked: JsonObject, channel: Channel, moment: Moment): ProfileTest {
  const field = textOf(asked["field"]) ?? "";
  const filter = objectOf(asked["filter"]);
  const reason = SUPPRESSIONS[field];
  if (reason) return (profile) => (profile.suppressions ?? []).some((each) => each.reason === reason && isAt(filter, moment)(each.at));
  const test = field === "status_date" || field.endsWith("method") ? undefined : valueTest(filter, moment);
  return (profile) => {
    const consent = consentOf(profile, channel);
    if (!consent) return false;
    if (field === "status_date" || field === "effective_date") return isAt(filter, moment)(consent.at);
    if (field === "recorded_date") return isAt(filter, moment)(consent.recorded ?? consent.at);
    if (field.endsWith("method")) return isByMethod(consent, textOf(asked["method"]) ?? "", filter, moment);
    if (field === "is_double_opt_in") return test?.(consent.doubleOptIn ?? false) ?? false;
    if (field === "custom_source") return test?.(consent.methodDetail) ?? false;
    // Of handsets nothing is known, so none is capable of RCS.
    return field === "is_rcs_capable" && filter["value"] === false;
  };
}

function isAt(filter: JsonObject, moment: Moment): (at: number) => boolean {
  return filter["type"] === "existence" ? () => true : dateTest(filter, moment);
}

/** Stored methods are written like `API_V3_SUBSCRIBE`, asked ones like `api`: the latter begin the former. */
function isByMethod({ method, methodDetail }: Consent, asked: string, filter: JsonObject, moment: Moment): boolean {
  const stored = method.toLowerCase();
  if (stored !== asked && !stored.startsWith(`${asked}_`)) return false;
  return filter["operator"] === undefined || valueTest(filter, moment)(methodDetail);
}

/**
 * `profile-permissions` for WhatsApp. Explicit is what was said by subscribing or unsubscribing; whoever said nothing is implicitly
 * unreachable, and nobody is implicitly reachable, since WhatsApp needs an explicit consent (behaviour.md §2.3).
 */
export function permissionCondition(condition: JsonObject, { moment }: Evaluation): Condition {
  const channel = condition["channel"] === "whatsapp_transactional" ? "whatsapp_transactional" : "whatsapp";
  const permission = objectOf(condition["permission"]);
  const reachable = textOf(permission["reachable_status"]) ?? "";
  const tests = arrayOf(permission["filters"]).map((each) => consentFilter(objectOf(each), channel, moment));
  return {
    test(profile) {
      const status = consentOf(profile, channel)?.status;
      const isAsked =
        (status === "SUBSCRIBED" && reachable.endsWith("explicitly_reachable")) ||
        (status === "UNSUBSCRIBED" && reachable.endsWith("explicitly_unreachable")) ||
        (status === undefined && reachable.startsWith("implicitly_") && reachable.endsWith("_unreachable"));
      return isAsked && tests.every((test) => test(profile));
    },
  };
}
