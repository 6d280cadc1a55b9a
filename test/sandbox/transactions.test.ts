import { afterEach, describe, expect, it } from "vitest";
import { defineAction, defineResource, type Action } from "../../src/sandbox/engine/declare.ts";
import { defineMachine } from "../../src/sandbox/engine/machine.ts";
import { refuse } from "../../src/sandbox/engine/refusal.ts";
import { lists } from "../../src/sandbox/resources/lists.ts";
import { defineCollection, type Row } from "../../src/sandbox/state/collection.ts";
import { CORE, dataOf, errorOf, list, open, type Opened } from "./open.ts";

interface Job extends Row {
  status: "queued" | "done";
  doneAt?: number;
}
const jobs = defineCollection<Job>("jobs");
const life = defineMachine<Job["status"], "finish">("job", { queued: { finish: "done" }, done: {} });

const jobResource = defineResource<Job>({
  type: "webhook",
  path: "/api/webhooks",
  collection: jobs,
  attributes: (job) => ({ status: job.status, done_at: job.doneAt ?? null }),
  tasks: {
    finish_job({ id }, ctx) {
      const job = ctx.rows(jobs).get(id as string) ?? refuse("not_found", "gone");
      ctx.rows(jobs).put({ ...job, status: life.next(job.status, "finish"), doneAt: ctx.now });
    },
    break_job({ id }, ctx) {
      ctx.rows(jobs).remove(id as string);
      throw new Error("broken");
    },
  },
});

const act = (handle: Action["handle"]) => defineAction("bulk_subscribe_profiles", handle);
const body = {
  data: {
    type: "profile-subscription-bulk-create-job",
    attributes: { profiles: { data: [{ type: "profile", attributes: { email: "a@example.com", subscriptions: {} } }] } },
  },
};

describe("a request", () => {
  let sandbox: Opened;
  afterEach(() => sandbox.close());
  const start = async (handle: Action["handle"]) => {
    sandbox = await open({ resources: [...CORE, jobResource], actions: [act(handle)] });
    return sandbox.call("POST /api/profile-subscription-bulk-create-jobs", body);
  };

  it("that is refused halfway leaves no trace", async () => {
    const fresh = await open({ resources: [...CORE, jobResource] });
    const answer = await start((_, ctx) => {
      const kept = ctx.create("list", { attributes: { name: "half" } });
      ctx.remove("list", kept.id);
      ctx.create("list", { attributes: { name: "half" } });
      for (const row of ctx.rows(lists).all()) ctx.rows(lists).put({ ...row, name: "changed" });
      return refuse("conflict", "No.", { meta: { why: "test" } });
    });
    expect([answer.status, errorOf(answer).detail, errorOf(answer).meta]).toEqual([409, "No.", { why: "test" }]);
    expect(sandbox.control.state()).toEqual(fresh.control.state());
    const [made, same] = [await sandbox.call("POST /api/lists", list("x")), await fresh.call("POST /api/lists", list("x"))];
    expect(dataOf(made)[0]?.id).toBe(dataOf(same)[0]?.id);
    await fresh.close();
  });

  it("that breaks the sandbox gets a 500, is undone and logged, and the next one works", async () => {
    const answer = await start((_, ctx) => {
      ctx.create("list", { attributes: { name: "half" } });
      throw new TypeError("secret detail");
    });
    expect([answer.status, errorOf(answer).code]).toEqual([500, "error"]);
    expect(answer.text).not.toContain("secret detail");
    expect(sandbox.log.join()).toContain("secret detail");
    expect(sandbox.control.state().counts["lists"]).toBe(3);
    expect((await sandbox.call("GET /api/lists")).status).toBe(200);
  });

  it("cannot change a row in place", async () => {
    const answer = await start((_, ctx) => {
      for (const row of ctx.rows(lists).all()) Object.assign(row, { name: "changed" });
      return { status: 202 };
    });
    expect(answer.status).toBe(500);
  });

  it("schedules work that runs at its own time, in order, before the next request", async () => {
    const answer = await start((_, ctx) => {
      for (const [id, waitMs] of [
        ["late", 3000],
        ["early", 1000],
      ] as const) {
        ctx.rows(jobs).put({ id, status: "queued" });
        ctx.schedule(ctx.now + waitMs, "finish_job", { id });
      }
      ctx.rows(jobs).put({ id: "doomed", status: "queued" });
      ctx.schedule(ctx.now + 2000, "break_job", { id: "doomed" });
      return { status: 202 };
    });
    expect(answer.status).toBe(202);
    const { now } = sandbox.control.clock();
    const states = async () =>
      dataOf(await sandbox.call("GET /api/webhooks")).map(({ id, attributes }) => [id, attributes["status"], attributes["done_at"]]);
    sandbox.control.advance(1500);
    expect(await states()).toEqual([
      ["doomed", "queued", null],
      ["early", "done", now + 1000],
      ["late", "queued", null],
    ]);
    sandbox.control.advance(60_000);
    expect(await states()).toEqual([
      ["doomed", "queued", null],
      ["early", "done", now + 1000],
      ["late", "done", now + 3000],
    ]);
    expect(sandbox.log.join()).toContain("task break_job failed");
    expect(sandbox.control.state().counts["scheduled"]).toBe(0);
  });
});

describe("declarations that contradict the catalog or each other", () => {
  it.each([
    [
      "an action for an operation that does not exist",
      "is not an operation",
      { actions: [defineAction("send_pigeon", () => ({ status: 200 }))] },
    ],
    ["two resources of one type", "Two resources", { resources: [...CORE, jobResource, jobResource] }],
    ["a path without operations", "there is no operation", { resources: [{ ...jobResource, path: "/api/webhoks" }] }],
  ])("end the start: %s", async (_, message, options) => {
    await expect(open(options)).rejects.toThrow(message);
  });
});
