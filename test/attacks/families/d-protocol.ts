import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { callMessage } from "../doors.ts";
import type { Family, Lane } from "../case.ts";
import { asks } from "../expectations.ts";

const WRITE = (lane: Lane): string =>
  callMessage("write", JSON.stringify({ action: "create_list", args: { name: lane.unique("raw") }, reason: "x" }));
const READ = callMessage("read", '{"action":"get_lists","args":{}}', 2);

async function refusesRaw(lane: Lane, message: string | Uint8Array, headers: Record<string, string> = {}, statuses = [400]): Promise<void> {
  const { status, text } = await lane.door.raw(message, headers);
  assert.ok(lane.door.name === "stdio" ? /"error":/.test(text) : statuses.includes(status), `${status} ${text.slice(0, 160)}`);
  assert.ok(!/approval_required|"done"/.test(text), text.slice(0, 160));
}

const post = (lane: Lane, path: string, init: RequestInit): Promise<Response> => fetch(`${lane.range.http.url}${path}`, init);

export const protocol: Family = {
  letter: "D",
  title: "Transport and protocol",
  cases: [
    { id: "D1", attack: "a batch of a read and a write", run: (lane) => refusesRaw(lane, `[${READ},${WRITE(lane)}]`) },
    {
      id: "D2",
      attack: "bodies of other media types, compressed ones, and parts",
      doors: ["http"],
      async run(lane) {
        for (const type of [
          "text/plain",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "application/json; charset=utf-16",
          "application/jsonp",
          "text/json",
          "application/json, text/plain",
        ])
          await refusesRaw(lane, WRITE(lane), { "content-type": type }, [415]);
        await refusesRaw(lane, gzipSync("x".repeat(1_000_000)), { "content-encoding": "gzip" }, [415]);
        const { text } = await lane.door.raw(WRITE(lane), { "content-type": "Application/JSON ; charset=UTF-8" });
        assert.match(text, /approval_required/);
      },
    },
    {
      id: "D4",
      attack: "rubbish that Klaviyo answers goes no further",
      async run({ range, door }) {
        for (const fault of ["html_error", "malformed_body", "torn_body", "redirect"] as const) {
          range.shop.sandbox.control.setFaults([{ match: { method: "GET" }, fault, location: "http://evil.example/" }]);
          const told = await door.call("read", { action: "get_lists", args: {} });
          range.shop.sandbox.control.clearFaults();
          assert.equal(told.status, "error", fault);
          assert.ok(!/<html|evil|<!doctype/i.test(told.text), told.text);
        }
      },
    },
    {
      id: "D5",
      attack: "two messages at once, trailing bytes, byte order marks, other encodings, bytes that are no text",
      async run(lane) {
        const message = WRITE(lane);
        for (const bytes of [`${message}${message}`, `${message} x`, `\ufeff${message}`, `${message},`]) await refusesRaw(lane, bytes);
        await refusesRaw(lane, Buffer.from(message.replace("create_list", "create_\xff").replace(/\n/g, ""), "latin1"));
        if (lane.door.name === "http") await refusesRaw(lane, Buffer.from(message, "utf16le"));
      },
    },
    {
      id: "D7",
      attack: "headers that say something else than the body",
      doors: ["http"],
      async run(lane) {
        await refusesRaw(lane, WRITE(lane), { "mcp-protocol-version": "1999-01-01" });
        const modern = { "mcp-protocol-version": "2026-07-28", "mcp-session-id": "" };
        const meta = {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "x", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": {},
        };
        const body = JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "write", arguments: { action: "create_list", args: { name: lane.unique("d7") }, reason: "x" }, _meta: meta },
        });
        await refusesRaw(lane, body, { ...modern, "mcp-method": "tools/list", "mcp-name": "read" });
        await refusesRaw(lane, body, { ...modern, "mcp-method": "tools/call", "mcp-name": "read" });
      },
    },
    {
      id: "D8",
      attack: "a session of another agent, of another connection, and guessed ones",
      doors: ["http"],
      async run(lane) {
        const open = await post(lane, "/mcp", {
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            authorization: `Bearer ${lane.range.tokens.claude}`,
          },
          body: '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}',
        });
        const session = open.headers.get("mcp-session-id") ?? "";
        assert.ok(session.length >= 32);
        for (const agent of ["rival", "outsider"] as const)
          await refusesRaw(lane, WRITE(lane), { "mcp-session-id": session, authorization: `Bearer ${lane.range.tokens[agent]}` }, [404]);
        for (const guess of ["x", `${session}A`, session.toLowerCase()])
          await refusesRaw(lane, WRITE(lane), { "mcp-session-id": guess }, [404]);
      },
    },
    {
      id: "D10",
      attack: "a call before the handshake, an old protocol, a second handshake: never a weaker policy",
      async run(lane) {
        const initialize = (version: string) =>
          `{"jsonrpc":"2.0","id":5,"method":"initialize","params":{"protocolVersion":"${version}","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`;
        for (const version of ["2024-11-05", "1999-01-01", "9999-01-01"])
          assert.doesNotMatch((await lane.door.raw(initialize(version))).text, /approved|"done"/);
        if (lane.door.name === "http") await refusesRaw(lane, WRITE(lane), { "mcp-session-id": "" });
        await asks(lane, ["create_list", { name: lane.unique("after handshakes") }]);
      },
    },
    {
      id: "D11",
      attack: "an agent's token on addresses that are the owner's",
      doors: ["http"],
      async run(lane) {
        const approval = await asks(lane, ["create_list", { name: lane.unique("d11") }]);
        for (const path of [
          `/approvals/${approval}/approve`,
          `/api/approvals/${approval}`,
          "/console",
          "/policy",
          "/mcp/approve",
          "/_sandbox/state",
          "/..",
        ])
          for (const method of ["POST", "PUT", "PATCH"]) {
            const { status } = await post(lane, path, {
              method,
              headers: { authorization: `Bearer ${lane.range.tokens.claude}`, "content-type": "application/json" },
              body: "{}",
            });
            assert.ok([401, 403, 404, 405].includes(status), `${method} ${path} ${status}`);
          }
        assert.equal((await lane.range.gate.approval(await lane.range.caller(), approval)).status, "pending");
      },
    },
    {
      id: "D12",
      attack: "a GET, a prefetch or a cross-site form never decides",
      doors: ["http"],
      async run(lane) {
        const approval = await asks(lane, ["create_list", { name: lane.unique("d12") }]);
        for (const path of [`/approvals/${approval}/approve`, `/approve?id=${approval}`, `/approvals/${approval}?decision=yes`]) {
          await post(lane, path, { method: "GET" });
          await post(lane, path, { method: "HEAD" });
          await post(lane, path, {
            method: "POST",
            headers: { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example" },
            body: "approve=1",
          });
        }
        assert.equal((await lane.range.gate.approval(await lane.range.caller(), approval)).status, "pending");
      },
    },
    {
      id: "D12",
      attack: "the console's own forms carry a token of the same site, and frames are refused",
      doors: ["http"],
      awaits: "the console",
    },
  ],
};
