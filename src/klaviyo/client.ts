import { isWrite, type Operation } from "../catalog/operation.ts";
import { buildRequest, type WireRequest } from "../catalog/request.ts";
import type { Clock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import { randomBytes, type RandomBytes } from "../lib/ids.ts";
import { isJsonObject } from "../lib/json.ts";
import { urlOf } from "./address.ts";
import type { Answer } from "./answer.ts";
import { createBreaker } from "./breaker.ts";
import { stopped } from "./connection-failures.ts";
import { createWire, DEFAULT_TIMEOUTS, type Exchange, type Outgoing, type Reply, type Timeouts } from "./exchange.ts";
import { failureOf } from "./failures.ts";
import { createLimiter, parseRetryAfter, type LimitPort, type Metered } from "./limits.ts";
import type { Connector } from "./lines.ts";
import { payloadOf } from "./payload.ts";
import { canProbeWrite, writeProbe } from "./probe-plan.ts";
import { backoffMs, createRetryBudget, isServerTrouble, isTransient, MAX_ATTEMPTS } from "./retry.ts";
import { sign, type Credentials } from "./signing.ts";
import type { ClientPoint } from "./write-points.ts";

export interface Client {
  /** A read: up to three attempts within the account's retry budget. Throws a `HalyardError` for everything but a success. */
  read(operation: Operation, request: WireRequest, credentials: Credentials, signal?: AbortSignal): Promise<Answer>;
  /** A write, sent under the id of its committed intent; never repeated blindly. Throws only for a misuse (`internal`). */
  write(
    intentId: string,
    operation: Operation,
    request: WireRequest,
    credentials: Credentials,
    options?: WriteOptions,
  ): Promise<WriteResult>;
  /** Sends the empty body to a write, once: its refusal tells whether the key has the scope. For `findScopes`. */
  probeWrite(operation: Operation, credentials: Credentials, signal?: AbortSignal): Promise<Answer>;
  /** Waits for what is under way and closes the connections. */
  close(): Promise<void>;
}

/**
 * `answered`: a success, or a refusal that changed nothing. `not_sent`: it provably did not run. `unknown`: it may have run; `answer` is there when an
 * earlier attempt is in doubt and a later one was refused (a delete that finds nothing any more). `attempts` counts requests.
 */
export type WriteResult =
  | { kind: "answered"; answer: Answer }
  | { kind: "not_sent"; error: HalyardError; attempts: number }
  | { kind: "unknown"; error: HalyardError; attempts: number; answer?: Answer };

export interface WriteOptions {
  signal?: AbortSignal;
  /** Called between any two steps; does nothing outside of the tests that kill processes. */
  at?: (point: ClientPoint) => void;
}

export interface ClientOptions {
  limits: LimitPort;
  clock: Clock;
  random?: RandomBytes;
  timeouts?: Partial<Timeouts>;
  /** How long all waits for a free rate window of one call may take together; 15 s unless told. */
  maxWaitMs?: number;
  /** Halyard's version, for the user agent. */
  version?: string;
  /** A harmless read, sent before a write when the account has not answered for a while. */
  probe?: Operation;
  /** Opens sockets; undici's own unless given. */
  connector?: Connector;
}

interface Call {
  outgoing: Outgoing;
  metered: Metered;
  patience: { waitedMs: number };
  signal: AbortSignal | undefined;
  at?: ((point: ClientPoint) => void) | undefined;
}

export function createClient(options: ClientOptions): Client {
  const { clock, random = randomBytes, maxWaitMs = 15_000, version = "0" } = options;
  const wire = createWire({ ...DEFAULT_TIMEOUTS, ...options.timeouts }, options.connector);
  const limiter = createLimiter(options.limits, clock, maxWaitMs);
  const budget = createRetryBudget(clock);
  const breaker = createBreaker(clock);

  async function prepare(
    operation: Operation,
    request: WireRequest,
    credentials: Credentials,
    signal: AbortSignal | undefined,
  ): Promise<Call> {
    const url = urlOf(credentials.origin, operation, request);
    const payload = await payloadOf(operation, request);
    const extra = { "user-agent": `halyard/${version}`, ...(payload && { "content-type": payload.contentType }) };
    const outgoing = {
      url,
      method: operation.method,
      bytes: payload?.bytes ?? null,
      isWrite: isWrite(operation),
      permit: credentials.permit,
      ...sign(operation, credentials, extra),
    };
    budget.earn(credentials.accountId);
    const { accountId, agentId } = credentials;
    const metered = { operation, query: request.query, accountId, agentId };
    return { outgoing, metered, patience: { waitedMs: 0 }, signal };
  }

  /** One attempt in its turn. Throws when it did not get one: nothing has left then. */
  async function attempt(call: Call): Promise<Exchange> {
    const { outgoing, metered, patience, signal, at } = call;
    breaker.admit(metered.accountId, outgoing.isWrite ? "write" : "read");
    const takenAtMs = await inTurn(() => limiter.reserve(metered, patience, signal), signal);
    at?.("client.in-turn");
    const exchange = await wire.exchange(outgoing, signal);
    at?.("client.exchanged");
    if (!signal?.aborted && !isHeldBack(exchange)) breaker.note(metered.accountId, isTrouble(exchange) ? "badly" : "well");
    if (exchange.kind === "failed") return exchange;
    if (exchange.status === 429) limiter.hold(metered, parseRetryAfter(exchange.retryAfter));
    // The answer counts more than the counters: a store that fails now must not turn a done write into an unknown one.
    else await limiter.correct(metered, exchange.rate, takenAtMs).catch(() => undefined);
    at?.("client.counted");
    return exchange;
  }

  /** A write does not find out whether the account answers again: a read does, before it. */
  async function probeFirst(credentials: Credentials, signal: AbortSignal | undefined): Promise<void> {
    const { probe } = options;
    if (!probe || !breaker.wantsProbe(credentials.accountId)) return;
    const request = buildRequest(probe, {}, { account_id: credentials.accountId });
    await attempt(await prepare(probe, request, credentials, signal));
  }

  /** Whether one more attempt may follow, after the back-off where Klaviyo itself did not say how long to wait. */
  async function again(exchange: Exchange, attempts: number, { metered, signal }: Call): Promise<boolean> {
    if (attempts >= MAX_ATTEMPTS || signal?.aborted || !budget.spend(metered.accountId)) return false;
    if (exchange.kind === "failed" || exchange.status !== 429) await clock.wait(backoffMs(attempts, random), signal).catch(() => undefined);
    return true;
  }

  return {
    async read(operation, request, credentials, signal) {
      if (isWrite(operation)) throw misuse(`${operation.id} is a write and cannot be sent as a read.`);
      const call = await prepare(operation, request, credentials, signal);
      for (let attempts = 1; ; attempts++) {
        const exchange = await attempt(call);
        const result = readResult(operation, exchange, attempts);
        if (!(result instanceof HalyardError)) return result;
        if (!mayRepeatRead(exchange) || !(await again(exchange, attempts, call))) throw result;
      }
    },
    async write(intentId, operation, request, credentials, { signal, at } = {}) {
      if (!isWrite(operation)) throw misuse(`${operation.id} is a read and needs no intent.`);
      if (intentId === "") throw misuse(`${operation.id} is a write and has no intent.`);
      let attempts = 0;
      let doubt: HalyardError | undefined;
      try {
        await probeFirst(credentials, signal);
        at?.("client.probed");
        const call = { ...(await prepare(operation, request, credentials, signal)), at };
        at?.("client.prepared");
        for (;;) {
          const exchange = await attempt(call);
          at?.("client.attempted");
          const result = writeResult(operation, exchange, ++attempts);
          if (result.kind === "unknown") doubt ??= result.error;
          if (!mayRepeatWrite(operation, exchange) || !(await again(exchange, attempts, call))) return inDoubt(result, doubt, attempts);
          at?.("client.waited");
        }
      } catch (thrown) {
        const error =
          thrown instanceof HalyardError ? thrown : new HalyardError("internal", "The write could not be sent.", { cause: thrown });
        return inDoubt({ kind: "not_sent", error, attempts }, doubt, attempts);
      }
    },
    async probeWrite(operation, credentials, signal) {
      if (!canProbeWrite(operation)) throw misuse(`${operation.id} cannot be probed.`);
      const exchange = await attempt(await prepare(operation, writeProbe(operation), credentials, signal));
      if (exchange.kind === "failed") throw exchange.error;
      return answerOf(exchange, 1);
    },
    close: () => wire.close(),
  };
}

/** Whether an attempt says that the account, or the way to it, is in trouble. */
function isTrouble(exchange: Exchange): boolean {
  return exchange.kind === "failed" ? exchange.transient : isServerTrouble(exchange.status);
}

/** Whether it ended on this side, so that it says nothing of the account: it was not permitted to leave any more. */
function isHeldBack(exchange: Exchange): boolean {
  return exchange.kind === "failed" && !exchange.left && !exchange.transient;
}

function misuse(message: string): HalyardError {
  return new HalyardError("internal", message);
}

async function inTurn(reserve: () => Promise<number>, signal: AbortSignal | undefined): Promise<number> {
  if (signal?.aborted) throw stopped();
  try {
    return await reserve();
  } catch (thrown) {
    throw signal?.aborted ? stopped() : thrown;
  }
}

function answerOf({ status, body, requestId, revision }: Reply, attempts: number): Answer {
  return { status, body, requestId, revision, attempts };
}

function refusalOf(operation: Operation, reply: Reply): HalyardError | undefined {
  return failureOf(operation, reply, reply.status === 429 ? parseRetryAfter(reply.retryAfter) : undefined);
}

function readResult(operation: Operation, exchange: Exchange, attempts: number): Answer | HalyardError {
  if (exchange.kind === "failed") return exchange.error;
  const refusal = refusalOf(operation, exchange);
  if (refusal) return refusal;
  if (!isJsonObject(exchange.body) && operation.answers.some(({ hasBody }) => hasBody)) {
    return new HalyardError("answer_malformed", `Klaviyo's answer to ${operation.id} has no document.`);
  }
  return answerOf(exchange, attempts);
}

function writeResult(operation: Operation, exchange: Exchange, attempts: number): WriteResult {
  if (exchange.kind === "failed") {
    return exchange.left
      ? { kind: "unknown", error: unknownOutcome(operation, exchange.error), attempts }
      : { kind: "not_sent", error: exchange.error, attempts };
  }
  const refusal = refusalOf(operation, exchange);
  if (refusal && exchange.status === 429) return { kind: "not_sent", error: refusal, attempts };
  if (refusal && (exchange.torn || isServerTrouble(exchange.status)))
    return { kind: "unknown", error: unknownOutcome(operation, refusal), attempts };
  return { kind: "answered", answer: answerOf(exchange, attempts) };
}

function unknownOutcome(operation: Operation, cause: HalyardError): HalyardError {
  return new HalyardError("outcome_unknown", `${operation.id} was sent, and it may or may not have happened.`, {
    hint: cause.message,
    cause,
  });
}

/** An attempt that may have run stays in doubt whatever happens to the next, unless that succeeds. */
function inDoubt(result: WriteResult, doubt: HalyardError | undefined, attempts: number): WriteResult {
  if (!doubt || (result.kind === "answered" && result.answer.status < 400)) return result;
  return { kind: "unknown", error: doubt, attempts, ...(result.kind === "answered" && { answer: result.answer }) };
}

function mayRepeatRead(exchange: Exchange): boolean {
  return exchange.kind === "failed" ? exchange.transient : isTransient(exchange.status);
}

/** After a time-out even an idempotent write is left alone: the first one may still be running. */
function mayRepeatWrite(operation: Operation, exchange: Exchange): boolean {
  const idempotent = operation.effect.retry === "idempotent";
  if (exchange.kind === "answered") return exchange.status === 429 || (idempotent && isTransient(exchange.status));
  return exchange.transient && (!exchange.left || (idempotent && exchange.error.code !== "timed_out"));
}
