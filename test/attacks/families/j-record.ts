import assert from "node:assert/strict";
import Database from "better-sqlite3";
import { join } from "node:path";
import { createGate } from "../../../src/gate/gate.ts";
import { HalyardError } from "../../../src/lib/errors.ts";
import { openStore } from "../../../src/store/store.ts";
import type { Tables } from "../../../src/store/tables.ts";
import { callMessage } from "../doors.ts";
import type { Family, Lane } from "../case.ts";
import { asks, runs, under, write } from "../expectations.ts";
import { partsOf } from "../gate-parts.ts";
import { markOf, rowsSince } from "../oracle.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

/** Whether an attempt leaves at least one row. */
async function leavesRow(lane: Lane, attempt: () => Promise<unknown>): Promise<void> {
  const mark = await markOf(lane.range);
  await attempt();
  assert.ok((await rowsSince(lane.range, mark)).length > 0, "no row was left");
}

const deaf = (tables: Tables): Tables => ({
  ...tables,
  audit: { ...tables.audit, append: () => Promise.reject(new HalyardError("store_full", "The store is full.")) },
});

type Tamper = [what: string, statements: string[], isFound: RegExp];
const TAMPERS: Tamper[] = [
  ["edited", ["update audit set fields = '{}' where seq = 3"], /edited/],
  ["deleted", ["delete from audit where seq = 3"], /missing/],
  [
    "reordered",
    ["update audit set seq = -1 where seq = 3", "update audit set seq = 3 where seq = 4", "update audit set seq = 4 where seq = -1"],
    /edited|replaced/,
  ],
  [
    "inserted",
    [
      "insert into audit select (select max(seq) + 1 from audit), at, event, call_id, agent_id, connection_id, fields, prev_hash, hash from audit where seq = 2",
    ],
    /edited|replaced|added/,
  ],
  ["cut off", ["delete from audit where seq = (select max(seq) from audit)"], /missing/],
];

