import { request, type Dispatcher } from "undici";
import { HalyardError } from "../lib/errors.ts";
import type { Json } from "../lib/json.ts";
import { collect, parseAnswer } from "./answer.ts";
import { connectionFailure, type ConnectionFailure } from "./connection-failures.ts";
import type { RateHeaders } from "./limits.ts";
import { type Connector, createLines, type Line } from "./lines.ts";

export interface Timeouts {
  /** TCP and TLS. */
  connectMs: number;
  /** From the request to the first line of the answer. */
  headersMs: number;
  /** Between two pieces of the answer. */
  bodyMs: number;
  /** One attempt from start to end. */
  totalMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 5_000, headersMs: 20_000, bodyMs: 20_000, totalMs: 60_000 };

export interface Outgoing {
  url: URL;
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  bytes: Uint8Array | null;
  scrub(text: string): string;
  /** A write gets a connection of its own. */
  isWrite: boolean;
  /** Asked when the connection stands, right before the bytes go; when it throws, nothing leaves. */
  permit?: (() => Promise<void>) | undefined;
}

/** One attempt. `left`: bytes of the request may have reached the server. */
export type Exchange = ({ kind: "answered" } & Reply) | ({ kind: "failed"; left: boolean } & ConnectionFailure);

export interface Reply {
  status: number;
  body: Json | null;
  /** An error status whose body ended early: the status alone is known. */
  torn: boolean;
  requestId: string | null;
  revision: string | null;
  rate: RateHeaders;
  retryAfter: string | undefined;
}

export interface Wire {
  /** Sends once and reads the whole answer. Never throws, never follows a redirect. */
  exchange(outgoing: Outgoing, signal: AbortSignal | undefined): Promise<Exchange>;
  close(): Promise<void>;
}

export function createWire(timeouts: Timeouts, connector?: Connector): Wire {
  const lines = createLines(timeouts, connector);

  /** One try on one line. `isStale`: a kept line was gone before anything was written to it. */
  async function once(outgoing: Outgoing, fresh: boolean, signal: AbortSignal | undefined): Promise<Exchange & { isStale?: boolean }> {
    let left = false;
    let during: "sending" | "body" = "sending";
    let line: Line | undefined;
    const deadline = AbortSignal.timeout(timeouts.totalMs);
    const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
    try {
      line = await lines.take(outgoing.url, { fresh, signal: either });
      await outgoing.permit?.();
      const response = await request(outgoing.url, {
        dispatcher: line.client.compose(onLeaving(() => (left = true))),
        method: outgoing.method,
        headers: outgoing.headers,
        body: outgoing.bytes,
        signal: either,
      });
      during = "body";
      const reply = await readReply(response, outgoing.scrub, signal);
      if (fresh) lines.drop(line);
      else lines.give(outgoing.url, line);
      return reply;
    } catch (thrown) {
      if (line) lines.drop(line);
      const isStale = line?.isKept === true && !left && !either.aborted && !(thrown instanceof HalyardError);
      return { kind: "failed", left, ...connectionFailure(thrown, during, signal), isStale };
    }
  }

  return {
    async exchange(outgoing, signal) {
      // The server may close a kept connection in the moment that it is used again; for a write that would be an unknown outcome for nothing.
      const { isStale, ...exchange } = await once(outgoing, outgoing.isWrite, signal);
      if (!isStale) return exchange;
      const { isStale: _, ...again } = await once(outgoing, true, signal);
      return again;
    },
    close: () => lines.close(),
  };
}

async function readReply(
  response: Dispatcher.ResponseData,
  scrub: (text: string) => string,
  signal: AbortSignal | undefined,
): Promise<Exchange> {
  const { statusCode: status } = response;
  const header = (name: string): string | undefined => {
    const value = response.headers[name];
    return typeof value === "string" ? scrub(value) : undefined;
  };
  if (status >= 300 && status < 400) {
    response.body.on("error", () => undefined).destroy();
    throw new HalyardError("unreachable", "Klaviyo's address answered with a redirect, which is not followed.", {
      hint: "Something between this machine and Klaviyo may be intercepting the traffic.",
    });
  }
  const reply = {
    kind: "answered" as const,
    status,
    requestId: matching(header("x-klaviyo-req-id"), /^[\w-]{1,64}$/),
    revision: matching(header("x-klaviyo-api-revision"), /^\d{4}-\d\d-\d\d(\.\w{1,20})?$/),
    rate: { limit: header("ratelimit-limit"), remaining: header("ratelimit-remaining"), reset: header("ratelimit-reset") },
    retryAfter: header("retry-after"),
  };
  try {
    const bytes = await collect(response.body);
    // We ask for no encoding, and unpacking one would undo the cap on the size.
    if ((header("content-encoding") ?? "identity") !== "identity")
      throw new HalyardError("answer_malformed", "Klaviyo's answer is encoded.");
    return { ...reply, body: parseAnswer(bytes, scrub), torn: false };
  } catch (thrown) {
    // An error page of a proxy is not JSON, but its status still says what happened.
    if (status < 400 || signal?.aborted) throw thrown;
    return { ...reply, body: null, torn: !(thrown instanceof HalyardError) };
  }
}

function matching(value: string | undefined, pattern: RegExp): string | null {
  return value !== undefined && pattern.test(value) ? value : null;
}

/** Tells when a connection stands and the request is about to be written to it; until then it has provably not left. */
function onLeaving(mark: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        handler.onRequestStart?.(controller, context);
        if (!controller.aborted) mark();
      },
      onResponseStart: (controller, status, headers, statusText) => handler.onResponseStart?.(controller, status, headers, statusText),
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    });
}
