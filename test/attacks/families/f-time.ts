import assert from "node:assert/strict";
import { createGate } from "../../../src/gate/gate.ts";
import type { Family, Lane } from "../case.ts";
import { asks, denies, effectCount, under, write } from "../expectations.ts";
import { partsOf } from "../gate-parts.ts";
import { rowsSince } from "../oracle.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

const HOUR_MS = 3_600_000;
const HELD_MS = 61_000;

/** A send that the owner said yes to, and that waits for its time. */
async function heldSend(lane: Lane): Promise<string> {
  const { range } = lane;
  const send = range.app.catalog.find("send_campaign") ?? assert.fail();
  const approval = await asks(lane, [send.id, await range.requests.argsFor(send)]);
  assert.equal((await range.approve(approval, true)).status, "approved");
  return approval;
}

export const time: Family = {
  letter: "F",
  title: "Races and time",
  cases: [
    {
      id: "F1",
      attack: "yes and no at the same instant: one end, told to both as it is",
      async run(lane) {
        const { gate } = lane.range;
        for (let round = 0; round < 10; round++) {
          const approval = await asks(lane, ["create_list", { name: lane.unique(`f1 ${round}`) }]);
          const [yes, no] = await Promise.allSettled([lane.range.approve(approval), gate.deny(approval, "the owner", null)]);
          const { status } = await gate.approval(await lane.range.caller(), approval);
          assert.ok(["denied", "voided"].includes(status), status);
          assert.equal(no.status, "fulfilled");
          assert.equal(yes.status === "fulfilled", status === "voided");
        }
      },
    },
    {
      id: "F2",
      attack: "a yes at the last millisecond, and one later",
      async run(lane) {
        const { range } = lane;
        const [last, late] = [
          await asks(lane, ["create_list", { name: lane.unique("f2 last") }]),
          await asks(lane, ["create_list", { name: lane.unique("f2 late") }]),
        ];
        range.clock.advance(24 * HOUR_MS);
        assert.equal((await range.approve(last)).status, "approved");
        range.clock.advance(1);
        await assert.rejects(range.approve(late), { code: "conflict" });
        await range.gate.deny(last, "the owner", null);
      },
    },
    {
      id: "F4",
      attack: "the policy is tightened between the yes and the use",
      async run(lane) {
        const args = { name: lane.unique("f4") };
        await lane.range.approve(await asks(lane, ["create_list", args]));
        await under(
          lane,
          "version: 1\npreset: locked\nrules: []\n",
          USUAL_POLICY,
          async () => void (await denies(lane, ["create_list", args])),
        );
      },
    },
    {
      id: "F4",
      attack: "the policy is tightened while a send is held: decided again, and not sent",
      async run(lane) {
        const { range } = lane;
        const approval = await heldSend(lane);
        await under(lane, "version: 1\npreset: locked\nrules: []\n", USUAL_POLICY, async () => {
          range.clock.advance(HELD_MS);
          await range.gate.sendDue();
          assert.equal((await range.gate.approval(await range.caller(), approval)).status, "voided");
        });
      },
    },
    {
      id: "F6",
      attack: "everything is stopped during a hundred writes at once: no intent after the stop, and what was under way is told exactly",
      alone: true,
      effects: "some",
      async run(lane) {
        const { range } = lane;
        await under(lane, OPEN_POLICY, USUAL_POLICY, async () => {
          const calls = Array.from({ length: 100 }, (_, at) => write(lane, ["create_list", { name: lane.unique(`f6 ${at}`) }]));
          await Promise.race(calls);
          const inFlight = (await range.gate.stopAll("the owner")).in_flight.map(({ intent_id: id }) => id);
          await Promise.all(calls);
          const rows = await rowsSince(range, lane.mark);
          const stop = rows.findIndex(({ event }) => event === "writes.stopped");
          const intentsIn = (part: typeof rows, event: string): string[] =>
            part.filter((row) => row.event === event).map(({ fields }) => String(fields["intent"]));
          assert.deepEqual(intentsIn(rows.slice(stop), "intent"), []);
          const before = rows.slice(0, stop);
          const ended = new Set(intentsIn(before, "outcome"));
          assert.deepEqual(
            inFlight.toSorted(),
            intentsIn(before, "intent")
              .filter((id) => !ended.has(id))
              .toSorted(),
          );
        });
      },
    },
    {
      id: "F7",
      attack: "two gateways on one store use one yes: sent once",
      doors: ["http"],
      effects: 1,
      async run(lane) {
        const { range } = lane;
        const args = { name: lane.unique("f7") };
        await range.approve(await asks(lane, ["create_list", args]));
        const second = createGate(await partsOf(range.app));
        const caller = await range.caller();
        const calls = Array.from({ length: 20 }, (_, at) =>
          at % 2 === 0 ? write(lane, ["create_list", args]) : second.call(caller, { action: "create_list", args, intent: "write" }),
        );
        await Promise.all(calls);
        assert.equal(effectCount(lane), 1);
        await second.close();
      },
    },
    {
      id: "F7",
      attack: "an older Halyard beside a newer one on the same store, as during an upgrade: the older one sends nothing",
      heldBy: "test/scenarios/who-may-send.test.ts",
    },
    {
      id: "F9",
      attack: "stopped at the moment of the send: stopped or sent, and told truly",
      effects: "some",
      async run(lane) {
        const { range } = lane;
        const approval = await heldSend(lane);
        range.clock.advance(HELD_MS);
        const [, stopped] = await Promise.all([range.gate.sendDue(), range.gate.stop(approval, "the owner")]);
        const { status } = await range.gate.approval(await range.caller(), approval);
        assert.equal(effectCount(lane), stopped.outcome === "stopped" ? 0 : 1, `${stopped.outcome}, ${status}`);
        assert.equal(status === "accepted" || status === "done", stopped.outcome !== "stopped", `${stopped.outcome}, ${status}`);
      },
    },
    {
      id: "F9",
      attack: "taken back by the agent itself while it waits: it does not go, whatever the owner says then",
      async run(lane) {
        const told = await write(lane, ["create_list", { name: lane.unique("f9") }]);
        const undone = await write(lane, ["undo", { call: String(told.data["call_id"]) }]);
        assert.equal(undone.status, "cancelled", undone.text);
        await assert.rejects(lane.range.approve(String(told.data["approval_id"]), true), { code: "conflict" });
      },
    },
  ],
};
