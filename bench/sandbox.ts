import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { request, Agent } from "undici";
import { ms, perSecond, spread, timed, type Figure } from "./measure.ts";

const PROFILES = 100_000;

interface Running {
  url: string;
  key: string;
  startMs: number;
  /** Of the process now, and at its highest, MiB. */
  memory(): { now: number; peak: number };
  stop(): void;
}

/** The sandbox with so many profiles as a process of its own. */
async function run(profiles: number): Promise<Running> {
  const begun = performance.now();
  const args = ["src/main.ts", "sandbox", "--port", "0", "--limits", "off", "--profiles", String(profiles), "--json"];
  const server = spawn(process.execPath, args, { cwd: join(import.meta.dirname, ".."), stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve) => server.stdout.once("data", (chunk: Buffer) => resolve(String(chunk))));
  const startMs = performance.now() - begun;
  const { url, keys } = JSON.parse(line) as { url: string; keys: { full: string } };
  const status = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  return {
    url,
    key: keys.full,
    startMs,
    memory: () => ({ now: status("VmRSS"), peak: status("VmHWM") }),
    stop: () => void server.kill(),
  };
}

/** Start and memory of shops that nobody asks anything of: the default one and the largest. */
export async function benchStarts(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [profiles, goal] of [
    [5000, "≤ 1.5 s, ≤ 400 MiB"],
    [1_000_000, "≤ 60 s, ≤ 2 GB"],
  ] as const) {
    const { startMs, memory, stop } = await run(profiles);
    const what = `start with ${profiles.toLocaleString("en")} profiles, and memory at its highest`;
    figures.push({ what, value: `${(startMs / 1000).toFixed(1)} s, ${memory().peak.toFixed(0)} MiB`, goal });
    stop();
  }
  return figures;
}

/** The sandbox as a process of its own with 100,000 profiles: start, memory, reads, pages and writes. */
export async function benchSandbox(): Promise<Figure[]> {
  const { url, key, startMs, memory, stop } = await run(PROFILES);
  const dispatcher = new Agent({ connections: 8 });
  const headers = { authorization: `Klaviyo-API-Key ${key}`, revision: "2026-07-15", "content-type": "application/vnd.api+json" };
  const ask = async (path: string, body?: object): Promise<{ data: { id: string }[] } | undefined> => {
    const answer = await request(url + path, {
      dispatcher,
      headers,
      method: body ? "POST" : "GET",
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
    return text === "" ? undefined : (JSON.parse(text) as { data: { id: string }[] });
  };
  const ids = (await ask("/api/profiles?page[size]=100"))?.data.map(({ id }) => id) ?? [];
  const item = spread(await timed(3000, (at) => ask(`/api/profiles/${ids[Math.abs(at) % ids.length]}`)));
  const page = spread(await timed(300, () => ask("/api/profiles?page[size]=100&filter=greater-than(created,2025-01-01)")));
  const write = spread(
    await timed(1000, (at) => ask("/api/profiles", { data: { type: "profile", attributes: { email: `bench${at}@example.com` } } })),
  );
  const rate = await perSecond(8, 3000, (at) => ask(`/api/profiles/${ids[at % ids.length]}`));
  const { now: rssMiB } = memory();
  stop();
  await dispatcher.close();
  return [
    { what: `start with ${PROFILES.toLocaleString("en")} profiles, process to ready`, value: `${(startMs / 1000).toFixed(1)} s` },
    { what: "resident memory then", value: `${rssMiB.toFixed(0)} MiB`, goal: "≤ 500 MiB" },
    { what: "item read, p50 / p99", value: `${ms(item.p50)} / ${ms(item.p99)}`, goal: "p50 < 2 ms" },
    { what: "filtered page of 100, p50 / p99", value: `${ms(page.p50)} / ${ms(page.p99)}` },
    { what: "create profile, p50 / p99", value: `${ms(write.p50)} / ${ms(write.p99)}` },
    { what: "item reads per second, 8 at a time", value: rate.toFixed(0) },
  ];
}
