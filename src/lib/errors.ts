/** What every failure in Halyard has: a stable code, and from it the exit status, the HTTP status and whether trying again can help. */
export const ERROR_CODES = {
  usage: { exit: 2, http: 400, retryable: false },
  config: { exit: 78, http: 500, retryable: false },
  invalid_json: { exit: 65, http: 400, retryable: false },
  invalid_arguments: { exit: 65, http: 400, retryable: false },
  unknown_token: { exit: 65, http: 400, retryable: false },
  unknown_action: { exit: 65, http: 404, retryable: false },
  ambiguous_action: { exit: 65, http: 400, retryable: false },
  too_large: { exit: 65, http: 413, retryable: false },
  unauthenticated: { exit: 77, http: 401, retryable: false },
  forbidden: { exit: 77, http: 403, retryable: false },
  paused: { exit: 75, http: 409, retryable: false },
  denied: { exit: 77, http: 403, retryable: false },
  not_found: { exit: 66, http: 404, retryable: false },
  conflict: { exit: 75, http: 409, retryable: false },
  policy_invalid: { exit: 78, http: 500, retryable: false },
  key_rejected: { exit: 77, http: 401, retryable: false },
  key_missing_scope: { exit: 77, http: 403, retryable: false },
  account_mismatch: { exit: 77, http: 409, retryable: false },
  connection_revoked: { exit: 77, http: 409, retryable: false },
  master_key: { exit: 78, http: 500, retryable: false },
  store_unavailable: { exit: 74, http: 503, retryable: true },
  store_full: { exit: 74, http: 507, retryable: true },
  store_corrupt: { exit: 74, http: 500, retryable: false },
  store_newer: { exit: 78, http: 500, retryable: false },
  port_taken: { exit: 71, http: 500, retryable: true },
  rate_limited: { exit: 75, http: 429, retryable: true },
  rejected: { exit: 65, http: 422, retryable: false },
  unreachable: { exit: 69, http: 502, retryable: true },
  timed_out: { exit: 69, http: 504, retryable: true },
  outcome_unknown: { exit: 69, http: 504, retryable: false },
  not_done: { exit: 69, http: 504, retryable: true },
  job_failed: { exit: 65, http: 422, retryable: false },
  writes_stopped: { exit: 77, http: 503, retryable: false },
  superseded: { exit: 78, http: 503, retryable: false },
  answer_malformed: { exit: 76, http: 502, retryable: true },
  answer_too_large: { exit: 76, http: 502, retryable: false },
  restored: { exit: 75, http: 503, retryable: false },
  audit_broken: { exit: 74, http: 500, retryable: false },
  internal: { exit: 70, http: 500, retryable: false },
} as const satisfies Record<string, { exit: number; http: number; retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One violation inside a larger input: `path` is a JSON Pointer into what the caller gave. */
export interface Violation {
  path: string;
  message: string;
}

interface ErrorDetails {
  cause?: unknown;
  /** What to do next, one sentence, shown after the message. */
  hint?: string;
  violations?: Violation[];
  retryAfterMs?: number;
}

/**
 * The one error class. `message` is always our own wording: text that Klaviyo or an agent sent never goes into it,
 * because messages reach agents, terminals and logs.
 */
export class HalyardError extends Error {
  override name = "HalyardError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly violations: Violation[];
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.violations = details.violations ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }

  get exitStatus(): number {
    return ERROR_CODES[this.code].exit;
  }

  get httpStatus(): number {
    return ERROR_CODES[this.code].http;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

/** The error as plain data for `--json`, MCP results and HTTP answers. Cause and stack stay inside. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  hint?: string;
  violations?: Violation[];
  retry_after_ms?: number;
}

/** Turns anything thrown into a report; what is not a {@link HalyardError} becomes `internal` without its text. */
export function errorReport(thrown: unknown): ErrorReport {
  if (!(thrown instanceof HalyardError)) {
    return { code: "internal", message: "Something went wrong inside Halyard. The log has the details." };
  }
  return {
    code: thrown.code,
    message: thrown.message,
    ...(thrown.hint !== undefined && { hint: thrown.hint }),
    ...(thrown.violations.length > 0 && { violations: thrown.violations }),
    ...(thrown.retryAfterMs !== undefined && { retry_after_ms: thrown.retryAfterMs }),
  };
}
