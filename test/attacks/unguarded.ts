import type { App } from "../../src/app.ts";
import { resolveAction } from "../../src/catalog/actions.ts";
import { isWrite, type Operation } from "../../src/catalog/operation.ts";
import { buildRequest } from "../../src/catalog/request.ts";
import type { CallResult } from "../../src/gate/call.ts";
import { credentialsOf } from "../../src/gate/credentials.ts";
import { createGate, type Gate } from "../../src/gate/gate.ts";
import type { CurrentPolicy, PolicySource } from "../../src/gate/policies/policy-files.ts";
import { HalyardError } from "../../src/lib/errors.ts";
import { isJsonObject } from "../../src/lib/json.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { partsOf } from "./gate-parts.ts";
import { OPEN_POLICY } from "./range.ts";

/** The negative controls: gates that only a test can compose. The suite has to report what goes through them. */

/** Everything is as ever, but whatever the owner's policy says, the decision is `allow`. */
export async function alwaysAllowing(app: App): Promise<Gate> {
  const tame = (operation: Operation): Operation => ({ ...operation, effect: { ...operation.effect, risk: isWrite(operation) ? 1 : 0 } });
  const operations = app.catalog.operations.map(tame);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const catalog = { operations, hash: app.catalog.hash, find: (id: string) => byId.get(id) };
  const policy = parsePolicy(OPEN_POLICY, app.catalog);
  const current: CurrentPolicy = {
    policy: { ...policy, egress: { hosts: ["*"] } },
    version: 1,
    text: OPEN_POLICY,
    path: "",
    unseen: new Set(),
  };
  const policies: PolicySource = { ...app.policies, current: () => Promise.resolve(current) };
  return createGate(await partsOf(app, { catalog, policies }));
}

/** Whatever resolves is sent: nothing is decided, asked or written down. */
export async function passingThrough(app: App): Promise<Gate> {
  const parts = await partsOf(app);
  return {
    ...createGate(parts),
    async call(caller, { action, args }): Promise<CallResult> {
      const connection = await app.store.connections.find(caller.connectionId);
      if (!connection || !isJsonObject(args)) throw new HalyardError("not_found", "There is no such connection.");
      const { operation, args: rest } = resolveAction(app.catalog, action, args);
      const request = buildRequest(operation, rest, { account_id: connection.account_id });
      const credentials = await credentialsOf(parts, connection);
      const base = { call_id: "call_x", operation: operation.id };
      if (!isWrite(operation)) {
        const { status, body } = await parts.client.read(operation, request, credentials);
        return { ...base, status: "done", http_status: status, body };
      }
      const result = await parts.client.write("no intent", operation, request, credentials);
      if (result.kind === "answered") return { ...base, status: "done", http_status: result.answer.status, body: result.answer.body };
      return { ...base, status: "failed", error: { code: result.error.code, message: result.error.message } };
    },
  };
}
