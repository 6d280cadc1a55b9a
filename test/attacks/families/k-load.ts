import assert from "node:assert/strict";
import { connect } from "node:net";
import type { Family } from "../case.ts";
import { asks, under, write } from "../expectations.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

const BOMB = `a: &a [x,x,x,x,x,x,x,x,x]\n${["b", "c", "d", "e", "f", "g"].map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefg"[at]}`).join(",")}]`).join("\n")}\n`;

export const load: Family = {
  letter: "K",
  title: "Load, and what it depends on",
  cases: [
    {
      id: "K1",
      attack: "one agent that uses the account's limits up: the others and the owner keep their share",
      heldBy: "src/klaviyo/limits.test.ts",
    },
    {
      id: "K3",
      attack: "clients that send nothing more: the others are served",
      doors: ["http"],
      async run({ range, door }) {
        const sockets = Array.from({ length: 50 }, () => connect(range.http.port, "127.0.0.1"));
        for (const socket of sockets) {
          socket.on("error", () => undefined);
          socket.write("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n");
        }
        assert.equal((await door.call("read", { action: "get_lists", args: {} })).status, "done");
        for (const socket of sockets) socket.destroy();
      },
    },
    {
      id: "K4",
      attack: "approvals without end: capped, and nothing that waits is pushed out",
      alone: true,
      async run(lane) {
        await under(lane, `${USUAL_POLICY}caps: { pending_approvals: { at_once: 3 } }\n`, USUAL_POLICY, async () => {
          const first = await asks(lane, ["create_list", { name: lane.unique("k4 first") }]);
          const told = [];
          for (let n = 0; n < 10; n++) told.push((await write(lane, ["create_list", { name: lane.unique(`k4 ${n}`) }])).status);
          assert.deepEqual(told, [...Array.from({ length: 2 }, () => "approval_required"), ...Array.from({ length: 8 }, () => "denied")]);
          assert.equal((await lane.range.gate.approval(await lane.range.caller(), first)).status, "pending");
        });
      },
    },
    {
      id: "K5",
      attack: "an account that is down: at most one try in ten is a repetition",
      alone: true,
      slow: true,
      async run({ range, door }) {
        const { control } = range.shop.sandbox;
        range.clock.advance(120_000);
        const before = control.ledger().at(-1)?.n ?? 0;
        control.setFaults([{ match: { method: "GET" }, fault: "error_before" }]);
        const reads = 200;
        for (let n = 0; n < reads; n++) await door.call("read", { action: "get_list", args: { id: `Abc${n}` } });
        control.clearFaults();
        const tried = control.ledger(before).length;
        // The budget begins with a few tries that nobody has earned yet.
        // After some of them the account is left alone, so it may be far fewer tries than reads.
        assert.ok(tried > 0 && tried <= reads * 1.1 + 10, `${tried} tries for ${reads} reads`);
      },
    },
    {
      id: "K6",
      attack: "an account that was down for a while: what is tried first is a read, also where a write is asked",
      alone: true,
      effects: 1,
      async run(lane) {
        const { range, door } = lane;
        const { control } = range.shop.sandbox;
        const name = lane.unique("k6");
        await under(lane, OPEN_POLICY, USUAL_POLICY, async () => {
          control.setFaults([{ match: {}, fault: "error_before" }]);
          for (let n = 0; n < 10; n++) await door.call("read", { action: "get_list", args: { id: `Abc${n}` } });
          const down = control.ledger().at(-1)?.n ?? 0;
          assert.equal((await write(lane, ["create_list", { name }])).code, "unreachable");
          assert.deepEqual(control.ledger(down), []);
          control.clearFaults();
          range.clock.advance(120_000);
          assert.equal((await write(lane, ["create_list", { name }])).status, "done");
          assert.deepEqual(
            control
              .ledger(down)
              .map(({ method }) => method)
              .slice(0, 2),
            ["GET", "POST"],
          );
        });
      },
    },
    {
      id: "K8",
      attack:
        "a policy that is empty, cut off, of another version, a bomb, or gone: writes are denied, or stay as the last good one had them; never more",
      alone: true,
      async run(lane) {
        for (const text of [
          "",
          " ",
          "version: 1\npres",
          "version: 2\npreset: operator\nrules: []\n",
          "[]",
          "null",
          BOMB,
          "version: 1\npreset: operator\nrules: []\nextra: 1\n",
          "version: 1\npreset: opreator\n",
          `version: 1\npreset: operator\nrules: [{id: a, effect: allow, actions: [no_such_action]}]\n`,
          "\u0000\u0001",
        ]) {
          await under(lane, text, USUAL_POLICY, async () => {
            const { status } = await write(lane, ["create_list", { name: lane.unique(`k8 ${text.length}`) }]);
            assert.ok(["denied", "approval_required"].includes(status), `${JSON.stringify(text.slice(0, 30))}: ${status}`);
            assert.equal((await lane.door.call("read", { action: "get_lists", args: {} })).status, "done");
          });
        }
      },
    },
  ],
};
