import { once } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { REPORT } from "../../../test/fixtures/cli-rows.ts";
import { captureIo, createParts, fakeState, runCli } from "../../../test/fixtures/fake-app.ts";
import { run } from "../index.ts";

describe("connect", () => {
  it("reads the key from standard input and never prints it", async () => {
    const { status, stdout, stderr, asked } = await runCli(["connect", "--name", "shop-eu"], { input: "  pk_secret \n" });
    expect(status).toBe(0);
    expect(asked[0]).toEqual(["connect", "shop-eu", "https://a.klaviyo.com", "pk_secret"]);
    expect(stdout + stderr).not.toContain("pk_secret");
  });

  it("says what the key can do, what is beyond the policy, the narrowest key, and what next", async () => {
    const { stdout } = await runCli(["connect"], { input: "pk_1" });
    expect(stdout).toContain("Fable Apparel (ABC123); Europe/Berlin, EUR");
    expect(stdout).toMatch(/the key can +lists:read lists:write data-privacy:write\n +it cannot +flows:write\n +not known +webhooks:write/);
    expect(stdout).toContain("Beyond what the policy needs it can: data-privacy:write");
    expect(stdout).toMatch(/Without asking you, agents use only these.*\n +lists:read\n +Only after your yes:\n +lists:write\n/);
    expect(stdout).toContain("halyard agents add claude --connection shop ");
  });

  it("says so when the key can do nothing beyond the policy", async () => {
    const { stdout } = await runCli(["connect"], { input: "pk_1", state: { report: { ...REPORT, beyondPolicy: [] } } });
    expect(stdout).toContain("It can do nothing beyond what the policy needs.");
  });

  it("gives a sandbox's origin, and refuses what is no address", async () => {
    const { asked } = await runCli(["connect", "--sandbox", "http://127.0.0.1:4151/api/"], { input: "pk_1" });
    expect(asked[0]).toEqual(["connect", "shop", "http://127.0.0.1:4151", "pk_1"]);
    expect((await runCli(["connect", "--sandbox", "localhost:4151"], { input: "pk_1" })).status).toBe(2);
  });

  it.each([[""], ["\n"], ["pk_1 pk_2"], ["x".repeat(5000)]])("refuses an input that is no key", async (input) => {
    const { status, asked } = await runCli(["connect"], { input });
    expect([2, 65]).toContain(status);
    expect(asked).toEqual([]);
  });

  it("asks on a terminal without showing what is typed", async () => {
    const state = fakeState();
    const { io, text } = captureIo({ isTty: true });
    const typed = new PassThrough();
    const ended = run(["connect"], { ...io, stdin: typed }, createParts(state));
    await once(io.stderr, "readable");
    typed.write("pk_typed\r");
    expect(await ended).toBe(0);
    expect(state.asked[0]).toEqual(["connect", "shop", "https://a.klaviyo.com", "pk_typed"]);
    const { stdout, stderr } = text();
    expect(stderr).toContain("Klaviyo private API key");
    expect(stdout + stderr).not.toContain("pk_t");
  });
});
