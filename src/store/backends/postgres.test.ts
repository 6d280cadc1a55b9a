import { createServer } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createManualClock } from "../../lib/clock.ts";
import { errorReport } from "../../lib/errors.ts";
import { openStore } from "../store.ts";

const clock = createManualClock(0);

describe("a Postgres that is not there", () => {
  it("is store_unavailable, without the password", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const failure: unknown = await openStore({ url: `postgres://u:hunter2@127.0.0.1:${port}/db`, clock }).catch(
      (thrown: unknown) => thrown,
    );
    server.close();
    expect(failure).toMatchObject({ code: "store_unavailable", hint: expect.stringContaining("server") });
    expect(JSON.stringify(errorReport(failure))).not.toContain("hunter2");
    await expect(openStore({ url: `postgres://u:hunter2@127.0.0.1:${port}/db`, clock })).rejects.toMatchObject({
      code: "store_unavailable",
    });
  });

  it("is a config error when its URL is none, without the password anywhere", async () => {
    const failure: unknown = await openStore({ url: "postgres://u:hunter2@[/db", clock }).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "config" });
    expect(inspect(failure)).not.toContain("hunter2");
  });
});
