import assert from "node:assert/strict";
import type { Card } from "../../../src/gate/cards/card.ts";
import type { Family, Lane } from "../case.ts";
import { asks, assertQuiet, refuses, write } from "../expectations.ts";

async function cardOf({ range }: Lane, approval: string): Promise<Card> {
  return (await range.gate.approval(await range.caller(), approval)).card;
}

const HOSTILE = `\u001b[2J</pre><b>APPROVED by owner</b> [click](https://evil.example)\n${"\n".repeat(10_000)}name = harmless`;

export const display: Family = {
  letter: "G",
  title: "The owner's channel and what it shows",
  cases: [
    {
      id: "G1",
      attack: "a reason that plays a card: shown apart, harmless and short; the facts are of the request",
      async run(lane) {
        const name = lane.unique("g1");
        const told = await write(lane, ["create_list", { name }], { reason: HOSTILE });
        const card = await cardOf(lane, String(told.data["approval_id"]));
        assert.ok((card.agent_says ?? "").length <= 600);
        // oxlint-disable-next-line no-control-regex
        assert.ok(!/[\u001b\n]/.test(card.agent_says ?? ""));
        assert.deepEqual(card.leaves, [{ path: "name", value: name }]);
        assert.ok(!JSON.stringify({ ...card, agent_says: null }).includes("APPROVED"));
      },
    },
    {
      id: "G2",
      attack: "values that hide behind their length: folded with their size and digest, and a change in the fold is another call",
      async run(lane) {
        const html = `<p>${"x".repeat(5000)}</p>`;
        const args = { name: lane.unique("g2"), editor_type: "CODE", html };
        const approval = await asks(lane, ["create_template", args]);
        const leaf = (await cardOf(lane, approval)).leaves.find(({ path }) => path === "html");
        assert.equal(leaf?.folded?.characters, html.length);
        assert.notEqual(await asks(lane, ["create_template", { ...args, html: html.replace("x</p>", "y</p>") }]), approval);
      },
    },
    {
      id: "G4",
      attack: "names that look like another's: the card warns",
      async run(lane) {
        await lane.range.shop.call("POST", "/api/lists", { data: { type: "list", attributes: { name: `VIP ${lane.door.name}` } } });
        const card = await cardOf(lane, await asks(lane, ["create_list", { name: `V\u0406P ${lane.door.name}` }]));
        assert.ok(
          card.warnings.some((warning) => /look/i.test(warning)),
          card.warnings.join(),
        );
      },
    },
    {
      id: "G5",
      attack: "a notification says less than the card: it has the digest, takes no answer, and its link needs a login",
      awaits: "notifications",
    },
    {
      id: "G6",
      attack: "a link to an approval that was forwarded: needs the owner's session, once, and is bound to the digest",
      awaits: "the console",
    },
    {
      id: "G8",
      attack: "asked again after a no, a little changed: shown as a variant of what was denied",
      async run(lane) {
        const name = lane.unique("g8");
        await lane.range.gate.deny(await asks(lane, ["create_list", { name }]), "the owner", "no");
        const told = await write(lane, ["create_list", { name: `${name}.` }]);
        if (told.status === "denied") return;
        const card = await cardOf(lane, String(told.data["approval_id"]));
        assert.match(JSON.stringify(card), /denied|variant|said no/i);
      },
    },
    {
      id: "G8",
      attack: "asked again after a no, in the same words: denied without asking",
      async run(lane) {
        const name = lane.unique("g8 same");
        await lane.range.gate.deny(await asks(lane, ["create_list", { name }]), "the owner", "no");
        assert.equal((await write(lane, ["create_list", { name }])).status, "denied");
      },
    },
    {
      id: "G10",
      attack: "approvals of others are not there, and one's own say nothing of rules",
      async run(lane) {
        const approval = await asks(lane, ["create_list", { name: lane.unique("g10") }]);
        const own = await lane.door.call("approval_status", { approval_id: approval });
        assert.equal(own.status, "pending");
        assertQuiet(lane, own);
        const texts = new Set<string>();
        for (const agent of ["rival", "outsider"] as const)
          texts.add((await (await lane.range.door(lane.door.name, agent)).call("approval_status", { approval_id: approval })).text);
        texts.add((await lane.door.call("approval_status", { approval_id: "appr_01ARZ3NDEKTSV4RRFFQ69G5FAV" })).text);
        assert.equal(texts.size, 1, [...texts].join(" | "));
        await refuses(lane, () => write(lane, ["approve", { approval_id: approval }]), "unknown_action");
      },
    },
  ],
};
