import assert from "node:assert/strict";
import { join } from "node:path";
import { createGate } from "../../../src/gate/gate.ts";
import { createPolicyFiles } from "../../../src/gate/policies/policy-files.ts";
import { diffPolicies } from "../../../src/policy/diff.ts";
import { parsePolicy, policyOf } from "../../../src/policy/parse.ts";
import type { Family } from "../case.ts";
import { asks, denies, refuses, under, write } from "../expectations.ts";
import { partsOf } from "../gate-parts.ts";
import { USUAL_POLICY } from "../range.ts";

export const policy: Family = {
  letter: "L",
  title: "The policy's life",
  cases: [
    {
      id: "L1",
      attack: "an agent that would change policy, limits or approvers finds no tool, no action and no argument for it",
      async run(lane) {
        const { tools } = await lane.door.client.listTools();
        assert.ok(
          !tools.some(({ name }) => /policy|rule|limit|owner|approve(?!.*status)/.test(name)),
          tools.map(({ name }) => name).join(),
        );
        for (const action of ["set_policy", "halyard_policy", "policy_save", "approve", "agents_add", "connect"])
          await refuses(lane, () => write(lane, [action, { preset: "operator" }]), "unknown_action");
        await refuses(lane, () => write(lane, ["create_list", { name: "x", policy: { preset: "operator" } }]), "invalid_arguments");
      },
    },
    {
      id: "L2",
      attack: "an operation that is new in the catalog is denied until the owner has seen it, whatever the preset allows",
      doors: ["http"],
      async run(lane) {
        const { app, config } = lane.range;
        await under(lane, "version: 1\npreset: operator\nrules: []\n", USUAL_POLICY, async () => {
          await app.policies.current({ id: "conn_shop", name: "shop" });
          const known = app.catalog.find("create_tag") ?? assert.fail();
          const fresh = { ...known, id: "create_tag_anew", aliases: [] };
          const catalog = {
            operations: [...app.catalog.operations, fresh],
            hash: "of a newer catalog",
            find: (id: string) => (id === fresh.id ? fresh : app.catalog.find(id)),
          };
          const policies = createPolicyFiles({
            folder: join(config.home, "policies"),
            catalog,
            store: app.store,
            vault: app.vault,
            clock: app.clock,
          });
          const gate = createGate(await partsOf(app, { catalog, policies }));
          const result = await gate
            .call(await lane.range.caller(), { action: fresh.id, args: { name: lane.unique("l2") }, intent: "write" })
            .catch((thrown: { code?: string }) => ({ status: thrown.code ?? "" }));
          assert.ok(["denied", "invalid_arguments"].includes(result.status), result.status);
        });
      },
    },
    {
      id: "L4",
      attack: "an operation that is changed upstream voids what was approved before",
      doors: ["http"],
      async run(lane) {
        const { range } = lane;
        const args = { name: lane.unique("l4") };
        const approval = await asks(lane, ["create_list", args]);
        await range.approve(approval);
        const gate = createGate(await partsOf(range.app, { catalog: { ...range.app.catalog, hash: "of a newer catalog" } }));
        const result = await gate.call(await range.caller(), { action: "create_list", args, intent: "write" });
        assert.equal(result.status, "approval_required");
        assert.equal((await range.gate.approval(await range.caller(), approval)).status, "voided");
      },
    },
    {
      id: "L5",
      attack:
        "a document from somewhere that hides a wide permission: the difference names every operation that it newly allows, and which of them cannot be undone",
      doors: ["stdio"],
      async run({ range }) {
        const { catalog } = range.app;
        const wide = parsePolicy(
          "version: 1\npreset: read-only\nrules:\n  - { id: tidy-up, effect: allow, kinds: [delete, send-message] }\n",
          catalog,
        );
        const seen = { before: new Set<string>(), after: new Set<string>() };
        const { newly, loosens } = diffPolicies(catalog, policyOf("read-only"), wide, seen);
        const hidden = catalog.operations.filter(
          ({ effect }) => (effect.kind === "delete" || effect.kind === "send-message") && effect.risk < 5,
        );
        const named = new Set([...newly.allow.always, ...newly.allow.under_conditions]);
        assert.deepEqual(
          hidden.filter(({ id }) => !named.has(id)).map(({ id }) => id),
          [],
        );
        assert.deepEqual(
          hidden.filter(({ id, effect }) => effect.reversible === "no" && !newly.allow.irreversible.includes(id)),
          [],
        );
        assert.ok(loosens && newly.allow.irreversible.length > 0);
      },
    },
    {
      id: "L7",
      attack: "rules that match nothing or are misspelt: the whole document is refused, and writes are denied",
      alone: true,
      async run(lane) {
        for (const rule of [
          "{ id: a, effect: deny, actions: [delete_lists_all] }",
          "{ id: a, effect: deny, areas: [campains] }",
          "{ id: a, efect: deny, actions: [delete_list] }",
          "{ id: a, effect: deny }",
        ]) {
          await under(
            lane,
            `version: 1\npreset: operator\nrules:\n  - ${rule}\n`,
            USUAL_POLICY,
            async () => void (await denies(lane, ["create_list", { name: lane.unique("l7") }])),
          );
        }
      },
    },
    { id: "L8", attack: "each branch of policy and gate, changed: some test fails", doors: ["stdio"], heldBy: "stryker.config.json" },
    {
      id: "L10",
      attack: "a live connection that is called a sandbox: needs the owner's login, says so, and ends",
      doors: ["stdio"],
      awaits: "the console",
    },
  ],
};
