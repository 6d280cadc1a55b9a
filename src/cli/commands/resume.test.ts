import { expect, it } from "vitest";
import { runCli } from "../../../test/fixtures/fake-app.ts";

it("resume lets writes through again and says what held them up", async () => {
  const { status, stdout, asked } = await runCli(["resume"]);
  expect([status, asked[0]]).toEqual([0, ["resume", "cli:anna"]]);
  expect(stdout).toContain("Writes go again");
  expect(stdout).toContain("They were stopped");
});
