import { describe, expect, it } from "vitest";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("revoke", () => {
  it("asks on a terminal, and takes only a yes for one", async () => {
    const yes = await runCli(["revoke", "shop"], { isTty: true, input: "y\n" });
    expect(yes.asked[0]).toEqual(["revoke", "conn_1", "cli:anna"]);
    expect(yes.stderr).toContain("Erase the key of shop (Fable Apparel)");
    for (const input of ["\n", "no\n", "yeah\n", ""]) {
      const no = await runCli(["revoke", "shop"], { isTty: true, input });
      expect([no.status, no.asked]).toEqual([2, [["close"]]]);
    }
  });

  it("wants --yes where nobody can be asked", async () => {
    const refused = await runCli(["revoke", "shop"]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain("--yes");
    expect((await runCli(["revoke", "shop", "--json"], { isTty: true, input: "y\n" })).status).toBe(2);
    const done = await runCli(["revoke", "shop", "--yes"]);
    expect(done.stdout).toContain("Delete it in Klaviyo too");
    expect(done.asked[0]?.[0]).toBe("revoke");
  });

  it("knows no connection of another name", async () => {
    expect((await runCli(["revoke", "shp", "--yes"])).status).toBe(66);
  });
});
