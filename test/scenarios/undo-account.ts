import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApp, type App } from "../../src/app.ts";
import type { ApprovalView, Caller, CallResult } from "../../src/gate/call.ts";
import { createManualClock, type ManualClock } from "../../src/lib/clock.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { Secret } from "../../src/lib/secret.ts";
import { createRequests, type Requests } from "../fidelity/arguments.ts";
import { openShop, type Shop } from "../fidelity/shop.ts";
import { configFor, START_MS, temporaryHome } from "../fixtures/world.ts";

/** A shop that has some of everything, a gateway before it, and an owner who says yes to every card. */
export interface OwnersShop {
  shop: Shop;
  app: App;
  clock: ManualClock;
  owner: Caller;
  requests: Requests;
  /** Takes a call through the gate; what is asked is approved and sent. */
  run(action: string, args: JsonObject): Promise<CallResult>;
  /** Undoes a call, step by step, saying yes to each; the result of the last step, and every operation that was sent. */
  undo(callId: string): Promise<{ last: CallResult; steps: string[] }>;
  close(): Promise<void>;
}

/** Under this policy everything is allowed that a policy can allow: what is asked is asked because it must be. */
const FREE = `version: 1
preset: operator
rules:
  - id: everything
    effect: allow
    risk: [1, 2, 3, 4, 5]
`;

export async function openOwnersShop(profiles = 60): Promise<OwnersShop> {
  const shop = await openShop({ startAt: START_MS, profiles });
  const home = temporaryHome();
  const clock = createManualClock(START_MS);
  const app = await openApp(configFor(home), { clock });
  await app.connections.connect({ name: "shop", origin: shop.sandbox.url, key: new Secret(shop.sandbox.keys.full) });
  writeFileSync(join(home, "policies", "shop.yaml"), FREE);
  const owner = await app.agents.owner("shop");

  async function approved(result: CallResult): Promise<CallResult> {
    if (result.status !== "approval_required") return result;
    const asked = await app.gate.approve(result.approval_id, "anna", { run: true });
    const view = asked.goes_at === undefined ? asked : await afterHold(asked);
    if (!view.result) throw new Error(`The approval of ${result.operation} is ${view.status}: ${view.status_reason}`);
    return view.result;
  }

  /** What sends is held first, also where it takes something back. */
  async function afterHold({ approval_id, goes_at = "" }: ApprovalView): Promise<ApprovalView> {
    clock.set(Date.parse(goes_at));
    await app.gate.sendDue();
    return app.gate.approval(owner, approval_id);
  }

  return {
    shop,
    app,
    clock,
    owner,
    requests: createRequests(shop),
    async run(action, args) {
      // Rate windows are the gateway's own: a minute later they are free again.
      clock.advance(60_000);
      return approved(await app.gate.call(owner, { action, args, intent: "any" }));
    },
    async undo(call) {
      const steps: string[] = [];
      for (;;) {
        clock.advance(60_000);
        const result = await app.gate.call(owner, { action: "undo", args: { call }, intent: "write" });
        const last = await approved(result);
        steps.push(last.operation);
        const done = result.status === "approval_required" ? (result.undo?.steps_done ?? 0) + 1 : result.undo?.steps_done;
        if ((last.status !== "done" && last.status !== "accepted") || done === result.undo?.steps) return { last, steps };
      }
    },
    async close() {
      await app.close();
      await shop.sandbox.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
