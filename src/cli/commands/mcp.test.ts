import { describe, expect, it } from "vitest";
import { runCli } from "../../../test/fixtures/fake-app.ts";

describe("mcp", () => {
  it("opens the stdio door and writes nothing of its own to stdout", async () => {
    const { status, stdout, stderr, asked } = await runCli(["mcp"]);
    expect({ status, stdout, stderr, asked }).toEqual({ status: 0, stdout: "", stderr: "", asked: [["stdio"]] });
  });
});
