import assert from "node:assert/strict";
import { connect } from "node:net";
import type { Case, Lane } from "../case.ts";
import { callMessage } from "../doors.ts";
import { asks, denies, effectCount, runs, under, write } from "../expectations.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

const body = (lane: Lane): string =>
  callMessage("write", JSON.stringify({ action: "create_list", args: { name: lane.unique("door") }, reason: "x" }));

/** Bytes to the HTTP port as they are, and what came back until it was closed or went quiet. */
function speak({ range }: Lane, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(range.http.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += String(chunk);
      // One answer is enough: what would follow is a second one, which the case looks for.
      if (/\r\n\r\n[\s\S]/.test(text)) socket.end();
    });
    socket.on("error", () => resolve(text));
    socket.on("close", () => resolve(text));
    socket.end(bytes);
  });
}

/** Cases beside those of the list: the doors, and what an agent has read before it comes. */
export const DOOR_NEIGHBOURS: readonly Case[] = [
  {
    id: "D2",
    attack: "two lengths, a length and chunks, and a second request hidden behind the first",
    doors: ["http"],
    async run(lane) {
      const { tokens, http } = lane.range;
      const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${http.port}\r\nAuthorization: Bearer ${tokens.claude}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n`;
      const message = body(lane);
      for (const bytes of [
        `${head}Content-Length: ${message.length}\r\nContent-Length: 2\r\n\r\n${message}`,
        `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${message.length.toString(16)}\r\n${message}\r\n0\r\n\r\n`,
        `${head}Transfer-Encoding: chunked, identity\r\n\r\n${message}`,
        `${head}Content-Length: +${message.length}\r\n\r\n${message}`,
        `${head}Content-Length: 2\r\nX: y\nContent-Length: ${message.length}\r\n\r\n${message}`,
        `${head.replace("Authorization: Bearer", "Authorization : Bearer")}Content-Length: ${message.length}\r\n\r\n${message}`,
      ]) {
        const text = await speak(lane, bytes);
        assert.ok(!/approval_required|"done"/.test(text), text.slice(0, 200));
        assert.match(text, /^(HTTP\/1\.1 4|$)/);
      }
    },
  },
  {
    id: "D8",
    attack: "a token in the address, in a cookie, twice, or beside another",
    doors: ["http"],
    async run(lane) {
      const { tokens, http } = lane.range;
      const init = (headers: Record<string, string>) => ({
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
        body: body(lane),
      });
      for (const [query, headers] of [
        [`?access_token=${tokens.claude}`, {}],
        [`?token=${tokens.claude}`, {}],
        ["", { cookie: `token=${tokens.claude}` }],
        ["", { "x-api-key": tokens.claude }],
        ["", { authorization: `Basic ${Buffer.from(`x:${tokens.claude}`).toString("base64")}` }],
        ["", { authorization: `Bearer ${tokens.claude}, Bearer ${tokens.rival}` }],
        ["", { authorization: `Bearer ${tokens.claude} ${tokens.rival}` }],
        ["", { authorization: tokens.claude }],
      ] as [string, Record<string, string>][]) {
        const { status } = await fetch(`${http.url}/mcp${query}`, init(headers));
        assert.equal(status, 401, `${query} ${Object.keys(headers).join()}`);
      }
    },
  },
  {
    id: "N1",
    attack: "a tainted agent goes round by a plan, by another name of the action, or by way of a first harmless call",
    async run(lane) {
      const { range, door } = lane;
      const feed = (word: string) => ({
        action: "create_web_feed",
        args: {
          name: lane.unique(word).replaceAll(" ", "_"),
          url: "https://feeds.shop.example/a.json",
          request_method: "get",
          content_type: "json",
        },
      });
      await under(lane, `${OPEN_POLICY}egress: { hosts: [feeds.shop.example] }\n`, USUAL_POLICY, async () => {
        await door.call("read", { action: "get_reviews", args: { page_size: 2 } });
        await asks(lane, ["plan", { calls: [feed("n1 a"), feed("n1 b")] }]);
        const { args } = feed("n1 c");
        for (const alias of range.app.catalog.find("create_web_feed")?.aliases ?? []) await asks(lane, [alias, args]);
        await runs(lane, ["create_tag", { name: lane.unique("n1 harmless") }]);
        await asks(lane, ["create_web_feed", args]);
        assert.equal(effectCount(lane), 1);
      });
    },
    effects: 1,
  },
  {
    id: "N1",
    attack: "a send by an agent that has read what outsiders wrote: asked, whatever the rules allow",
    async run(lane) {
      const { range, door } = lane;
      const send = range.app.catalog.find("send_campaign") ?? assert.fail();
      await under(lane, OPEN_POLICY, USUAL_POLICY, async () => {
        await door.call("read", { action: "get_reviews", args: { page_size: 2 } });
        await asks(lane, [send.id, await range.requests.argsFor(send)]);
      });
    },
  },
  {
    id: "F4",
    attack: "the policy is tightened while calls that it allowed are under way: what is denied by then has no later intent",
    alone: true,
    effects: "some",
    async run(lane) {
      const { range } = lane;
      range.setPolicy(OPEN_POLICY);
      const calls = Array.from({ length: 30 }, (_, n) => write(lane, ["create_tag", { name: lane.unique(`f4 ${n}`) }]));
      await Promise.race(calls);
      range.setPolicy("version: 1\npreset: locked\nrules: []\n");
      await denies(lane, ["create_tag", { name: lane.unique("f4 late") }]).catch(() => undefined);
      const told = await Promise.all(calls);
      const done = told.filter(({ status }) => status === "done").length;
      assert.equal(effectCount(lane), done, told.map(({ status }) => status).join());
      await denies(lane, ["create_tag", { name: lane.unique("f4 later") }]);
    },
  },
];
