import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { request, Agent } from "undici";
import { ms, perSecond, spread, timed, type Figure } from "./measure.ts";

type Document = { data: { id: string; attributes: Record<string, unknown> }[] };
type Ask = (path: string, body?: object) => Promise<Document | undefined>;

/** The sandbox as a process of its own, small and large: start, memory, and what each kind of request takes. */
export async function benchSandbox(): Promise<Figure[]> {
  return [...(await benchShop(5000, {})), ...(await benchShop(1_000_000, { startS: 60, memoryMiB: 2048 }))];
}

async function benchShop(profiles: number, goals: { startS?: number; memoryMiB?: number }): Promise<Figure[]> {
  const begun = performance.now();
  const args = ["src/main.ts", "sandbox", "--port", "0", "--limits", "off", "--profiles", String(profiles), "--json"];
  const server = spawn(process.execPath, args, { cwd: join(import.meta.dirname, ".."), stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve) => server.stdout.once("data", (chunk: Buffer) => resolve(String(chunk))));
  const startS = (performance.now() - begun) / 1000;
  const startMiB = memoryMiB(server, "VmHWM");
  const { url, keys } = JSON.parse(line) as { url: string; keys: { full: string } };
  const dispatcher = new Agent({ connections: 8 });
  const kinds = await requestKinds(askerOf(url, keys.full, dispatcher));
  const people = `${profiles.toLocaleString("en")} profiles`;
  const figures: Figure[] = [
    {
      what: `start with ${people}, process to ready`,
      value: `${startS.toFixed(1)} s`,
      ...(goals.startS !== undefined && { goal: `≤ ${goals.startS} s` }),
    },
  ];
  for (const [what, { times, run }] of Object.entries(kinds)) {
    const { p50, p99 } = spread(await timed(times, run));
    const rate = await perSecond(8, 2000, run);
    figures.push({ what: `${people}: ${what}, p50 / p99, per second`, value: `${ms(p50)} / ${ms(p99)}, ${rate.toFixed(0)}/s` });
  }
  figures.push({
    what: `${people}: memory once started (peak) / after all of this`,
    value: `${startMiB.toFixed(0)} MiB / ${memoryMiB(server, "VmRSS").toFixed(0)} MiB`,
    ...(goals.memoryMiB !== undefined && { goal: `≤ ${goals.memoryMiB} MiB` }),
  });
  server.kill();
  await dispatcher.close();
  return figures;
}

async function requestKinds(ask: Ask): Promise<Record<string, { times: number; run: (at: number) => Promise<unknown> }>> {
  const ids = (await ask("/api/profiles?page[size]=100"))?.data.map(({ id }) => id) ?? [];
  const metrics = (await ask("/api/metrics"))?.data ?? [];
  const conversion = metrics.find(({ attributes }) => attributes["name"] === "Placed Order")?.id ?? "";
  let serial = 0;
  const profile = (): object => ({ data: { type: "profile", attributes: { email: `bench${++serial}@example.com` } } });
  const event = (): object => {
    const person = { data: { type: "profile", attributes: { email: `bench${1 + (++serial % 500)}@example.com` } } };
    const metric = { data: { type: "metric", attributes: { name: "Viewed Page" } } };
    return {
      data: { type: "event", attributes: { properties: { page: `/p/${serial}` }, unique_id: `u${serial}`, profile: person, metric } },
    };
  };
  const statistics = ["recipients", "open_rate", "click_rate", "conversion_value"];
  const timeframe = { key: "last_12_months" };
  const report = { data: { type: "campaign-values-report", attributes: { statistics, timeframe, conversion_metric_id: conversion } } };
  return {
    "item read": { times: 3000, run: (at) => ask(`/api/profiles/${ids[Math.abs(at) % ids.length]}`) },
    "filtered page of 100": { times: 300, run: () => ask("/api/profiles?page[size]=100&filter=greater-than(created,2025-01-01)") },
    "create profile": { times: 1000, run: () => ask("/api/profiles", profile()) },
    "take an event in": { times: 1000, run: () => ask("/api/events", event()) },
    "campaign report over 12 months": { times: 30, run: () => ask("/api/campaign-values-reports", report) },
  };
}

function askerOf(url: string, key: string, dispatcher: Agent): Ask {
  const headers = { authorization: `Klaviyo-API-Key ${key}`, revision: "2026-07-15", "content-type": "application/vnd.api+json" };
  return async (path, body) => {
    const sent = body ? { method: "POST" as const, body: JSON.stringify(body) } : { method: "GET" as const };
    const answer = await request(url + path, { dispatcher, headers, ...sent });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
    return text === "" ? undefined : (JSON.parse(text) as Document);
  };
}

function memoryMiB({ pid }: ChildProcess, field: "VmHWM" | "VmRSS"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
}
