import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dataOf, list, open, tag } from "./open.ts";

describe("a sandbox with a journal", () => {
  let folder = "";
  let file = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "halyard-sandbox-"));
    file = join(folder, "account.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has everything that it answered for after it was killed", async () => {
    const killed = await open({ persist: file });
    const made = dataOf(await killed.call("POST /api/lists", list("Kept")))[0]?.id ?? "";
    await killed.call("POST /api/tags", tag("kept"));
    await killed.call(`DELETE /api/lists/${dataOf(await killed.call("POST /api/lists", list("Gone")))[0]?.id}`);
    killed.control.advance(5000);
    const key = killed.control.createKey("mine", ["lists:read"]);
    const { now } = killed.control.clock();

    // What a kill leaves is the file as it is at this moment.
    copyFileSync(file, `${file}.left`);
    const again = await open({ persist: `${file}.left` });
    expect(again.control.state()).toEqual(killed.control.state());
    expect(again.control.clock().now).toBe(now);
    expect((await again.call("GET /api/lists", undefined, { authorization: `Klaviyo-API-Key ${key}` })).status).toBe(200);
    const [here, there] = [await again.call("POST /api/lists", list("Next")), await killed.call("POST /api/lists", list("Next"))];
    expect(dataOf(here)[0]?.id).toBe(dataOf(there)[0]?.id);
    expect(dataOf(here)[0]?.id).not.toBe(made);
    await expect(open({ persist: file })).rejects.toMatchObject({ code: "conflict", hint: expect.stringContaining("Stop it first") });
    await Promise.all([killed.close(), again.close()]);
    // A lock that a killed process left is nobody's.
    writeFileSync(`${file}.lock`, "4194304");
    await (await open({ persist: file })).close();
  });

  it("drops a last line that is torn and refuses one that is damaged", async () => {
    const first = await open({ persist: file });
    await first.call("POST /api/lists", list("Kept"));
    const before = first.control.state();
    await first.close();
    appendFileSync(file, '{"at":1,"rows":[["lists","to');
    const second = await open({ persist: file });
    expect(second.control.state()).toEqual(before);
    await second.close();
    writeFileSync(file, readFileSync(file, "utf8").replace('"rows"', '"rows'));
    await expect(open({ persist: file })).rejects.toMatchObject({ code: "store_corrupt" });
  });

  it("keeps one line for many changes of a row once it starts again, and none after a reset", async () => {
    const first = await open({ persist: file });
    const id = dataOf(await first.call("POST /api/lists", list("News")))[0]?.id ?? "";
    for (let i = 0; i < 20; i++)
      await first.call(`PATCH /api/lists/${id}`, { data: { type: "list", id, attributes: { name: `News ${i}` } } });
    const lines = () => readFileSync(file, "utf8").trim().split("\n").length;
    expect(lines()).toBe(22);
    await first.close();
    const second = await open({ persist: file });
    expect(lines()).toBe(2);
    second.control.reset();
    expect(lines()).toBe(1);
    const fresh = await open();
    expect(second.control.state()).toEqual(fresh.control.state());
    await Promise.all([second.close(), fresh.close()]);
  });

  it("belongs to one seed", async () => {
    await (await open({ persist: file })).close();
    await expect(open({ persist: file, seed: "another" })).rejects.toMatchObject({ code: "config" });
  });

  it("does not write for what only reads or fails", async () => {
    const sandbox = await open({ persist: file });
    const before = readFileSync(file, "utf8");
    await sandbox.call("GET /api/lists");
    await sandbox.call("DELETE /api/lists/nope");
    expect(readFileSync(file, "utf8")).toBe(before);
    await sandbox.close();
  });

  it("loses nothing that it acknowledged to many at once when it is killed", async () => {
    const start = async () => {
      const args = ["src/main.ts", "sandbox", "--port", "0", "--limits", "off", "--profiles", "0", "--persist", file, "--json"];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      return { child, ...(JSON.parse(String(line)) as { url: string; keys: { full: string } }) };
    };
    const first = await start();
    const ask = async ({ url, keys }: { url: string; keys: { full: string } }, body?: object): Promise<{ name: string }[]> => {
      const headers = { authorization: `Klaviyo-API-Key ${keys.full}`, revision: "2026-07-15", "content-type": "application/json" };
      const path = body ? "/api/tags" : "/api/tags?page[size]=50";
      const answer = await fetch(url + path, { headers, method: body ? "POST" : "GET", ...(body && { body: JSON.stringify(body) }) });
      if (!answer.ok) throw new Error(await answer.text());
      const { data } = (await answer.json()) as { data: { attributes: { name: string } } | { attributes: { name: string } }[] };
      return [data].flat().map(({ attributes }) => attributes);
    };
    const acknowledged: string[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; acknowledged.length < 40; n++) {
        const name = `tag ${writer}-${n}`;
        await ask(first, tag(name));
        acknowledged.push(name);
      }
    };
    const writers = Array.from({ length: 6 }, (_, writer) => write(writer));
    await Promise.race(writers);
    const exited = once(first.child, "exit");
    first.child.kill("SIGKILL");
    await Promise.allSettled([exited, ...writers]);
    const second = await start();
    const kept = await ask(second);
    expect(kept.map(({ name }) => name)).toEqual(expect.arrayContaining(acknowledged));
    expect(acknowledged.length).toBeGreaterThanOrEqual(40);
    const ended = once(second.child, "exit");
    second.child.kill("SIGKILL");
    await ended;
  });
});
