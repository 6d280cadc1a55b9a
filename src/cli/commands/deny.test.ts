import { describe, expect, it } from "vitest";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("deny", () => {
  it("says no in the name of the user, with the reason", async () => {
    const { status, stdout, asked } = await runCli(["deny", "appr_01M8", "--reason", "not before Friday"]);
    expect(status).toBe(0);
    expect(asked[0]).toEqual(["deny", "appr_01M8", "cli:anna", "not before Friday"]);
    expect(stdout).toBe("Denied. Nothing was sent. claude is told when it asks again.\n");
    expect((await runCli(["deny", "appr_01M8"])).asked[0]).toEqual(["deny", "appr_01M8", "cli:anna", null]);
  });

  it("takes only an approval's id, and knows which there are", async () => {
    expect((await runCli(["deny", "intent_1"])).status).toBe(2);
    expect((await runCli(["deny", "appr_404"])).status).toBe(66);
  });
});
