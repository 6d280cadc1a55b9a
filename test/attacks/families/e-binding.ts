import assert from "node:assert/strict";
import { callMessage } from "../doors.ts";
import type { Family, Lane } from "../case.ts";
import { asks, effectCount, runs, under, write } from "../expectations.ts";
import { USUAL_POLICY } from "../range.ts";

const HOUR_MS = 3_600_000;
const HELD_MS = 61_000;

const statusOf = async ({ range }: Lane, approval: string): Promise<string> =>
  (await range.gate.approval(await range.caller(), approval)).status;

export const binding: Family = {
  letter: "E",
  title: "What an approval binds",
  cases: [
    {
      id: "E1",
      attack: "asked and never answered: it runs out, and a late yes comes to nothing",
      async run(lane) {
        const approval = await asks(lane, ["create_list", { name: lane.unique("e1") }]);
        lane.range.clock.advance(24 * HOUR_MS + 1);
        assert.equal(await statusOf(lane, approval), "expired");
        await assert.rejects(lane.range.approve(approval, true), { code: "conflict" });
      },
    },
    {
      id: "E2",
      attack: "after the yes, other arguments, another action, another agent: each is asked anew and uses nothing up",
      async run(lane) {
        const name = lane.unique("e2");
        const approval = await asks(lane, ["create_list", { name }]);
        await lane.range.approve(approval);
        assert.notEqual(await asks(lane, ["create_list", { name: `${name}!` }]), approval);
        assert.notEqual(await asks(lane, ["create_list", { name, opt_in_process: "single_opt_in" }]), approval);
        assert.notEqual(await asks(lane, ["create_tag", { name }]), approval);
        for (const agent of ["rival", "outsider"] as const) {
          const door = await lane.range.door(lane.door.name, agent);
          assert.notEqual(await asks({ ...lane, door }, ["create_list", { name }]), approval);
        }
        assert.equal(await statusOf(lane, approval), "approved");
      },
    },
    {
      id: "E3",
      attack: "the same JSON in another order and with other spaces is the same call",
      async run(lane) {
        const email = `e3-${lane.unique("x").replace(" ", "")}@example.com`;
        const approval = await asks(lane, ["create_profile", { email, first_name: "A", location: { city: "B", country: "C" } }]);
        const text = `{ "location" : {"country":"C" ,\t"city":"\\u0042"}, "first_name":"A" , "email" : "${email}" }`;
        const { text: answer } = await lane.door.raw(callMessage("write", `{"reason":"y","args":${text},"action":"create_profile"}`));
        assert.ok(answer.includes(approval), answer.slice(0, 200));
      },
    },
    {
      id: "E4",
      attack: "one yes used fifty times at once, and again afterwards: sent once",
      effects: 1,
      async run(lane) {
        const args = { name: lane.unique("e4") };
        await lane.range.approve(await asks(lane, ["create_list", args]));
        const told = await Promise.all(Array.from({ length: 50 }, () => write(lane, ["create_list", args])));
        assert.ok(told.some(({ status }) => status === "done"));
        assert.equal(effectCount(lane), 1);
        for (let again = 0; again < 3; again++) await write(lane, ["create_list", args]);
      },
    },
    {
      id: "E6",
      attack: "what it acts on changes between the card and the use: the yes is void",
      async run(lane) {
        const { range } = lane;
        const id = await range.requests.idsFor({ channel: "stable" }).fresh("tag");
        const approval = await asks(lane, ["update_tag", { id, name: lane.unique("e6") }]);
        await range.shop.call("PATCH", `/api/tags/${id}`, { data: { type: "tag", id, attributes: { name: lane.unique("moved") } } });
        assert.equal((await range.approve(approval, true)).status, "voided");
      },
    },
    {
      id: "E6",
      attack: "an audience that grows while the send is held",
      async run(lane) {
        const { range } = lane;
        const send = range.app.catalog.find("send_campaign") ?? assert.fail();
        const args = await range.requests.argsFor(send);
        const approval = await asks(lane, ["send_campaign", args]);
        const { card } = await range.gate.approval(await range.caller(), approval);
        const [audience] = card.audience;
        assert.ok(audience, "the card names the audience");
        // A send is held after the yes: what it rests on is looked at again when its time comes.
        assert.equal((await range.approve(approval, true)).status, "approved");
        // A few may come and go; this is more than a few.
        const people: { type: "profile"; id: string }[] = [];
        for (let n = 0; n < 6; n++) {
          const email = `${lane.unique(`late${n}`).replace(" ", "")}@example.com`;
          const made = await range.shop.call("POST", "/api/profiles", { data: { type: "profile", attributes: { email } } });
          people.push({ type: "profile", id: /"id":"(\w+)"/.exec(made.text)?.[1] ?? assert.fail(made.text) });
        }
        await range.shop.call("POST", `/api/lists/${audience.id}/relationships/profiles`, { data: people });
        range.clock.advance(HELD_MS);
        await range.gate.sendDue();
        assert.equal(await statusOf(lane, approval), "voided");
      },
    },
    {
      id: "E8",
      attack: "two questions that are alike, answered in the other order: each answer is of its own",
      effects: 1,
      async run(lane) {
        const [first, second] = [lane.unique("e8 first"), lane.unique("e8 second")];
        const one = await asks(lane, ["create_list", { name: first }]);
        const other = await asks(lane, ["create_list", { name: second }]);
        assert.equal((await lane.range.approve(other, true)).status, "done");
        const lists = (await lane.range.shop.ask("/api/lists", { sort: "-created" })).text;
        assert.ok(lists.includes(second) && !lists.includes(first));
        assert.equal(await statusOf(lane, one), "pending");
        await lane.range.gate.deny(one, "the owner", null);
      },
    },
    {
      id: "E9",
      attack: "“always allow this” is a policy change with a scope; other arguments are asked, and risk 4 and 5 cannot be standing",
      effects: 2,
      async run(lane) {
        const { range, door } = lane;
        const { gate } = range;
        const args = { name: lane.unique("e9") };
        const approval = await asks(lane, ["create_list", args]);
        try {
          assert.equal((await gate.approve(approval, "the owner", { run: true, always: "call" })).status, "done");
          // The agent was told to call again: that tells it what became of it, and is no second list.
          assert.match((await runs(lane, ["create_list", args])).text, /ran earlier/);
          assert.equal(effectCount(lane), 1);
          await runs(lane, ["create_list", args]);
          await asks(lane, ["create_list", { ...args, opt_in_process: "single_opt_in" }]);
          await asks({ ...lane, door: await range.door(door.name, "rival") }, ["create_list", args]);
          const grave = await asks(lane, ["bulk_suppress_profiles", { profiles: [{ email: "e9@example.com" }] }]);
          for (const always of ["call", "action"] as const)
            await assert.rejects(gate.approve(grave, "the owner", { run: true, always }), { code: "usage" });
          assert.equal(await statusOf(lane, grave), "pending");
        } finally {
          range.setPolicy(USUAL_POLICY);
        }
      },
    },
    {
      id: "E10",
      attack: "a yes a moment before its end, used after it; a clock that was set back",
      async run(lane) {
        const { range } = lane;
        const late = ["create_list", { name: lane.unique("e10 late") }] as const;
        const first = await asks(lane, [...late]);
        range.clock.advance(24 * HOUR_MS - 1);
        await range.approve(first);
        range.clock.advance(HOUR_MS + 1);
        assert.notEqual(await asks(lane, [...late]), first);
        const back = ["create_list", { name: lane.unique("e10 back") }] as const;
        const second = await asks(lane, [...back]);
        await range.approve(second);
        const now = range.clock.now();
        range.clock.set(now - 61_000);
        try {
          assert.notEqual((await write(lane, [...back])).status, "done");
        } finally {
          range.clock.set(now);
        }
      },
    },
    {
      id: "E12",
      attack: "approved with a change by the owner: a new digest, and the agent is told what ran",
      effects: 1,
      async run(lane) {
        const { gate, approve } = lane.range;
        const [asked, changed] = [{ name: lane.unique("e12 asked") }, { name: lane.unique("e12 changed") }];
        const approval = await asks(lane, ["create_list", asked]);
        const edited = await gate.edit(approval, "the owner", changed);
        assert.notEqual(edited.digest, (await gate.approval(await lane.range.caller(), approval)).digest);
        await assert.rejects(approve(approval, true), { code: "conflict" });
        await approve(edited.approval_id, true);
        const told = await write(lane, ["create_list", asked]);
        assert.ok(told.status === "done" && told.text.includes(changed.name), told.text);
        const lists = (await lane.range.shop.ask("/api/lists", { sort: "-created" })).text;
        assert.ok(lists.includes(changed.name) && !lists.includes(asked.name));
      },
    },
    {
      id: "E13",
      attack: "an approved plan: a further call, another order, another value, or one of its calls alone is asked anew",
      effects: 2,
      async run(lane) {
        const step = (word: string) => ({ action: "create_list", args: { name: lane.unique(`e13 ${word}`) } });
        const [one, two, three] = [step("one"), step("two"), step("three")];
        const approval = await asks(lane, ["plan", { calls: [one, two] }]);
        await lane.range.approve(approval);
        for (const calls of [
          [one, two, three],
          [two, one],
          [one, three],
          [one, one, two],
        ])
          assert.notEqual(await asks(lane, ["plan", { calls }]), approval);
        assert.notEqual(await asks(lane, ["create_list", one.args]), approval);
        assert.equal((await write(lane, ["plan", { calls: [one, two] }])).status, "done");
        assert.equal(effectCount(lane), 2);
        assert.notEqual((await write(lane, ["plan", { calls: [two, one] }])).status, "done");
      },
    },
    {
      id: "E15",
      attack: "a record of an approval that was changed past the gate is never used, whatever was changed",
      async run(lane) {
        const { range } = lane;
        const { approvals } = range.app.store;
        const forged = { digest: "f".repeat(63) + lane.door.name.length };
        for (const patch of [
          forged,
          { policy_version: 99 },
          { use_by: range.clock.now() * 2 },
          { decided_by: "someone" },
          { hmac: "" },
          { card: "{}" },
        ]) {
          const args = { name: lane.unique(`e15 ${Object.keys(patch).join()}`) };
          const approval = await asks(lane, ["create_list", args]);
          await range.approve(approval);
          await approvals.transition(approval, ["approved"], "approved", patch);
          await write(lane, ["create_list", args]);
          assert.equal(effectCount(lane), 0, Object.keys(patch).join());
        }
      },
    },
    {
      id: "E15",
      attack: "a yes that was written past the gate",
      alone: true,
      forges: true,
      async run(lane) {
        const args = { name: lane.unique("e15 status") };
        const approval = await asks(lane, ["create_list", args]);
        await lane.range.app.store.approvals.transition(approval, ["pending"], "approved", {
          decided_by: "the owner",
          decided_at: lane.range.clock.now(),
        });
        await write(lane, ["create_list", args]);
        await assert.rejects(lane.range.approve(approval, true));
      },
    },
    {
      id: "E2",
      attack: "the policy changes after the yes, to the same words or to others: void",
      async run(lane) {
        const args = { name: lane.unique("e2 policy") };
        const approval = await asks(lane, ["create_list", args]);
        await lane.range.approve(approval);
        await under(lane, `${USUAL_POLICY}# another version\n`, USUAL_POLICY, async () => {
          assert.notEqual((await write(lane, ["create_list", args])).status, "done");
        });
      },
    },
  ],
};
