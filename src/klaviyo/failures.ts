import type { Operation } from "../catalog/operation.ts";
import { HalyardError, type ErrorCode, type Violation } from "../lib/errors.ts";
import { isJsonObject, type Json } from "../lib/json.ts";
import { terminalSafe, truncate } from "../lib/text.ts";
import type { Answer } from "./answer.ts";

interface Failure {
  code: ErrorCode;
  message: (operation: Operation) => string;
  hint: (operation: Operation) => string;
}

const AGAIN = "Try again in a moment; if it stays, look at https://status.klaviyo.com.";

/** Every status that Klaviyo documents, in our own words: what it says itself goes only into `violations`. */
const FAILURES: Record<number, Failure> = {
  400: {
    code: "rejected",
    message: ({ id }) => `Klaviyo did not take the arguments of ${id}.`,
    hint: () => "Correct what the violations name and call again.",
  },
  401: {
    code: "key_rejected",
    message: () => "Klaviyo did not accept the key.",
    hint: () => "It was deleted, or belongs elsewhere. Make a private key in Klaviyo under Settings > API keys and connect it.",
  },
  403: {
    code: "key_missing_scope",
    message: ({ id }) => `Klaviyo does not let this key call ${id}.`,
    hint: ({ scopes }) =>
      `It needs the scopes ${scopes.join(", ")}. The scopes of a key cannot be changed: make a new one in Klaviyo. If it has them, the account's plan may lack the feature.`,
  },
  404: {
    code: "not_found",
    message: ({ id }) => `Klaviyo has nothing under an id that ${id} was given.`,
    hint: () => "Look the id up again; ids differ between accounts.",
  },
  405: {
    code: "rejected",
    message: ({ id }) => `Klaviyo no longer offers ${id} in this form.`,
    hint: () => "A newer Halyard may know the new form: update it.",
  },
  408: { code: "timed_out", message: ({ id }) => `Klaviyo gave up waiting for the rest of ${id}.`, hint: () => AGAIN },
  409: {
    code: "conflict",
    message: ({ id }) => `What ${id} should make or change clashes with something that exists.`,
    hint: () => "Read what exists and change that, or choose another name or id.",
  },
  410: {
    code: "rejected",
    message: ({ id, revision }) => `Klaviyo has retired ${id} at revision ${revision}.`,
    hint: () => "A newer Halyard may know the new form: update it.",
  },
  413: { code: "too_large", message: ({ id }) => `The body of ${id} is larger than Klaviyo takes.`, hint: () => "Send less at once." },
  415: {
    code: "rejected",
    message: ({ id }) => `Klaviyo does not take the content type of ${id}.`,
    hint: () => "A newer Halyard may know the new form: update it.",
  },
  501: {
    code: "rejected",
    message: ({ id }) => `${id} is not offered by this account's server; nothing happened.`,
    hint: () => "The sandbox answers what docs/sandbox-coverage.md lists.",
  },
  429: {
    code: "rate_limited",
    message: ({ id }) => `Klaviyo's rate limit for ${id} is used up.`,
    hint: () => "Something else may use the same account.",
  },
  500: { code: "unreachable", message: () => "Klaviyo has a problem of its own.", hint: () => AGAIN },
  503: { code: "unreachable", message: () => "Klaviyo is not available at the moment.", hint: () => AGAIN },
};

const CLIENT_ERROR: Failure = {
  code: "rejected",
  message: ({ id }) => `Klaviyo refused ${id}.`,
  hint: () => "The violations have what it says about it.",
};

const SERVER_ERROR: Failure = { code: "unreachable", message: () => "Klaviyo, or something on the way to it, failed.", hint: () => AGAIN };

/** The error of an answer with a status from 400 on; undefined below. Klaviyo's sentences are cleaned and cut, and only in `violations`. */
export function failureOf(operation: Operation, answer: Pick<Answer, "status" | "body">, retryAfterMs?: number): HalyardError | undefined {
  if (answer.status < 400) return undefined;
  const known = answer.status === 422 ? FAILURES[400] : FAILURES[answer.status];
  const { code, message, hint } = known ?? (answer.status < 500 ? CLIENT_ERROR : SERVER_ERROR);
  return new HalyardError(code, message(operation), {
    hint: hint(operation),
    violations: violationsOf(answer.body),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

const MAX_VIOLATIONS = 20;

/** `{errors: [{detail, source: {pointer | parameter}}]}`; the retired API's `{message}` has nothing to tell. */
function violationsOf(body: Json | null): Violation[] {
  const errors = isJsonObject(body) && Array.isArray(body["errors"]) ? body["errors"] : [];
  return errors.slice(0, MAX_VIOLATIONS).flatMap((error) => {
    if (!isJsonObject(error)) return [];
    const source = isJsonObject(error["source"]) ? error["source"] : {};
    const meta = isJsonObject(error["meta"]) ? error["meta"] : {};
    const detail = clean(error["detail"] ?? error["title"], 300);
    // The one piece of `meta` that a caller can act on: which profile has the identifier already.
    const duplicate = clean(meta["duplicate_profile_id"], 64);
    const message = duplicate ? `${detail} duplicate_profile_id: ${duplicate}` : detail;
    return [{ path: clean(source["pointer"] ?? source["parameter"], 200), message }];
  });
}

function clean(value: Json | undefined, max: number): string {
  return typeof value === "string" ? truncate(terminalSafe(value), max) : "";
}
