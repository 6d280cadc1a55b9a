import { describe, expect, it } from "vitest";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("sandbox", () => {
  it("runs on the configured port with real limits and clock until it is told to stop", async () => {
    const { status, stdout, asked } = await runCli(["sandbox"], { env: { HALYARD_SANDBOX_PORT: "4151" } });
    expect(status).toBe(0);
    expect(asked).toEqual([["sandbox", { port: 4151, limits: "real", clock: "real", transitions: "timed" }], ["stopped"]]);
    expect(stdout).toMatch(
      /shop +Fable Apparel, 250 profiles\n +address +http:\/\/127\.0\.0\.1:4151\n +key +pk_full  every scope\n +read-only key +pk_read\n +public key +AbC123\n +connect +halyard connect --name try --sandbox http:\/\/127\.0\.0\.1:4151\n/,
    );
  });

  it("hands every option on", async () => {
    const { asked } = await runCli([
      "sandbox",
      "--port",
      "0",
      "--seed",
      "7",
      "--limits",
      "off",
      "--clock",
      "manual",
      "--persist",
      "shop.jsonl",
      "--profiles",
      "9",
      "--transitions",
      "immediate",
    ]);
    expect(asked[0]).toEqual([
      "sandbox",
      { port: 0, seed: 7, limits: "off", clock: "manual", persist: "shop.jsonl", profiles: 9, transitions: "immediate" },
    ]);
  });

  it.each([
    ["--port", "70000"],
    ["--port", "x"],
    ["--limits", "soft"],
    ["--clock", "sun"],
    ["--profiles", "-1"],
    ["--seed"],
    ["--seed", "winter"],
  ])("refuses %s %s", async (...argv) => {
    expect((await runCli(["sandbox", ...argv])).status).toBe(2);
  });
});
