import type { App } from "../../src/app.ts";
import { GATE_LIMITS, type GateParts } from "../../src/gate/call.ts";
import { createClient } from "../../src/klaviyo/client.ts";
import { createIds, randomBytes } from "../../src/lib/ids.ts";

/** The parts of a second gate over an app's own state: for what production composes in one way and a test in another. */
export function partsOf(app: App, changes: Partial<GateParts> = {}): GateParts {
  const { catalog, store, vault, policies, clock } = app;
  const holder = "test:0:second";
  return {
    catalog,
    store,
    vault,
    policies,
    clock,
    client: createClient({ limits: unlimited(store.rateWindows), clock }),
    newId: createIds(clock, randomBytes),
    holder,
    isRunning: (other) => other === holder,
    limits: { ...GATE_LIMITS, maxPending: 1_000_000 },
    ...changes,
  };
}

/** Rate windows that count as ever and never say no: Klaviyo's limits would be what is measured. */
export function unlimited(port: App["store"]["rateWindows"]): App["store"]["rateWindows"] {
  return {
    ...port,
    take: (windows, atMs) =>
      port.take(
        windows.map((window) => ({ ...window, allowed: 1e9 })),
        atMs,
      ),
  };
}
