import { join } from "node:path";
import type { App } from "../../src/app.ts";
import { openAuditSigner } from "../../src/gate/record/audit-key.ts";
import { GATE_LIMITS, type GateLimits, type GateParts } from "../../src/gate/call.ts";
import { noPoint } from "../../src/gate/crash-points.ts";
import { createDayKeys } from "../../src/gate/record/day-keys.ts";
import { createEpoch } from "../../src/gate/record/epoch.ts";
import { createRefusals } from "../../src/gate/record/refusals.ts";
import { createClient } from "../../src/klaviyo/client.ts";
import { createIds, randomBytes } from "../../src/lib/ids.ts";
import { unlimited } from "../fixtures/limits.ts";

/** Nothing is summarised, and an agent that was denied is not paused: each attempt meets the guard itself, not a guard against too many of them. */
export const PATIENT: GateLimits = {
  ...GATE_LIMITS,
  maxPending: 1_000_000,
  refusalsPerMinute: 1_000_000,
  variantCoolDownMs: 0,
  denialsUntilPause: 1_000_000,
};

/** The parts of a second gate over an app's own state: for what production composes in one way and a test in another. */
export async function partsOf(app: App, changes: Partial<GateParts> = {}): Promise<GateParts> {
  const { catalog, store, vault, policies, clock } = app;
  const holder = "test:0:second";
  const kept = { store, vault, clock };
  const dayKeys = createDayKeys(kept, randomBytes);
  await dayKeys.refresh();
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
    fence: { epoch: (await store.fence.read()).epoch, version: "0.0.0" },
    at: noPoint,
    limits: PATIENT,
    random: randomBytes,
    signer: await openAuditSigner(kept),
    dayKeys,
    epoch: createEpoch(kept, join(app.config.home, "audit.mark"), randomBytes),
    refusals: createRefusals(kept, PATIENT.refusalsPerMinute),
    allowUnrecordedReads: false,
    ...changes,
  };
}
