import assert from "node:assert/strict";
import { createGate } from "../../../src/gate/gate.ts";
import type { Family } from "../case.ts";
import { asks, denies, effectCount, under, write } from "../expectations.ts";
import { partsOf } from "../gate-parts.ts";
import { USUAL_POLICY } from "../range.ts";

const HOUR_MS = 3_600_000;

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
    { id: "F4", attack: "the policy is tightened while a send is held: decided again, and refused", awaits: "holds" },
    {
      id: "F6",
      attack: "everything is stopped during a hundred writes at once: no intent after the stop, and what was under way is told exactly",
      awaits: "a stop for everything",
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
        const second = createGate(partsOf(range.app));
        const caller = await range.caller();
        const calls = Array.from({ length: 20 }, (_, at) =>
          at % 2 === 0 ? write(lane, ["create_list", args]) : second.call(caller, { action: "create_list", args, intent: "write" }),
        );
        await Promise.all(calls);
        assert.equal(effectCount(lane), 1);
        await second.close();
      },
    },
    { id: "F9", attack: "taken back at the moment of the send: stopped or sent, and told truly", awaits: "undo" },
  ],
};
