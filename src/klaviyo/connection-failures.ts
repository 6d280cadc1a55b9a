import { HalyardError, type ErrorCode } from "../lib/errors.ts";

/** How an attempt failed without an answer. `transient`: asking again can help. */
export interface ConnectionFailure {
  error: HalyardError;
  transient: boolean;
}

interface Row {
  codes: RegExp;
  code: ErrorCode;
  message: string;
  hint: string;
  transient: boolean;
}

const NETWORK_HINT =
  "Check the network of this machine, its DNS and its firewall. If the connection is a sandbox: it is not running; start it with halyard start.";
const LATER_HINT = "Try again in a moment.";

/** By the codes of Node and undici; the first row that matches. */
const ROWS: Row[] = [
  {
    codes: /^(ENOTFOUND|EAI_AGAIN)$/,
    code: "unreachable",
    message: "The name of Klaviyo's server could not be resolved.",
    hint: NETWORK_HINT,
    transient: true,
  },
  {
    codes: /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/,
    code: "unreachable",
    message: "Klaviyo's server cannot be reached.",
    hint: NETWORK_HINT,
    transient: true,
  },
  {
    codes: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    code: "timed_out",
    message: "Connecting to Klaviyo took too long.",
    hint: NETWORK_HINT,
    transient: true,
  },
  {
    codes: /^(UND_ERR_(HEADERS|BODY)_TIMEOUT|TimeoutError)$/,
    code: "timed_out",
    message: "Klaviyo did not answer in time.",
    hint: LATER_HINT,
    transient: true,
  },
  {
    codes: /CERT|^ERR_(TLS|SSL)|^EPROTO$|^UNABLE_TO_/,
    code: "unreachable",
    message: "The certificate of Klaviyo's server is not trusted here.",
    hint: "Something may be reading the traffic, or this machine lacks a root certificate (NODE_EXTRA_CA_CERTS).",
    transient: false,
  },
  {
    codes: /^(UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
    code: "answer_malformed",
    message: "Klaviyo's answer was cut off.",
    hint: LATER_HINT,
    transient: true,
  },
  {
    codes: /^(HPE_|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)/,
    code: "answer_malformed",
    message: "Klaviyo's answer is not HTTP.",
    hint: LATER_HINT,
    transient: false,
  },
  {
    codes: /^UND_ERR_(INVALID_ARG|REQ_|NOT_SUPPORTED)/,
    code: "internal",
    message: "The request could not be made.",
    hint: "The log has the details.",
    transient: false,
  },
  {
    codes: /^UND_ERR_(CLOSED|DESTROYED)$/,
    code: "unreachable",
    message: "Halyard is shutting down.",
    hint: "Call again once it runs.",
    transient: false,
  },
];

const LOST: Omit<Row, "codes"> = { code: "unreachable", message: "The connection to Klaviyo was lost.", hint: LATER_HINT, transient: true };
const TORN: Omit<Row, "codes"> = { code: "answer_malformed", message: "Klaviyo's answer was cut off.", hint: LATER_HINT, transient: true };

/**
 * What an exception of the HTTP layer means. `during` is how far the exchange had come. The exception itself is dropped: undici's errors can hold
 * the bytes that the server sent, and with them an echo of the key; only its code is kept as the cause.
 */
export function connectionFailure(thrown: unknown, during: "sending" | "body", signal: AbortSignal | undefined): ConnectionFailure {
  if (signal?.aborted) return { error: stopped(), transient: false };
  if (thrown instanceof HalyardError) return { error: thrown, transient: false };
  const code = codeOf(thrown);
  // Once the body has begun, bytes that cannot be read are its missing end.
  const row = ROWS.find((candidate) => candidate.codes.test(code) && !(during === "body" && candidate.code === "answer_malformed"));
  const { transient, code: errorCode, message, hint } = row ?? (during === "body" ? TORN : LOST);
  return { error: new HalyardError(errorCode, message, { hint, cause: new Error(code) }), transient };
}

/** The caller's own signal ended the call. */
export function stopped(): HalyardError {
  return new HalyardError("timed_out", "The call was stopped before it had an answer.", { hint: "Call again if it is still wanted." });
}

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "unknown";
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : thrown.name;
  return /^[A-Za-z_]{1,60}$/.test(code) ? code : "unknown";
}
