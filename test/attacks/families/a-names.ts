import assert from "node:assert/strict";
import { actionIndex } from "../../../src/catalog/actions.ts";
import { isWrite } from "../../../src/catalog/operation.ts";
import { TOOLS } from "../../../src/mcp/tools.ts";
import type { Family } from "../case.ts";
import { asks, brief, refuses, runs, under, write } from "../expectations.ts";
import { USUAL_POLICY } from "../range.ts";

export const names: Family = {
  letter: "A",
  title: "Which operation is it?",
  cases: [
    {
      id: "A1",
      attack: "a write under each of its names: one operation decides, and all of them ask for the same approval",
      async run(lane) {
        const { catalog } = lane.range.app;
        const index = actionIndex(catalog);
        for (const action of ["create_list", "create_tag", "create_segment"]) {
          const names = [...index.names()].filter((name) => Object.values(index.lookup(name) ?? {}).join() === action);
          assert.ok(names.length > 1);
          const args =
            action === "create_segment"
              ? await lane.range.requests.argsFor(catalog.find(action) ?? assert.fail())
              : { name: lane.unique("alias") };
          const approvals = new Set<string>();
          for (const name of names) approvals.add(await asks(lane, [name, args]));
          assert.equal(approvals.size, 1, `${action} under ${names.length} names`);
        }
      },
    },
    {
      id: "A1",
      attack: "every name of every operation, 493 and their aliases, comes to an operation that exists, and to the same at each asking",
      doors: ["stdio"],
      async run({ range }) {
        const { catalog } = range.app;
        const index = actionIndex(catalog);
        for (const name of index.names()) for (const id of Object.values(index.lookup(name) ?? {})) assert.ok(catalog.find(id), name);
        for (const { id } of catalog.operations) assert.deepEqual(index.lookup(id), { "": id });
      },
    },
    {
      id: "A2",
      attack: "names in another case",
      async run(lane) {
        for (const action of ["Delete_List", "DELETE_LIST", "delete_List"])
          await refuses(lane, () => write(lane, [action, { id: "Abc123" }]), "unknown_action");
      },
    },
    {
      id: "A4",
      attack: "look-alike letters, full-width letters, combining marks, spaces and NUL in names",
      async run(lane) {
        for (const action of [
          "delete_l\u0456st",
          "\uff44elete_list",
          "delete_list\u0301",
          "delete_list ",
          " delete_list",
          "delete_list\0",
          "delete\u200b_list",
          "delete-list\u00ad",
          "",
        ])
          await refuses(lane, () => write(lane, [action, { id: "Abc123" }]), "unknown_action");
      },
    },
    {
      id: "A6",
      attack: "two tools, or a tool and an action, of one name",
      doors: ["stdio"],
      async run(lane) {
        assert.equal(new Set(TOOLS.map(({ name }) => name)).size, TOOLS.length);
        for (const { name } of TOOLS) await refuses(lane, () => write(lane, [name, {}]), "unknown_action");
      },
    },
    {
      id: "A7",
      attack: "a tool that is not listed is answered like one that does not exist",
      async run({ door }) {
        const answers = new Set<string>();
        for (const tool of ["approve_calls", "policy_change", "zzzz_nothing"])
          answers.add(brief(await door.call(tool, {})).replaceAll(tool, "…"));
        assert.equal(answers.size, 1, [...answers].join(" | "));
        assert.match([...answers][0] ?? "", /protocol/);
      },
    },
    {
      id: "A8",
      attack: "a write through the tool that reads, and inside a wrapper",
      async run(lane) {
        const { door } = lane;
        await refuses(lane, () => door.call("read", { action: "delete_list", args: { id: "Abc123" } }), "usage");
        await refuses(lane, () => door.call("read", { action: "create_list", args: { name: "x" } }), "usage");
        for (const action of ["call_operation", "halyard_execute", "write", "batch"])
          await refuses(
            lane,
            () => write(lane, [action, { op: "delete_list", action: "delete_list", args: { id: "Abc123" } }]),
            "unknown_action",
          );
      },
    },
    {
      id: "A10",
      attack: "another revision by argument, and beta operations that share a path with stable ones",
      async run(lane) {
        for (const extra of [{ revision: "2023-02-22" }, { Revision: "2023-02-22" }, { channel: "beta" }])
          await refuses(lane, () => write(lane, ["create_list", { name: "x", ...extra }]), "invalid_arguments");
        const { operations } = lane.range.app.catalog;
        const pairs = operations.filter(
          (one) =>
            one.channel === "beta" &&
            operations.some((other) => other.channel === "stable" && other.method === one.method && other.path === one.path),
        );
        assert.ok(pairs.length > 0);
        for (const one of pairs)
          assert.notEqual(
            operations.find((other) => other.channel === "stable" && other.path === one.path && other.method === one.method)?.id,
            one.id,
          );
      },
    },
    {
      id: "A11",
      attack:
        "operations whose verb lies: POSTs that compute run as reads, exports by POST are asked even where ordinary writes are allowed",
      effects: 0,
      async run(lane) {
        const { operations } = lane.range.app.catalog;
        const computing = operations.filter((one) => one.method === "POST" && !isWrite(one));
        assert.equal(computing.length, 11, computing.map(({ id }) => id).join());
        for (const one of operations.filter(({ effect }) => effect.kind === "export")) assert.ok(one.effect.risk >= 4, one.id);
        await under(lane, "version: 1\npreset: operator\nrules: []\n", USUAL_POLICY, async () => {
          const { id } = operations.find(({ id }) => id === "create_profile_bulk_export_job_beta") ?? assert.fail();
          await asks(lane, [id, await lane.range.requests.argsFor(lane.range.app.catalog.find(id) ?? assert.fail())]);
        });
        await refuses(lane, () => write(lane, [computing[0]?.id ?? "", {}]), "usage");
      },
    },
    {
      id: "A",
      attack: "the control: what the policy does allow runs, and is seen by the account",
      effects: 1,
      async run(lane) {
        const id = await lane.range.requests.idsFor({ channel: "stable" }).one("profile");
        await runs(lane, ["update_profile", { id, title: "Ms" }]);
      },
    },
  ],
};
