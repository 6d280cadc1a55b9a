import { HalyardError } from "../../lib/errors.ts";
import type { JsonObject } from "../../lib/json.ts";

/**
 * Klaviyo's errors: status, code and title (behaviour.md §1.4). `invalid`, `not_authenticated`, `authentication_failed`, `permission_denied`,
 * `duplicate_profile`, `throttled` and `error` are documented or observed; the rest follow the Django REST defaults that the service shows elsewhere.
 */
export const REFUSALS = {
  invalid: { status: 400, code: "invalid", title: "Invalid input." },
  not_authenticated: { status: 401, code: "not_authenticated", title: "Authentication credentials were not provided." },
  authentication_failed: { status: 401, code: "authentication_failed", title: "Incorrect authentication credentials." },
  permission_denied: { status: 403, code: "permission_denied", title: "You do not have permission to perform this action." },
  not_found: { status: 404, code: "not_found", title: "Not found." },
  method_not_allowed: { status: 405, code: "method_not_allowed", title: "Method not allowed." },
  conflict: { status: 409, code: "conflict", title: "Conflict." },
  duplicate: { status: 409, code: "duplicate", title: "Conflict." },
  duplicate_profile: { status: 409, code: "duplicate_profile", title: "Conflict." },
  gone: { status: 410, code: "gone", title: "Gone." },
  too_large: { status: 413, code: "request_entity_too_large", title: "Request entity too large." },
  unsupported_media_type: { status: 415, code: "unsupported_media_type", title: "Unsupported media type." },
  headers_too_large: { status: 431, code: "request_header_fields_too_large", title: "Request header fields too large." },
  throttled: { status: 429, code: "throttled", title: "Request was throttled." },
  error: { status: 500, code: "error", title: "A server error occurred." },
  not_implemented: { status: 501, code: "not_implemented", title: "Not implemented." },
  unavailable: { status: 503, code: "service_unavailable", title: "Service unavailable." },
} as const satisfies Record<string, { status: number; code: string; title: string }>;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refusal {
  code: RefusalCode;
  detail: string;
  /** Where in the body (`pointer`) or the query (`parameter`). Left out, it is `/data/`, as in most observed answers. */
  source?: { pointer: string } | { parameter: string };
  meta?: JsonObject;
  links?: JsonObject;
}

interface Refused {
  refusals: Refusal[];
  headers: Record<string, string>;
}

const refused = new WeakMap<HalyardError, Refused>();

/** Ends a request with one of Klaviyo's errors. Whatever the request changed is undone. */
export function refuse(
  code: RefusalCode,
  detail: string,
  more: Omit<Refusal, "code" | "detail"> & { headers?: Record<string, string> } = {},
): never {
  const { headers = {}, ...rest } = more;
  throw refusal([{ code, detail, ...rest }], headers);
}

/** The same with several errors in one answer. */
export function refuseAll(refusals: Refusal[]): never {
  throw refusal(refusals, {});
}

function refusal(refusals: Refusal[], headers: Record<string, string>): HalyardError {
  const error = new HalyardError("rejected", "The sandbox refuses the request.");
  refused.set(error, { refusals, headers });
  return error;
}

/** What {@link refuse} threw, or undefined when something else was thrown. */
export function refusedOf(thrown: unknown): Refused | undefined {
  return thrown instanceof HalyardError ? refused.get(thrown) : undefined;
}

/** Runs work on a resource object inside another one's body, at `pointer`: what it refuses points there. */
export function refusingAt<T>(pointer: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const inner = refusedOf(thrown);
    if (!inner) throw thrown;
    throw refusal(
      inner.refusals.map((each) =>
        each.source && "pointer" in each.source ? { ...each, source: { pointer: pointer + each.source.pointer } } : each,
      ),
      inner.headers,
    );
  }
}

/** Klaviyo's error document. */
export function errorDocument(refusals: readonly Refusal[], newUuid: () => string): JsonObject {
  return {
    errors: refusals.map(({ code, detail, source, meta, links }) => ({
      id: newUuid(),
      status: REFUSALS[code].status,
      code: REFUSALS[code].code,
      title: REFUSALS[code].title,
      detail,
      source: { ...(source ?? { pointer: "/data/" }) },
      links: links ?? {},
      meta: meta ?? {},
    })),
  };
}
