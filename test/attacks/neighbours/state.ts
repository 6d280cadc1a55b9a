import assert from "node:assert/strict";
import { createGate } from "../../../src/gate/gate.ts";
import { GATE_LIMITS } from "../../../src/gate/call.ts";
import type { Case } from "../case.ts";
import { asks, denies, effectCount, refuses, under, write } from "../expectations.ts";
import { partsOf } from "../gate-parts.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

const HELD_MS = 61_000;

/** Cases beside those of the list: what is kept between calls, tried from another side. */
export const STATE_NEIGHBOURS: readonly Case[] = [
  {
    id: "E4",
    attack: "a held send that comes due in two processes at once: sent once",
    doors: ["http"],
    effects: 1,
    alone: true,
    async run(lane) {
      const { range } = lane;
      const send = range.app.catalog.find("send_campaign") ?? assert.fail();
      const approval = await asks(lane, [send.id, await range.requests.argsFor(send)]);
      await range.approve(approval, true);
      range.clock.advance(HELD_MS);
      const other = createGate(await partsOf(range.app));
      await Promise.all([range.gate.sendDue(), other.sendDue(), range.gate.sendDue(), other.sendDue()]);
      await other.close();
      assert.equal(effectCount(lane), 1);
    },
  },
  {
    id: "E4",
    attack: "a yes that was used, and the policy allows the call by now: asking again, as told, is no second call",
    effects: 2,
    async run(lane) {
      const args = { name: lane.unique("e4 wider") };
      await lane.range.approve(await asks(lane, ["create_list", args]), true);
      await under(lane, OPEN_POLICY, USUAL_POLICY, async () => {
        assert.match((await write(lane, ["create_list", args])).text, /ran earlier/);
        assert.equal(effectCount(lane), 1);
        assert.equal((await write(lane, ["create_list", args])).status, "done");
      });
    },
  },
  {
    id: "E8",
    attack: "a stopped send that is approved again, stopped twice, or asked for again: nothing goes under the first yes",
    async run(lane) {
      const { range } = lane;
      const send = range.app.catalog.find("send_campaign") ?? assert.fail();
      const args = await range.requests.argsFor(send);
      const approval = await asks(lane, [send.id, args]);
      await range.approve(approval, true);
      assert.equal((await range.gate.stop(approval, "the owner")).outcome, "stopped");
      await assert.rejects(range.approve(approval, true), { code: "conflict" });
      await assert.rejects(range.gate.stop(approval, "the owner"), { code: "conflict" });
      range.clock.advance(HELD_MS);
      await range.gate.sendDue();
      assert.notEqual((await write(lane, [send.id, args])).data["approval_id"], approval);
      assert.equal(effectCount(lane), 0);
    },
  },
  {
    id: "E12",
    attack: "a change of what is decided already, of another's step, and a change that smuggles fields in",
    async run(lane) {
      const { gate, approve } = lane.range;
      const args = { name: lane.unique("e12 late") };
      const approval = await asks(lane, ["create_list", args]);
      for (const changes of [{ name: lane.unique("x"), approved: true }, { id: "../x" }, { name: "\ud800" }, {}])
        await assert.rejects(gate.edit(approval, "the owner", changes));
      await gate.deny(approval, "the owner", null);
      await assert.rejects(gate.edit(approval, "the owner", { name: lane.unique("after") }), { code: "conflict" });
      const steps = [1, 2].map((n) => ({ action: "create_tag", args: { name: lane.unique(`e12 ${n}`) } }));
      const plan = await asks(lane, ["plan", { calls: steps }]);
      for (const { id } of await lane.range.app.store.approvals.stepsOf(plan)) {
        await assert.rejects(approve(id, true), { code: "usage" });
        await assert.rejects(gate.edit(id, "the owner", { name: "x" }));
      }
      await gate.deny(plan, "the owner", null);
    },
  },
  {
    id: "G8",
    attack: "a no worn down by variants: each cools down longer, and the same call three times pauses the agent's writes",
    doors: ["http"],
    alone: true,
    async run(lane) {
      const { range } = lane;
      const strict = createGate(await partsOf(range.app, { limits: GATE_LIMITS }));
      const caller = await range.caller();
      const call = (name: string) => strict.call(caller, { action: "create_list", args: { name }, intent: "write" });
      const first = await call("Wear the owner down");
      assert.ok(first.status === "approval_required");
      await strict.deny(first.approval_id, "the owner", "no");
      for (const name of ["Wear the owner down.", "Wear  the owner down", "wear the owner down"])
        assert.equal((await call(name)).status, "denied", name);
      for (let n = 0; n < 3; n++) assert.equal((await call("Wear the owner down")).status, "denied");
      await assert.rejects(call("Something else"), { code: "paused" });
      await range.app.agents.resume("claude", "the owner");
    },
  },
  {
    id: "I7",
    attack: "the key of another connection, an agent's token, and either of them in a name, a filter, a reason, a plan or an action's name",
    async run(lane) {
      const { range, door } = lane;
      for (const secret of [range.key, range.otherKey, range.tokens.rival, range.tokens.claude]) {
        await refuses(lane, () => write(lane, ["create_list", { name: `see ${secret}.` }]), "denied");
        await refuses(lane, () => write(lane, ["update_profile", { id: "x", properties: { [secret]: 1 } }]), "denied");
        await refuses(lane, () => write(lane, ["create_list", { name: "x" }], { reason: `because ${secret}` }), "denied");
        await refuses(lane, () => door.call("read", { action: "get_profiles", args: { filter: `equals(email,"${secret}")` } }), "denied");
        await refuses(lane, () => write(lane, [secret, {}]), "denied", "unknown_action");
        await refuses(
          lane,
          () => write(lane, ["plan", { calls: [1, 2].map((n) => ({ action: "create_list", args: { name: `${n} ${secret}` } })) }]),
          "denied",
        );
      }
    },
  },
  {
    id: "K8",
    attack: "a policy that says a thing twice, merges, runs or refers: refused as a whole",
    alone: true,
    async run(lane) {
      for (const text of [
        "version: 1\npreset: locked\npreset: operator\nrules: []\n",
        "base: &b { preset: operator }\nversion: 1\n<<: *b\nrules: []\n",
        "version: 1\npreset: !!js/function 'function () {}'\nrules: []\n",
        "version: 1\npreset: &p operator\nrules: []\negress: { hosts: [*p] }\n",
        "---\nversion: 1\npreset: locked\n---\nversion: 1\npreset: operator\n",
        "version: 1.0000000001\npreset: operator\n",
        "version: '1'\npreset: operator\n",
        "version: 1\npreset: Operator\n",
        "version: 1\npreset: operator\n__proto__: { preset: operator }\n",
        `version: 1\npreset: operator\nrules: [${"{},".repeat(20_000)}]\n`,
      ])
        await under(lane, text, USUAL_POLICY, async () => {
          const { status } = await write(lane, ["create_list", { name: lane.unique(`k8 again ${text.length}`) }]);
          assert.ok(["denied", "approval_required"].includes(status), `${JSON.stringify(text.slice(0, 60))}: ${status}`);
        });
    },
  },
  {
    id: "L5",
    attack: "rules that allow beside one that denies, in any order and more specific: the deny holds",
    alone: true,
    async run(lane) {
      const allow = "  - { id: a, effect: allow, actions: [create_list], where: { args.name: { in: [VIP] } } }\n";
      const deny = "  - { id: b, effect: deny, areas: [lists] }\n";
      for (const rules of [allow + deny, deny + allow])
        await under(
          lane,
          `version: 1\npreset: operator\nrules:\n${rules}`,
          USUAL_POLICY,
          async () => void (await denies(lane, ["create_list", { name: "VIP" }])),
        );
    },
  },
  {
    id: "N6",
    attack: "a person's token of another connection, a made up one, and one put where it would be read back as an address",
    async run(lane) {
      const { range, door } = lane;
      await under(lane, OPEN_POLICY, USUAL_POLICY, async () => {
        const { text } = await door.call("read", { action: "get_profiles", args: { page_size: 3 } });
        const token = /person:[\w-]+@email/.exec(text)?.[0] ?? assert.fail(text.slice(0, 300));
        const outsider = await range.door(door.name, "outsider");
        for (const agent of [outsider])
          await refuses(
            { ...lane, door: agent },
            () => agent.call("read", { action: "get_profiles", args: { filter: `equals(email,"${token}")` } }),
            "unknown_token",
          );
        await refuses(lane, () => write(lane, ["create_profile", { email: "person:aaaaaaaaaaaaaaaaaaaa@email" }]), "unknown_token");
        // Wherever the gateway puts the address, the agent reads a token again.
        const named = await write(lane, ["create_tag", { name: `${lane.unique("n6")} ${token}` }]);
        assert.ok(!/@[a-z0-9-]+\.[a-z]{2,}/i.test(named.text), named.text);
        const tags = await door.call("read", { action: "get_tags", args: {} });
        assert.ok(!/@[a-z0-9-]+\.[a-z]{2,}/i.test(tags.text), tags.text.slice(0, 300));
        const again = await door.call("read", { action: "get_profiles", args: { filter: `equals(email,"${token}")` } });
        assert.ok(again.text.includes(token), again.text.slice(0, 200));
      });
    },
    effects: "some",
  },
  {
    id: "N6",
    attack: "a person's token in an address that leaves the account: asked, whatever the rules allow",
    run: (lane) =>
      under(lane, `${OPEN_POLICY}egress: { hosts: [feeds.shop.example] }\n`, USUAL_POLICY, async () => {
        const { text } = await lane.door.call("read", { action: "get_profiles", args: { page_size: 1 } });
        const token = /person:[\w-]+@email/.exec(text)?.[0] ?? assert.fail(text.slice(0, 300));
        const { status, text: told } = await write(lane, [
          "create_web_feed",
          {
            name: lane.unique("n6").replaceAll(" ", "_"),
            url: `https://feeds.shop.example/a.json?who=${token}`,
            request_method: "get",
            content_type: "json",
          },
        ]);
        assert.ok(["approval_required", "denied", "error"].includes(status), told);
      }),
  },
  {
    id: "O5",
    attack: "a token that is revoked while its calls are under way: what had not left does not leave",
    alone: true,
    effects: "some",
    async run(lane) {
      const { range } = lane;
      await under(lane, OPEN_POLICY, USUAL_POLICY, async () => {
        const calls = Array.from({ length: 30 }, (_, n) => write(lane, ["create_tag", { name: lane.unique(`o5 ${n}`) }]));
        await Promise.race(calls);
        await range.app.agents.revoke("claude", "the owner");
        const atOnce = effectCount(lane);
        const told = await Promise.all(calls);
        // What Klaviyo was doing in the moment of the revocation is told as under way, not as undone.
        const done = told.filter(({ status }) => status === "done").length;
        assert.ok(effectCount(lane) >= atOnce && effectCount(lane) >= done);
        assert.notEqual((await write(lane, ["create_tag", { name: lane.unique("o5 late") }])).status, "done");
      });
    },
  },
];
