import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import { Secret } from "../../../src/lib/secret.ts";
import type { Family, Lane } from "../case.ts";
import { asks, refuses, under, write } from "../expectations.ts";
import { OPEN_POLICY, USUAL_POLICY } from "../range.ts";

async function refusesIds(lane: Lane, ids: string[]): Promise<void> {
  for (const id of ids) {
    await refuses(lane, () => write(lane, ["update_list", { id, name: "x" }]), "invalid_arguments");
    await refuses(lane, () => lane.door.call("read", { action: "get_list", args: { id } }), "invalid_arguments");
  }
}

/** A request whose `Host` is not the one that it goes to: fetch would put it right. */
function ask(lane: Lane, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { url } = lane.range.http;
    const request = httpRequest(
      `${url}/mcp`,
      { method: "POST", headers: { authorization: `Bearer ${lane.range.tokens.claude}`, ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on("error", reject);
    request.end("{}");
  });
}

export const addresses: Family = {
  letter: "C",
  title: "Path, address, headers",
  cases: [
    {
      id: "C1",
      attack: "ids that climb",
      run: (lane) =>
        refusesIds(lane, [
          "../profiles/01",
          "01A/../../campaign-send-jobs",
          "..",
          ".",
          "Abc123/relationships/tags",
          "Abc123?x=1",
          "Abc123#x",
        ]),
    },
    {
      id: "C3",
      attack: "ids that are encoded, once or twice, and characters that an address parser takes away",
      run: (lane) =>
        refusesIds(lane, [
          "%2e%2e",
          ".%2e",
          "%252e%252e",
          "..%2f",
          "Abc\\..\\x",
          "Abc;x",
          "Abc\t1",
          "Abc\n1",
          "\u00a0Abc",
          "Abc\uff0e\uff0e",
        ]),
    },
    {
      id: "C4",
      attack: "ids that are empty, or no text",
      async run(lane) {
        for (const id of ["", null, 7, [], { id: "Abc123" }, true])
          await refuses(lane, () => write(lane, ["update_list", { id, name: "x" }]), "invalid_arguments");
        await refuses(lane, () => write(lane, ["update_list", { name: "x" }]), "invalid_arguments");
      },
    },
    {
      id: "C6",
      attack: "compound ids of catalog items with slashes and traversals in their outer part",
      async run(lane) {
        for (const id of [
          "$custom:::$default:::../../x",
          "$custom:::$default:::a/b",
          "$custom:::$default:::%2e%2e",
          "$custom:::$default:::a\r\nb",
        ])
          await refuses(lane, () => write(lane, ["update_catalog_item", { id, title: "x" }]), "invalid_arguments");
        await asks(lane, ["update_catalog_item", { id: "$custom:::$default:::a:::b", title: lane.unique("x") }]);
      },
    },
    {
      id: "C7",
      attack: "line breaks and NUL in what goes into headers; the error holds no value",
      async run(lane) {
        const { range } = lane;
        for (const key of [`${range.key}\r\nx: y`, `${range.key}\0`, `${range.key}\u{1f511}`]) {
          const thrown: unknown = await range.app.connections
            .connect({ name: "x", origin: range.shop.sandbox.url, key: new Secret(key) })
            .catch((one: unknown) => one);
          assert.ok(thrown instanceof Error);
          assert.ok(!`${thrown.message} ${thrown.stack}`.includes(range.key.slice(0, 12)));
        }
        await refusesIds(lane, ["Abc\r\nx: y", "Abc\0"]);
      },
    },
    {
      id: "C8",
      attack: "headers by argument, and by the door's own headers",
      async run(lane) {
        for (const name of ["Authorization", "authorization", "revision", "Host", "X-Klaviyo-Account", "headers"])
          await refuses(lane, () => write(lane, ["create_list", { name: "x", [name]: "y" }]), "invalid_arguments");
        const name = lane.unique("headers");
        const body = JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "write", arguments: { action: "create_list", args: { name }, reason: "x" } },
        });
        const { text } = await lane.door.raw(body, {
          revision: "2023-02-22",
          "x-klaviyo-account": "other",
          "x-forwarded-host": "evil.example",
        });
        assert.match(text, /approval_required/);
      },
    },
    {
      id: "C10",
      attack: "other origins for the key: plain http, user parts, look-alikes, ports, inner addresses",
      async run({ range }) {
        for (const origin of [
          "http://a.klaviyo.com",
          "https://a.klaviyo.com@evil.example",
          "https://a.klaviyo.com.evil.example",
          "https://a.kl\u0430viyo.com",
          "https://a.klaviyo.com:8443",
          "http://169.254.169.254",
          "http://10.0.0.1",
          "ftp://127.0.0.1",
          "http://127.0.0.1.evil.example",
          "https://a.klaviyo.com/../x",
        ])
          await assert.rejects(
            range.app.connections.connect({ name: "x", origin, key: new Secret(range.key) }),
            { code: "config" },
            origin,
          );
      },
    },
    {
      id: "C11",
      attack: "addresses that Klaviyo would fetch or tell: asked where ordinary writes are allowed, and never fetched by the gateway",
      async run(lane) {
        let hits = 0;
        const listener = createServer((_, response) => void response.end(String(hits++)));
        await new Promise<void>((resolve) => void listener.listen(0, "127.0.0.1", resolve));
        const address = listener.address();
        const port = typeof address === "object" && address ? address.port : 0;
        await under(lane, "version: 1\npreset: operator\nrules: []\n", USUAL_POLICY, async () => {
          for (const url of [
            `http://127.0.0.1:${port}/x.png`,
            "http://169.254.169.254/latest",
            "https://evil.example/x.png",
            "//evil.example/x.png",
            "file:///etc/passwd",
          ]) {
            const { status } = await write(lane, ["upload_image_from_url", { import_from_url: url, name: lane.unique("x") }]);
            assert.ok(["approval_required", "error"].includes(status), status);
          }
        });
        assert.equal(hits, 0);
        await new Promise((resolve) => void listener.close(resolve));
      },
    },
    {
      id: "C11",
      attack: "an address outside of the policy's egress hosts is never simply allowed, whatever the rules say",
      run: (lane) =>
        under(lane, `${OPEN_POLICY}egress: { hosts: [cdn.example.com] }\n`, USUAL_POLICY, async () => {
          const { status } = await write(lane, [
            "upload_image_from_url",
            { import_from_url: "https://evil.example/x.png", name: lane.unique("x") },
          ]);
          assert.ok(["approval_required", "denied"].includes(status), status);
        }),
    },
    {
      id: "C12",
      attack: "a web page that rebinds its name: another Host, another Origin",
      doors: ["http"],
      async run(lane) {
        for (const headers of [
          { host: "evil.example" },
          { host: "evil.example:80" },
          { host: `127.0.0.1.evil.example:${lane.range.http.port}` },
          { origin: "https://evil.example" },
          { origin: "null" },
          { origin: "http://localhost.evil.example" },
        ])
          assert.equal(await ask(lane, headers), 403, JSON.stringify(headers));
      },
    },
  ],
};
