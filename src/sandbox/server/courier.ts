import type { Clock } from "../../lib/clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Context } from "../engine/context.ts";
import { nextParcel, type Parcel } from "../resources/webhook-parcel.ts";
import { requeueInterrupted, settleDelivery, type Outcome } from "../resources/webhook-outcome.ts";
import { webhookDeliveries, webhooks, type WebhookDeliveryRow } from "../resources/webhook-rows.ts";
import type { CollectionDef } from "../state/collection.ts";
import type { State } from "../state/state.ts";

export interface CourierOptions {
  engine: Pick<Engine, "run" | "runDue">;
  state: State;
  fetch: typeof globalThis.fetch;
  /** Real time, so that retries come due without a request; undefined where the clock is moved by hand. */
  wait: Clock["wait"] | undefined;
  onFailure(thrown: unknown): void;
  /** What else is carried than deliveries of webhooks. */
  errands?: Errands;
}

/** Requests that wait as rows of a collection whose `status` is `queued`. */
export interface Errands {
  collection: CollectionDef;
  /** Takes the oldest one that is due. */
  next(ctx: Context): Errand | undefined;
  /** Puts those back that a former process had on their way. */
  requeue(ctx: Context): void;
}

interface Errand {
  url: string;
  headers: Record<string, string>;
  body: string;
  settle(ctx: Context, outcome: Outcome): void;
}

/** Carries what webhooks and flows owe to endpoints, beside the requests and never inside one. */
export interface Courier {
  /** Deliveries that a former process had on their way go out again. */
  start(): void;
  /** Resolves once nothing is on its way or due. */
  idle(): Promise<void>;
  /** Every delivery that is known. */
  deliveries(): WebhookDeliveryRow[];
  stop(): Promise<void>;
}

/** Second-hand, like the rules of `webhook-outcome.ts`. */
const ANSWER_WITHIN_MS = 5000;
const MAX_AT_ONCE = 8;
const LOOK_EVERY_MS = 1000;

/** Makes it; nothing is carried before it is started. */
export function createCourier({ engine, state, fetch, wait, onFailure, errands }: CourierOptions): Courier {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const carried = new Set([webhookDeliveries.name, errands?.collection.name]);
  let onTheirWay = 0;
  const hasRoom = (): boolean => onTheirWay < MAX_AT_ONCE && !stopping.signal.aborted;

  const carry = async (parcel: Parcel | Errand): Promise<void> => {
    onTheirWay++;
    const outcome = await post(fetch, parcel, stopping.signal);
    onTheirWay--;
    if (stopping.signal.aborted) return;
    engine.run((ctx) => ("settle" in parcel ? parcel.settle(ctx, outcome) : settleDelivery(ctx, parcel.delivery, outcome)));
  };
  const keep = (work: Promise<void>): void => {
    const kept: Promise<void> = work.catch(onFailure).finally(() => running.delete(kept));
    running.add(kept);
  };
  const pump = async (): Promise<void> => {
    // After the transaction that woke it: a listener is told before the commit.
    await Promise.resolve();
    while (hasRoom()) {
      const parcel = engine.run((ctx) => nextParcel(ctx) ?? errands?.next(ctx));
      if (!parcel) return;
      keep(carry(parcel).finally(() => keep(pump())));
    }
  };
  state.onChange((changes) => {
    if (changes.some(({ collection, after }) => carried.has(collection) && isQueued(after))) keep(pump());
  });

  const look = async (waitFor: Clock["wait"]): Promise<void> => {
    while (!stopping.signal.aborted) {
      await waitFor(LOOK_EVERY_MS, stopping.signal).catch(() => undefined);
      if (!stopping.signal.aborted && (state.rows(webhooks).size > 0 || (errands && state.rows(errands.collection).size > 0)))
        engine.runDue();
    }
  };
  let looking: Promise<void> | undefined;
  return {
    start() {
      engine.run((ctx) => {
        requeueInterrupted(ctx);
        errands?.requeue(ctx);
      });
      keep(pump());
      looking = wait && look(wait).catch(onFailure);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    deliveries: () => [...state.rows(webhookDeliveries).all()],
    async stop() {
      stopping.abort();
      await Promise.all([looking, ...running]);
    },
  };
}

function isQueued(row: object | undefined): boolean {
  return row !== undefined && "status" in row && row.status === "queued";
}

async function post(fetch: typeof globalThis.fetch, { url, headers, body }: Parcel | Errand, stopping: AbortSignal): Promise<Outcome> {
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    // Not followed: it could lead off this machine.
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await response.body?.cancel();
    return { answer: response.status };
  } catch (thrown) {
    return { reason: thrown instanceof DOMException && thrown.name === "TimeoutError" ? "no answer in time" : "no connection" };
  }
}
