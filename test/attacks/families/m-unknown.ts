import assert from "node:assert/strict";
import type { Family } from "../case.ts";
import { asks, effectCount, under, write } from "../expectations.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

export const unknown: Family = {
  letter: "M",
  title: "Crashes and unknown outcomes",
  cases: [
    {
      id: "M1",
      attack: "killed at each point, with each behaviour of the account: nothing twice, nothing falsely done, nothing stuck",
      doors: ["stdio"],
      heldBy: "test/crash/crash.test.ts",
    },
    {
      id: "M3",
      attack: "a server error after the effect: unknown, never repeated by itself, and the same call is asked",
      effects: 1,
      async run(lane) {
        const { control } = lane.range.shop.sandbox;
        const args = { name: lane.unique("m3") };
        await under(lane, OPEN_POLICY, USUAL_POLICY, async () => {
          control.setFaults([{ match: { method: "POST" }, fault: "error_after", times: 1 }]);
          const told = await write(lane, ["create_list", args]);
          control.clearFaults();
          assert.notEqual(told.status, "failed");
          for (let again = 0; again < 3; again++) await write(lane, ["create_list", args]);
          assert.equal(effectCount(lane), 1);
        });
      },
    },
    {
      id: "M4",
      attack: "taken as a job, and the job fails: told as taken, then as failed",
      heldBy: "test/scenarios/jobs-are-followed.test.ts",
    },
    {
      id: "M6",
      attack: "a plan that stopped at a step, asked again: what it did is told, and nothing is done twice",
      effects: 2,
      async run(lane) {
        const create = (word: string) => ({ action: "create_list", args: { name: lane.unique(`m6 ${word}`) } });
        const calls = [create("first"), { action: "update_list", args: { id: "Nope00", name: "x" } }, create("never")];
        const approval = await asks(lane, ["plan", { calls }]);
        await lane.range.approve(approval, true);
        for (const again of [1, 2, 3]) {
          const told = await write(lane, ["plan", { calls }]);
          assert.ok(["stopped", "approval_required"].includes(told.status), `${again}: ${told.text}`);
          assert.equal(effectCount(lane), 2);
        }
      },
    },
    {
      id: "M7",
      attack: "an effect that comes after the search was given up: raised as a late duplicate",
      heldBy: "test/scenarios/lost-answers.test.ts",
    },
    {
      id: "M9",
      attack: "a store from a backup older than the last intents: writes wait for the owner",
      doors: ["stdio"],
      heldBy: "test/scenarios/audit-restore.test.ts",
    },
    {
      id: "M10",
      attack: "an account that shows what was written only later: nothing is called absent too early",
      heldBy: "test/scenarios/lost-answers.test.ts",
    },
  ],
};
