import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { errorOf, ids } from "./open.ts";
import { openPeople, type People } from "./people.ts";
import { behaviour } from "./provenance.ts";

let people: People;
beforeEach(async () => {
  people = await openPeople();
});
afterEach(async () => {
  expect(people.log).toEqual([]);
  await people.close();
});

describe("members of a list", () => {
  behaviour(
    "come and go by 1000 at most in one call",
    {
      as: "documented",
      from: "openapi/stable-2026-07-15.json add_profiles_to_list, openapi/stable-2026-07-15.json remove_profiles_from_list",
    },
    async () => {
      const list = await people.list("News");
      const nobody = Array.from({ length: 1001 }, (_, i) => `nobody${i}`);
      for (const method of ["POST", "DELETE"]) {
        const many = await people.call(`${method} /api/lists/${list}/relationships/profiles`, ids("profile", ...nobody));
        expect([many.status, errorOf(many).source]).toEqual([400, { pointer: "/data" }]);
      }
      const fewer = ids("profile", ...nobody.slice(1));
      expect((await people.call(`DELETE /api/lists/${list}/relationships/profiles`, fewer)).status).toBe(204);
    },
  );
});

describe("a push token", () => {
  const register = async (token: string, more: JsonObject = {}): ReturnType<People["call"]> => {
    const profile = { data: { type: "profile", attributes: { email: "ada@example.com" } } };
    const attributes = { token, platform: "ios", vendor: "apns", profile, ...more };
    return people.call("POST /api/push-tokens", { data: { type: "push-token", attributes } });
  };

  behaviour("is not empty", { as: "assumed", from: "behaviour.md §2.2" }, async () => {
    const answer = await register("");
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/token" }]);
  });

  behaviour(
    "comes in a body of 100 KB at most",
    { as: "documented", from: "openapi/stable-2026-07-15.json create_push_token" },
    async () => {
      const answer = await register("t".repeat(100 * 1024));
      expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data" }]);
      expect(people.control.state().counts["push_tokens"]).toBe(0);
      expect((await register("t".repeat(90 * 1024))).status).toBe(202);
    },
  );
});

describe("what is wrong in a body", () => {
  behaviour("is a blank name", { as: "assumed", from: "behaviour.md §1.4" }, async () => {
    const answer = await people.call("POST /api/lists", { data: { type: "list", attributes: { name: " " } } });
    expect([answer.status, errorOf(answer)]).toMatchObject([
      400,
      { detail: "'name' must not be empty.", source: { pointer: "/data/attributes/name" } },
    ]);
  });

  behaviour("is told of the resource that it stands in", { as: "observed", from: "behaviour.md §1.4" }, async () => {
    const profile = { data: { type: "profile", attributes: { email: "ada@example.com", foo: 1 } } };
    const metric = { data: { type: "metric", attributes: { name: "Ordered", bar: 2 } } };
    const answer = await people.call("POST /api/events", {
      data: { type: "event", attributes: { properties: {}, profile, metric, baz: 3 } },
    });
    const { errors } = answer.body as { errors: { detail: string }[] };
    expect(errors.map(({ detail }) => detail).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      "'bar' is not a valid field for the resource 'metric'.",
      "'baz' is not a valid field for the resource 'event'.",
      "'foo' is not a valid field for the resource 'profile'.",
    ]);
  });

  behaviour("is found where it stands when a person inside is incomplete", { as: "assumed", from: "behaviour.md §1.4" }, async () => {
    const profile = { data: { type: "profile", attributes: {} } };
    const attributes = { token: "t", platform: "ios", vendor: "apns", profile };
    const answer = await people.call("POST /api/push-tokens", { data: { type: "push-token", attributes } });
    expect([answer.status, errorOf(answer).source]).toEqual([400, { pointer: "/data/attributes/profile/data/attributes" }]);
  });
});
