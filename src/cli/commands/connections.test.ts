import { describe, expect, it } from "vitest";
import { CONNECTION } from "../../../test/fixtures/cli-rows.ts";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("connections", () => {
  it("lists each account with its kind, status and when its key was checked", async () => {
    const sandbox = {
      ...CONNECTION,
      id: "conn_2",
      name: "try",
      kind: "sandbox",
      origin: "http://127.0.0.1:4151",
      status: "revoked",
    } as const;
    const { stdout } = await runCli(["connections"], { state: { connections: [CONNECTION, sandbox] } });
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^name +account +kind +status +scopes +key checked$/),
      expect.stringMatching(/^shop +Fable Apparel \(ABC123\) +klaviyo +active +2 +2026-07-15 09:00 UTC$/),
      expect.stringMatching(/^try .* sandbox http:\/\/127.0.0.1:4151 +revoked /),
      "",
    ]);
  });

  it("tells how to make the first", async () => {
    expect((await runCli(["connections"], { state: { connections: [] } })).stdout).toBe(
      "There is no connection yet. Make one: halyard connect\n",
    );
  });
});