export const record: Family = {
  letter: "J",
  title: "The record",
  cases: [
    {
      id: "J1",
      attack: "a record that cannot be written: nothing is sent",
      doors: ["http"],
      async run(lane) {
        const { range } = lane;
        await under(lane, OPEN_POLICY, USUAL_POLICY, async () => {
          const { store } = range.app;
          const broken = {
            ...store,
            ...deaf(store),
            transaction: <T>(work: (tables: Tables) => Promise<T>) => store.transaction((tables) => work(deaf(tables))),
          };
          const gate = createGate(await partsOf(range.app, { store: broken }));
          const caller = await range.caller();
          await assert.rejects(gate.call(caller, { action: "create_list", args: { name: lane.unique("j1") }, intent: "write" }), {
            code: "store_full",
          });
        });
      },
    },
    {
      id: "J2",
      attack: "killed at any moment: each effect has its intent on record",
      doors: ["stdio"],
      heldBy: "test/scenarios/audit-killed.test.ts",
    },
    {
      id: "J3",
      attack: "what the gate refuses leaves a row",
      async run(lane) {
        await leavesRow(lane, () => write(lane, ["nothing", {}]));
        await leavesRow(lane, () => write(lane, ["create_list", {}]));
        await leavesRow(lane, () => lane.door.call("read", { action: "delete_list", args: { id: "x" } }));
      },
    },
    {
      id: "J3",
      attack: "what the doors refuse leaves a row: malformed, oversized, wrong tool arguments",
      async run(lane) {
        await leavesRow(lane, () => lane.door.raw('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}'));
        await leavesRow(lane, () =>
          lane.door.raw(callMessage("write", `{"action":"create_list","args":{"name":"${"x".repeat(6_000_000)}"}}`)),
        );
        await leavesRow(lane, () => lane.door.call("write", { action: "create_list" }));
        await leavesRow(lane, () => lane.door.call("zzzz_nothing", {}));
        await leavesRow(lane, () => lane.door.raw('[{"jsonrpc":"2.0","id":1,"method":"ping"}]'));
      },
    },
    {
      id: "J3",
      attack: "who is not known leaves a row",
      doors: ["http"],
      async run(lane) {
        await leavesRow(lane, () => lane.door.raw("{}", { authorization: `Bearer hal_${"A".repeat(43)}` }));
        await leavesRow(lane, () => lane.door.raw("{}", { authorization: "" }));
        await leavesRow(lane, () => lane.door.raw("{}", { origin: "https://evil.example" }));
        await leavesRow(lane, () => lane.door.raw("{}", { "content-type": "text/plain" }));
      },
    },
    ...TAMPERS.map(([what, statements, isFound]) => ({
      id: "J5",
      attack: `a row ${what}: found, with its number`,
      doors: ["http"] as const,
      alone: true as const,
      async run(lane: Lane) {
        const { range } = lane;
        for (let n = 0; n < 3; n++) await asks(lane, ["create_list", { name: lane.unique(`j5 ${n}`) }]);
        const file = join(range.config.home, "halyard.db");
        const copy = join(range.config.home, "copy.db");
        // A copy of its own: another handle on the same file in this process would drop the store's locks.
        const reader = await openStore({ url: range.config.databaseUrl, clock: range.clock });
        await reader.close();
        new Database(file, { readonly: true }).prepare("vacuum into ?").run(copy);
        const tampered = new Database(copy);
        for (const statement of statements) tampered.prepare(statement).run();
        tampered.close();
        const store = await openStore({ url: `file:${copy}`, clock: range.clock });
        const verdict = await store.audit.verify();
        await store.close();
        assert.match(verdict.bad?.why ?? "nothing found", isFound);
      },
    })),
    {
      id: "J5",
      attack: "the tail cut off with its head, or all of it written anew: found by a checkpoint that left the machine",
      doors: ["http"],
      heldBy: "test/scenarios/audit-restore.test.ts",
    },
    {
      id: "J7",
      attack: "a clock that is rolled back: the sequence counts, and the record says so",
      alone: true,
      async run(lane) {
        const { range } = lane;
        const args = { name: lane.unique("j7") };
        await range.approve(await asks(lane, ["create_list", args]));
        const mark = await markOf(range);
        range.clock.advance(-120_000);
        assert.notEqual((await write(lane, ["create_list", args])).status, "done");
        const rows = await rowsSince(range, mark);
        assert.ok(
          rows.some(({ event }) => event === "clock.back"),
          "the record does not say so",
        );
        assert.deepEqual(
          rows.map(({ seq }) => seq),
          rows.map((_, at) => mark.audit + at + 1),
        );
      },
    },
    {
      id: "J8",
      attack: "a person's data is erased: unreadable in the record, and the chain holds",
      doors: ["stdio"],
      heldBy: "test/scenarios/audit-content.test.ts",
    },
    {
      id: "J9",
      attack: "an agent that would delete or switch off the record finds no tool and no action for it",
      async run({ range, door }) {
        const { tools } = await door.client.listTools();
        assert.ok(!tools.some(({ name }) => /audit|record|log/.test(name)));
        assert.ok(!range.app.catalog.operations.some(({ id }) => /audit/.test(id)));
      },
    },
    {
      id: "J",
      attack: "the control: a write that runs leaves received, decided, intent and outcome, in this order",
      effects: 1,
      async run(lane) {
        const id = await lane.range.requests.idsFor({ channel: "stable" }).one("profile");
        const mark = await markOf(lane.range);
        await runs(lane, ["update_profile", { id, title: "Mr" }]);
        const events = (await rowsSince(lane.range, mark)).map(({ event }) => event);
        assert.deepEqual(
          events.filter((event) => ["received", "decided", "intent", "outcome"].includes(event)),
          ["received", "decided", "intent", "outcome"],
        );
      },
    },
  ],
};
