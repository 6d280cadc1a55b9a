import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { onlyInSandbox, prepare } from "../account/skip.ts";
import { errorOf, list, open, type Opened } from "./open.ts";
import { json, LISTS, RULES } from "./protocol-rules.ts";
import { behaviour } from "./provenance.ts";

describe("protocol", () => {
  let sandbox: Opened;
  let firstList = "";
  prepare(async () => {
    sandbox = await open();
    firstList = ((await sandbox.call(LISTS)).body["data"] as { id: string }[])[0]?.id ?? "";
  });
  afterAll(() => sandbox.close());

  for (const { rule, known, request, body, headers, expected } of RULES) {
    behaviour(rule, known, async () => {
      const answer = await sandbox.call(request.replace("{first}", firstList), body, headers);
      expect({ ...errorOf(answer), status: answer.status, headers: answer.headers }).toMatchObject(expected);
    });
  }

  it("answers 501 for an operation that nobody declared", async () => {
    onlyInSandbox("an account offers what it offers");
    expect((await sandbox.call("GET /api/webhooks")).status).toBe(501);
  });

  behaviour("writes every error in Klaviyo's form", { as: "observed", from: "behaviour.md §1.4" }, async () => {
    const { body } = await sandbox.call("GET /api/lists/nope");
    const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(body).toEqual({
      errors: [
        {
          id: uuid,
          status: 404,
          code: "not_found",
          title: "Not found.",
          detail: "A list with id nope does not exist.",
          source: { pointer: "/data/" },
          links: {},
          meta: {},
        },
      ],
    });
  });

  behaviour(
    "repeats the request in links.self with everything percent-encoded",
    { as: "observed", from: "behaviour.md §1.11" },
    async () => {
      const { body } = await sandbox.call("GET /api/lists/?fields[list]=name&filter=equals(name,'it')");
      expect(body["links"]).toMatchObject({ self: `${sandbox.url}/api/lists?fields%5Blist%5D=name&filter=equals%28name%2C%27it%27%29` });
    },
  );

  behaviour("answers HEAD and OPTIONS without a body", { as: "observed", from: "behaviour.md §1.6" }, async () => {
    expect(await sandbox.call("HEAD /api/lists")).toMatchObject({ status: 200, text: "" });
    const options = await sandbox.call(`OPTIONS /api/lists/${firstList}`);
    expect(options).toMatchObject({ status: 200, text: "", headers: { allow: "GET, PUT, PATCH, DELETE, HEAD, OPTIONS" } });
  });

  behaviour("inflates gzip and caps what comes out", { as: "documented", from: "behaviour.md §1.3" }, async () => {
    const send = async (attributes: object) => {
      const headers = {
        authorization: `Klaviyo-API-Key ${sandbox.keys.full}`,
        revision: "2026-07-15",
        "content-type": "application/json",
        "content-encoding": "gzip",
      };
      return (await fetch(`${sandbox.url}/api/lists`, { method: "POST", headers, body: gzipSync(JSON.stringify(json(attributes))) }))
        .status;
    };
    expect(await send({ name: "small" })).toBe(201);
    expect(await send({ name: "x".repeat(6 * 1024 * 1024) })).toBe(413);
  });

  behaviour(
    "routes the paths that both channels share by the revision",
    { as: "documented", from: "behaviour.md §5 quirk 27" },
    async () => {
      onlyInSandbox("it is told by what this sandbox does not offer");
      const stable = await sandbox.call("GET /api/campaigns/x");
      const beta = await sandbox.call("GET /api/campaigns/x", undefined, { revision: "2026-07-15.pre" });
      expect([errorOf(stable).detail, errorOf(beta).detail]).toEqual([
        "The sandbox does not offer get_campaign.",
        expect.stringMatching(/^The sandbox does not offer (?!get_campaign\.)/),
      ]);
    },
  );

  behaviour("asks for every scope, and for those of what is included", { as: "documented", from: "behaviour.md §1.1" }, async () => {
    const key = sandbox.control.createKey("narrow", ["lists:read"]);
    const headers = { authorization: `Klaviyo-API-Key ${key}` };
    expect((await sandbox.call(LISTS, undefined, headers)).status).toBe(200);
    expect(errorOf(await sandbox.call(`${LISTS}?include=tags`, undefined, headers)).code).toBe("permission_denied");
    expect((await sandbox.call("POST /api/lists", list("x"), headers)).status).toBe(403);
    sandbox.control.revokeKey("narrow");
    expect(errorOf(await sandbox.call(LISTS, undefined, headers)).code).toBe("authentication_failed");
  });

  behaviour("lets the read-only key read and not write", { as: "documented", from: "behaviour.md §1.1" }, async () => {
    const headers = { authorization: `Klaviyo-API-Key ${sandbox.keys.readOnly}` };
    expect((await sandbox.call(LISTS, undefined, headers)).status).toBe(200);
    expect((await sandbox.call("POST /api/lists", list("x"), headers)).status).toBe(403);
  });
});
