import { errorDocument, REFUSALS, type Refusal } from "../engine/refusal.ts";
import { throttledDetail } from "../protocol/limits.ts";
import type { Answer } from "../protocol/pipeline.ts";
import type { Fault, FaultKind } from "./faults.ts";

/** An answer as it goes over the wire. */
export interface Wire {
  status: number;
  headers: Record<string, string>;
  text: string;
}

type NewUuid = () => string;

export function toWire({ status, headers, body }: Pick<Answer, "status" | "headers" | "body">): Wire {
  const text = body === undefined ? "" : JSON.stringify(body);
  return { status, headers: { ...(body !== undefined && { "content-type": "application/vnd.api+json" }), ...headers }, text };
}

/** What is answered, or done, in place of the request. Faults that are not here let it through. */
const INSTEAD: Partial<Record<FaultKind, (fault: Fault, newUuid: NewUuid) => Wire | "drop">> = {
  drop_before: () => "drop",
  error_before: ({ status = 503 }, newUuid) => errorWire(status, newUuid),
  late_effect: ({ status = 503 }, newUuid) => (status === 0 ? "drop" : errorWire(status, newUuid)),
  rate_limit: throttledWire,
  html_error: ({ status = 502 }) => ({
    status,
    headers: { "content-type": "text/html" },
    text: "<html><body>Bad gateway</body></html>",
  }),
  redirect: ({ location = "http://127.0.0.1:9/" }) => ({ status: 302, headers: { location }, text: "" }),
  revoked_key: (_, newUuid) => refusalWire({ code: "authentication_failed", detail: "The API key specified is invalid." }, newUuid),
  missing_scope: (_, newUuid) => refusalWire({ code: "permission_denied", detail: "The API key lacks a scope of this endpoint." }, newUuid),
  retired_revision: (_, newUuid) =>
    refusalWire({ code: "gone", detail: "This revision has been retired.", source: { parameter: "revision" } }, newUuid),
};

/** What the caller gets where the request itself is not answered. */
export function answerInstead(fault: Fault, newUuid: NewUuid): Wire | "drop" | undefined {
  return INSTEAD[fault.fault]?.(fault, newUuid);
}

/** The answer to a request that was carried out, as the fault leaves it. */
export function spoil(wire: Wire, fault: Fault | undefined, newUuid: NewUuid): Wire {
  if (fault?.fault === "error_after") return errorWire(fault.status ?? 500, newUuid);
  if (fault?.fault === "malformed_body") return { ...wire, text: `{"data": [${wire.text.slice(0, 20)}` };
  if (fault?.fault === "oversized_body")
    return { ...wire, text: wire.text.replace(/}$/, `,"padding":"${"x".repeat(fault.size_bytes ?? 20_000_000)}"}`) };
  return wire;
}

function throttledWire({ retry_after: retryAfter = 1 }: Fault, newUuid: NewUuid): Wire {
  const wire = refusalWire({ code: "throttled", detail: throttledDetail(typeof retryAfter === "number" ? retryAfter : 1) }, newUuid);
  return { ...wire, headers: { ...wire.headers, ...(retryAfter !== null && { "retry-after": String(retryAfter) }) } };
}

/** One of Klaviyo's errors, at its status. */
export function refusalWire(refusal: Refusal, newUuid: NewUuid): Wire {
  return toWire({ status: REFUSALS[refusal.code].status, headers: {}, body: errorDocument([refusal], newUuid) });
}

/** Klaviyo's error form with any status, which the table of refusals need not know. */
function errorWire(status: number, newUuid: NewUuid): Wire {
  const [first] = errorDocument([{ code: "error", detail: "A server error occurred." }], newUuid)["errors"] as object[];
  return { status, headers: { "content-type": "application/vnd.api+json" }, text: JSON.stringify({ errors: [{ ...first, status }] }) };
}
