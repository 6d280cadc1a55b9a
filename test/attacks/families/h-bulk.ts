import assert from "node:assert/strict";
import type { Family } from "../case.ts";
import { asks, denies, refuses, runs, under, write } from "../expectations.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

export const bulk: Family = {
  letter: "H",
  title: "Code mode, bulk, pages",
  cases: [
    { id: "H1", attack: "a script that leaves its sandbox: nothing but gated calls, each decided and recorded", awaits: "code mode" },
    { id: "H2", attack: "a script without end, without measure: stopped, and what it did is told", awaits: "code mode" },
    {
      id: "H4",
      attack:
        "one call that means many: bulk deletes, merges, suppression of a whole list are asked where single writes are allowed, and the card counts",
      async run(lane) {
        const { range } = lane;
        const { operations } = range.app.catalog;
        const wide = operations.filter(({ id }) => /^bulk_delete|^merge_|^bulk_suppress|^bulk_unsubscribe/.test(id));
        assert.ok(wide.length >= 5, wide.map(({ id }) => id).join());
        await under(lane, "version: 1\npreset: operator\nrules: []\n", USUAL_POLICY, async () => {
          for (const operation of wide) {
            assert.ok(operation.effect.risk >= 3, `${operation.id} is risk ${operation.effect.risk}`);
            await asks(lane, [operation.id, await range.requests.argsFor(operation)]);
          }
        });
        const two = { profiles: [{ email: "a@example.com" }, { email: "b@example.com" }] };
        const approval = await asks(lane, ["bulk_suppress_profiles", two]);
        const { card } = await range.gate.approval(await range.caller(), approval);
        assert.deepEqual(card.people, { count: 2, basis: "counted" });
      },
    },
    {
      id: "H4",
      attack: "suppression of a whole list: the card counts the members",
      async run(lane) {
        const { range } = lane;
        const list = await range.requests.idsFor({ channel: "stable" }).one("list");
        const { card } = await range.gate.approval(await range.caller(), await asks(lane, ["bulk_suppress_profiles", { list }]));
        assert.equal(typeof card.people.count, "number");
      },
    },
    {
      id: "H5",
      attack: "a write inside of a tool or an action that reads",
      async run(lane) {
        for (const action of ["create_list", "delete_profile_everything", "send_campaign"])
          await refuses(
            lane,
            () => lane.door.call("read", { action, args: { id: "Abc123", name: "x" } }),
            "usage",
            "unknown_action",
            "invalid_arguments",
          );
      },
    },
    {
      id: "H7",
      attack: "many small deletions in place of a large one: counted together, and stopped at the cap",
      effects: 2,
      alone: true,
      async run(lane) {
        const { range } = lane;
        await under(lane, `${OPEN_POLICY}caps: { deletes: { per_day: 2 } }\n`, USUAL_POLICY, async () => {
          const ids: string[] = [];
          for (let n = 0; n < 4; n++) ids.push(await range.requests.idsFor({ channel: "stable" }).fresh("tag"));
          for (const id of ids.slice(0, 2)) await runs(lane, ["delete_tag", { id }]);
          for (const id of ids.slice(2)) await denies(lane, ["delete_tag", { id }]);
        });
      },
    },
    {
      id: "H9",
      attack: "an answer without measure: cut off, told, and the process goes on",
      async run({ range, door }) {
        range.shop.sandbox.control.setFaults([{ match: { method: "GET" }, fault: "oversized_body" }]);
        const told = await door.call("read", { action: "get_lists", args: {} });
        range.shop.sandbox.control.clearFaults();
        assert.equal(told.status, "error");
        assert.equal((await door.call("read", { action: "get_lists", args: {} })).status, "done");
      },
    },
    {
      id: "H10",
      attack: "undo as a write that nobody approved: it is decided like any other",
      effects: 1,
      async run(lane) {
        const args = { name: lane.unique("h10 undo") };
        await lane.range.approve(await asks(lane, ["create_tag", args]), true);
        const told = await write(lane, ["create_tag", args]);
        const rival = await lane.range.door(lane.door.name, "rival");
        const undo = { action: "undo", args: { call: String(told.data["call_id"]) }, reason: "x" };
        assert.equal((await rival.call("write", undo)).code, "not_found");
        assert.equal((await lane.door.call("write", undo)).status, "approval_required");
      },
    },
    {
      id: "H10",
      attack: "the inverse of an approved call is a call of its own",
      effects: 1,
      async run(lane) {
        const name = lane.unique("h10");
        await lane.range.approve(await asks(lane, ["create_tag", { name }]), true);
        const told = await write(lane, ["create_tag", { name }]);
        const id = /"id":"([\w-]+)"/.exec(told.text)?.[1] ?? assert.fail(told.text);
        await asks(lane, ["delete_tag", { id }]);
      },
    },
  ],
};
