import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../../src/lib/clock.ts";
import { randomBytes } from "../../src/lib/ids.ts";
import { Secret } from "../../src/lib/secret.ts";
import { CREATED_AT, openStore, type Store } from "../../src/store/store.ts";
import { openVault } from "../../src/vault/vault.ts";
import type { Databases } from "./databases.ts";
import { agentRow, approvalRow, beforeImageRow, callRow, connectionRow, intentRow, seed, START_MS } from "./rows.ts";

const conflict = { code: "conflict" };

export function describeTables(databases: () => Databases): void {
  let store: Store;
  beforeEach(async () => {
    store = await openStore({ url: (await databases().create()).url, clock: createManualClock(START_MS) });
  });
  afterEach(() => store.close());

  describe("tables", () => {
    it("keeps a connection, refuses its name twice and revokes it once", async () => {
      await store.connections.insert(connectionRow());
      expect(await store.connections.find("conn_1")).toEqual({ ...connectionRow(), revoked_at: null, epoch: 1 });
      await expect(store.connections.insert(connectionRow({ id: "conn_2" }))).rejects.toMatchObject(conflict);
      await store.connections.update("conn_1", { scopes: [], checked_at: START_MS + 5, account_name: "New" });
      await store.connections.update("conn_1", {});
      expect(await store.connections.byName("shop")).toMatchObject({ scopes: [], checked_at: START_MS + 5, account_name: "New" });
      expect([await store.connections.revoke("conn_1", 7), await store.connections.revoke("conn_1", 8)]).toEqual([true, false]);
      expect(await store.connections.list()).toMatchObject([{ status: "revoked", revoked_at: 7, epoch: 2 }]);
      expect(await store.connections.find("conn_9")).toBeUndefined();
    });

    it("tells of a connection whether an agent is one of it, until that is revoked", async () => {
      await seed(store);
      await store.connections.insert(connectionRow({ id: "conn_2", name: "other" }));
      const has = async (id: string, agentId: string) => (await store.connections.withAgent(id, agentId))?.hasAgent;
      expect(await store.connections.withAgent("conn_1", "agent_1")).toEqual({
        connection: await store.connections.find("conn_1"),
        hasAgent: true,
      });
      expect([await has("conn_1", "agent_9"), await has("conn_2", "agent_1"), await has("conn_9", "agent_1")]).toEqual([
        false,
        false,
        undefined,
      ]);
      await store.agents.revoke("agent_1", 9);
      expect(await has("conn_1", "agent_1")).toBe(false);
    });

    it("gives the newest secret of a purpose, re-seals by compare-and-swap and removes all of a connection", async () => {
      await seed(store);
      const secret = { connection_id: "conn_1", purpose: "klaviyo-key", created_at: START_MS } as const;
      await store.secrets.insert({ ...secret, id: "sec_1", version: 1, sealed: "one" });
      await store.secrets.insert({ ...secret, id: "sec_2", version: 2, sealed: "two" });
      await store.secrets.insert({ id: "sec_3", purpose: "request", version: 9, sealed: "three", created_at: START_MS });
      expect(await store.secrets.forConnection("conn_1", "klaviyo-key")).toMatchObject({ id: "sec_2", version: 2 });
      expect(await store.secrets.forConnection("conn_1", "request")).toBeUndefined();
      expect([await store.secrets.reseal("sec_2", "two", "2b"), await store.secrets.reseal("sec_2", "two", "2c")]).toEqual([true, false]);
      expect((await store.secrets.list()).map(({ sealed }) => sealed)).toEqual(["one", "2b", "three"]);
      expect(await store.secrets.removeForConnection("conn_1")).toBe(2);
      expect([await store.secrets.remove("sec_3"), await store.secrets.remove("sec_3")]).toEqual([true, false]);
      expect(await store.secrets.find("sec_3")).toBeUndefined();
    });

    it("pauses an agent once and lets it go on once, and a revoked one not at all", async () => {
      await seed(store);
      const { agents } = store;
      expect([await agents.pause("agent_1", 5, "stuck"), await agents.pause("agent_1", 6, "again")]).toEqual([true, false]);
      expect(await agents.find("agent_1")).toMatchObject({ paused_at: 5, pause_reason: "stuck" });
      expect([await agents.resume("agent_1", 7), await agents.resume("agent_1", 8)]).toEqual([true, false]);
      expect(await agents.find("agent_1")).toMatchObject({ paused_at: null, pause_reason: null, resumed_at: 7 });
      await agents.revoke("agent_1", 9);
      expect(await agents.pause("agent_1", 10, "late")).toBe(false);
    });

    it("counts the denials of one call of one agent since a time", async () => {
      await seed(store);
      await store.calls.insert(callRow({ id: "call_2" }));
      await store.denials.add({ call_id: "call_1", agent_id: "agent_1", digest: "d1", at: 10 });
      await store.denials.add({ call_id: "call_2", agent_id: "agent_1", digest: "d1", at: 20 });
      const count = (agent: string, digest: string, since: number) => store.denials.count(agent, digest, since);
      expect([
        await count("agent_1", "d1", 10),
        await count("agent_1", "d1", 11),
        await count("agent_1", "d2", 0),
        await count("agent_2", "d1", 0),
      ]).toEqual([2, 1, 0, 0]);
    });

    it("lists what is due, steps of plans apart, and lets one ask to stop what is being sent", async () => {
      await seed(store);
      const held = { status: "approved", runs_itself: 1, held_until: 100 } as const;
      await store.approvals.insert(approvalRow({ ...held, id: "appr_1" }));
      await store.approvals.insert(approvalRow({ ...held, id: "appr_2", digest: "d2", held_until: 50 }));
      await store.approvals.insert(approvalRow({ ...held, id: "appr_3", digest: "d3", plan_id: "appr_2", plan_step: 2 }));
      await store.approvals.insert(approvalRow({ ...held, id: "appr_4", digest: "d4", plan_id: "appr_2", plan_step: 1 }));
      await store.approvals.insert(approvalRow({ ...held, id: "appr_5", digest: "d5", runs_itself: 0 }));
      const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);
      expect([ids(await store.approvals.listDue(49)), ids(await store.approvals.listDue(100))]).toEqual([[], ["appr_2", "appr_1"]]);
      expect(ids(await store.approvals.stepsOf("appr_2"))).toEqual(["appr_4", "appr_3"]);
      expect(ids(await store.approvals.list({ whole: true, limit: 9 })).toSorted()).toEqual(["appr_1", "appr_2", "appr_5"]);
      expect(await store.approvals.askStop("appr_1", 1)).toBe(false);
      await store.approvals.transition("appr_1", ["approved"], "consumed");
      expect([await store.approvals.askStop("appr_1", 1), await store.approvals.askStop("appr_1", 2)]).toEqual([true, false]);
    });

    it("finds an agent by id, name and token, and refuses a name, a token or a connection that cannot be", async () => {
      await seed(store);
      const row = { ...agentRow(), last_used_at: null, revoked_at: null, paused_at: null, pause_reason: null, resumed_at: null };
      expect(
        await Promise.all([store.agents.find("agent_1"), store.agents.byName("claude"), store.agents.byTokenHash("a".repeat(64))]),
      ).toEqual([row, row, row]);
      await expect(store.agents.insert(agentRow({ id: "agent_2", name: "other" }))).rejects.toMatchObject(conflict);
      await expect(store.agents.insert(agentRow({ id: "agent_2", token_hash: "b" }))).rejects.toMatchObject(conflict);
      await expect(store.agents.insert(agentRow({ id: "a", name: "n", token_hash: "b", connection_id: "conn_9" }))).rejects.toMatchObject({
        code: "internal",
      });
      await store.agents.touch("agent_1", START_MS + 1);
      expect([await store.agents.revoke("agent_1", 3), await store.agents.revoke("agent_1", 4)]).toEqual([true, false]);
      expect(await store.agents.list()).toMatchObject([{ last_used_at: START_MS + 1, revoked_at: 3 }]);
    });

    it("lists calls newest first, page by page, also when several came in the same millisecond", async () => {
      await seed(store, 3);
      for (const id of ["call_a", "call_b", "call_c"])
        await store.calls.insert(callRow({ id, agent_id: null, door: "cli", received_at: START_MS + 2 }));
      const first = await store.calls.list({ limit: 3 });
      const rest = await store.calls.list({ limit: 9, before: first.at(-1)?.id });
      expect([...first, ...rest].map(({ id }) => id)).toEqual(["call_3", "call_c", "call_b", "call_a", "call_2", "call_1"]);
      expect((await store.calls.list({ limit: 9, agent_id: "agent_1", connection_id: "conn_1" })).map(({ id }) => id)).toEqual([
        "call_3",
        "call_2",
        "call_1",
      ]);
      expect(await store.calls.list({ limit: 9, before: "call_nine" })).toEqual([]);
      expect(await store.calls.list({ limit: 9, connection_id: "conn_9" })).toEqual([]);
    });

    it("updates a call and keeps text that Postgres would refuse", async () => {
      await seed(store);
      await store.calls.update("call_1", { status: "done", http_status: 201, finished_at: START_MS + 9, reason: "a\0b\uD800 é😀" });
      await store.calls.update("call_1", {});
      expect(await store.calls.find("call_1")).toMatchObject({
        status: "done",
        http_status: 201,
        finished_at: START_MS + 9,
        reason: "a\u2400b\uFFFD é😀",
      });
    });

    it("has at most one live approval per agent and digest", async () => {
      await seed(store, 3);
      await store.approvals.insert(approvalRow());
      const second = approvalRow({ id: "appr_2", call_id: "call_2", created_at: START_MS + 1 });
      await expect(store.approvals.insert(second)).rejects.toMatchObject(conflict);
      expect(await store.approvals.transition("appr_1", ["pending"], "approved", { decided_by: "owner", decided_at: 5 })).toBe(true);
      await expect(store.approvals.insert(second)).rejects.toMatchObject(conflict);
      expect(await store.approvals.pendingByDigest("agent_1", "d1")).toMatchObject({ id: "appr_1", decided_by: "owner" });
      await store.approvals.transition("appr_1", ["pending", "approved"], "voided", { status_reason: "policy changed" });
      expect(await store.approvals.pendingByDigest("agent_1", "d1")).toBeUndefined();
      await store.approvals.insert(second);
      await store.approvals.insert(approvalRow({ id: "appr_3", agent_id: "agent_2" }));
      expect((await store.approvals.byDigest("agent_1", "d1", 9)).map(({ id }) => id)).toEqual(["appr_2", "appr_1"]);
    });

    it("moves an approval only from a status that was named, lists and counts", async () => {
      await seed(store);
      await store.approvals.insert(approvalRow({ people: 12, people_basis: "counted", tainted: 1 }));
      expect(await store.approvals.countPending("agent_1", START_MS)).toBe(1);
      expect(await store.approvals.transition("appr_1", ["approved"], "consumed", { intent_id: "intent_1" })).toBe(false);
      expect(await store.approvals.find("appr_1")).toMatchObject({ status: "pending", intent_id: null, people: 12, tainted: 1 });
      expect([await store.approvals.markTold("appr_1", 1), await store.approvals.markTold("appr_1", 2)]).toEqual([true, false]);
      expect(await store.approvals.transition("appr_1", ["pending"], "denied")).toBe(true);
      expect(await store.approvals.countPending("agent_1", START_MS)).toBe(0);
      expect(await store.approvals.list({ status: "denied", connection_id: "conn_1", agent_id: "agent_1", limit: 9 })).toMatchObject([
        { told_at: 1 },
      ]);
      expect(await store.approvals.list({ status: "pending", limit: 9 })).toEqual([]);
    });

    it("has one intent per call and per approval, and finishes it once", async () => {
      await seed(store, 4);
      for (const n of [1, 2]) await store.approvals.insert(approvalRow({ id: `appr_${n}`, call_id: `call_${n}`, digest: `d${n}` }));
      await store.intents.insert(intentRow({ approval_id: "appr_1" }));
      await expect(store.intents.insert(intentRow({ id: "intent_2" }))).rejects.toMatchObject(conflict);
      await expect(store.intents.insert(intentRow({ id: "intent_2", call_id: "call_2", approval_id: "appr_1" }))).rejects.toMatchObject(
        conflict,
      );
      await store.intents.insert(intentRow({ id: "intent_3", call_id: "call_3", created_at: START_MS + 5 }));
      await store.intents.insert(intentRow({ id: "intent_4", call_id: "call_4", created_at: START_MS + 9 }));
      expect((await store.intents.listOpen({ olderThan: START_MS + 9 })).map(({ id }) => id)).toEqual(["intent_1", "intent_3"]);
      expect(await store.intents.finish("intent_1", { status: "unknown", finished_at: START_MS + 1 })).toBe(true);
      expect(await store.intents.finish("intent_1", { status: "done" })).toBe(false);
      expect((await store.intents.listUnknown()).map(({ id }) => id)).toEqual(["intent_1"]);
      expect(await store.intents.move("intent_1", ["unknown"], { status: "done", evidence: "list X9 exists" })).toBe(true);
      expect(await store.intents.move("intent_1", ["unknown"], { status: "not_sent", evidence: "" })).toBe(false);
      expect(await store.intents.find("intent_1")).toMatchObject({ status: "done", evidence: "list X9 exists", finished_at: START_MS + 1 });
    });

    it("keeps one before-image a call, and lets one call at a time do its next step", async () => {
      await seed(store);
      const { beforeImages } = store;
      await beforeImages.insert(beforeImageRow());
      await expect(beforeImages.insert(beforeImageRow())).rejects.toMatchObject(conflict);
      await expect(beforeImages.insert(beforeImageRow({ call_id: "call_9" }))).rejects.toMatchObject({ code: "internal" });
      await beforeImages.keepAfter("call_1", "after");
      expect([await beforeImages.claimStep("call_1", 1, "call_2"), await beforeImages.claimStep("call_1", 0, "call_2")]).toEqual([
        false,
        true,
      ]);
      expect([await beforeImages.claimStep("call_1", 0, "call_3"), await beforeImages.endStep("call_1", "call_3", {})]).toEqual([
        false,
        false,
      ]);
      expect(await beforeImages.endStep("call_1", "call_2", { steps_done: 1, steps_sealed: "steps" })).toBe(true);
      expect(await beforeImages.find("call_1")).toMatchObject({
        steps_done: 1,
        step_call: null,
        steps_sealed: "steps",
        after_sealed: "after",
      });
      expect(await beforeImages.claimStep("call_1", 1, "call_4")).toBe(true);
      expect(await beforeImages.endStep("call_1", "call_4", { steps_done: 2, undone_by: "call_4", undone_at: 7 })).toBe(true);
      expect(await beforeImages.claimStep("call_1", 2, "call_5")).toBe(false);
      expect(await beforeImages.forCalls(["call_1", "call_9"])).toMatchObject([{ undone_by: "call_4", undone_at: 7 }]);
      expect(await beforeImages.forCalls([])).toEqual([]);
      await beforeImages.remove("call_1");
      expect(await beforeImages.find("call_1")).toBeUndefined();
    });

    it("erases before-images once: when their time is over, with a day of any of their texts, and with their connection", async () => {
      await seed(store);
      const { beforeImages } = store;
      const ids = ["call_1", "call_2", "call_3", "call_4"];
      for (const [at, id] of ids.entries()) {
        if (at > 0) await store.calls.insert(callRow({ id }));
        await beforeImages.insert(beforeImageRow({ call_id: id, until: START_MS + 1000 + at }));
      }
      await beforeImages.claimStep("call_3", 0, "call_9");
      await beforeImages.endStep("call_3", "call_9", { steps_done: 1, steps_sealed: "hd1.day_2026-07-18_00000002.steps" });
      expect((await beforeImages.listOver(START_MS + 1001, 9)).map(({ call_id }) => call_id)).toEqual(["call_1", "call_2"]);
      expect([await beforeImages.erase("call_1", 5), await beforeImages.erase("call_1", 6)]).toEqual([true, false]);
      await beforeImages.keepAfter("call_1", "late");
      expect(await beforeImages.find("call_1")).toMatchObject({ sealed: null, after_sealed: null, steps_sealed: null, erased_at: 5 });
      expect(await beforeImages.claimStep("call_1", 0, "call_9")).toBe(false);
      expect(await beforeImages.listOver(START_MS + 1001, 9)).toMatchObject([{ call_id: "call_2" }]);
      expect(await beforeImages.forget("hd1.day_2026-07-18_", 8)).toBe(1);
      expect(await beforeImages.find("call_3")).toMatchObject({ sealed: null, steps_sealed: null, erased_at: 8 });
      expect((await beforeImages.listKept("conn_1")).map(({ call_id }) => call_id).toSorted()).toEqual(["call_2", "call_4"]);
      expect([await beforeImages.eraseForConnection("conn_1", 9), await beforeImages.eraseForConnection("conn_1", 9)]).toEqual([2, 0]);
    });

    it("adds up what calls used of caps, by the hour and the day, of all and of one; what lies in the future counts", async () => {
      await seed(store);
      await store.calls.insert(callRow({ id: "call_a" }));
      await store.calls.insert(callRow({ id: "call_b" }));
      await store.calls.insert(callRow({ id: "call_c" }));
      const none = { people_touched: 0, sends: 0, writes: 0, deletes: 0, reads_rows: 0 };
      const of = (call_id: string, agent_id: string, at: number) => ({ call_id, agent_id, at, connection_id: "conn_1" });
      const HOUR_MS = 3_600_000;
      await store.capUses.add(of("call_a", "agent_1", START_MS - 2 * HOUR_MS), { ...none, writes: 1, people_touched: 40 });
      await store.capUses.add(of("call_b", "owner", START_MS + HOUR_MS), { ...none, writes: 1, people_touched: 2 });
      await store.capUses.add(of("call_c", "agent_1", START_MS), none);
      await expect(store.capUses.add(of("call_a", "agent_1", START_MS), { ...none, writes: 1 })).rejects.toMatchObject(conflict);
      const used = await store.capUses.used("conn_1", "agent_1", START_MS);
      expect(used.people_touched).toEqual({ all: { hour: 2, day: 42 }, caller: { hour: 0, day: 40 } });
      expect(used.writes).toEqual({ all: { hour: 1, day: 2 }, caller: { hour: 0, day: 1 } });
      expect(used.deletes).toEqual({ all: { hour: 0, day: 0 }, caller: { hour: 0, day: 0 } });
      expect((await store.capUses.used("conn_1", "agent_1", START_MS + 22 * HOUR_MS)).writes.all.day).toBe(1);
      expect((await store.capUses.used("conn_9", "agent_1", START_MS)).writes.all.day).toBe(0);
    });

    it("keeps every version of a policy and refuses one that exists", async () => {
      await seed(store);
      const policy = { connection_id: "conn_1", digest: "x", author: "owner", created_at: START_MS };
      expect(await store.policies.current("conn_1")).toBeUndefined();
      for (const version of [1, 2, 10]) await store.policies.insert({ ...policy, version, document: `v${version}` });
      await expect(store.policies.insert({ ...policy, version: 2, document: "other" })).rejects.toMatchObject(conflict);
      expect(await store.policies.current("conn_1")).toMatchObject({ version: 10, document: "v10" });
      expect((await store.policies.list("conn_1")).map(({ version }) => version)).toEqual([10, 2, 1]);
    });

    it("gives a lease to one holder until it runs out or is released", async () => {
      expect(await store.leases.acquire("digest", "a", 100, 0)).toBe(true);
      expect(await store.leases.acquire("digest", "b", 100, 99)).toBe(false);
      expect(await store.leases.acquire("digest", "a", 100, 50)).toBe(true);
      expect(await store.leases.acquire("digest", "b", 100, 149)).toBe(false);
      expect(await store.leases.acquire("digest", "b", 100, 150)).toBe(true);
      await store.leases.release("digest", "a");
      expect(await store.leases.acquire("digest", "a", 100, 151)).toBe(false);
      await store.leases.release("digest", "b");
      expect(await store.leases.acquire("digest", "a", 100, 152)).toBe(true);
    });

    it("keeps what a token stands for once, finds it for its own connection, and forgets all of a connection", async () => {
      await seed(store);
      const rows = Array.from({ length: 450 }, (_, at) => ({
        connection_id: "conn_1",
        token: `t${at}`,
        sealed: `s${at}`,
        created_at: START_MS,
      }));
      await store.privacyTokens.add(rows);
      await store.privacyTokens.add([{ connection_id: "conn_1", token: "t1", sealed: "other", created_at: START_MS }]);
      const found = await store.privacyTokens.find("conn_1", [...rows.map(({ token }) => token), "none"]);
      expect([found.size, found.get("t1"), found.get("t449")]).toEqual([450, "s1", "s449"]);
      expect((await store.privacyTokens.find("conn_2", ["t1"])).size).toBe(0);
      expect((await store.privacyTokens.find("conn_1", [])).size).toBe(0);
      await store.privacyTokens.removeForConnection("conn_1");
      expect((await store.privacyTokens.find("conn_1", ["t1"])).size).toBe(0);
    });

    it("keeps what an agent read of outsiders, by agent and time", async () => {
      await seed(store);
      const read = (call_id: string, agent_id: string, at: number) => ({
        call_id,
        agent_id,
        connection_id: "conn_1",
        at,
        objects: "[]",
        more: 0,
        shingles: "",
      });
      for (const row of [read("c1", "a", 100), read("c2", "a", 200), read("c3", "b", 300), read("c1", "a", 250)])
        await store.untrustedReads.add(row);
      expect((await store.untrustedReads.since("a", 150)).map(({ call_id, at }) => [call_id, Number(at)])).toEqual([
        ["c1", 250],
        ["c2", 200],
      ]);
      expect([
        await store.untrustedReads.any("a", 249),
        await store.untrustedReads.any("a", 250),
        await store.untrustedReads.any("c", 0),
      ]).toEqual([true, false, false]);
      await store.untrustedReads.removeBefore("a", 200);
      expect((await store.untrustedReads.since("a", 0)).map(({ call_id }) => call_id)).toEqual(["c1"]);
      await store.untrustedReads.removeForConnection("conn_1");
      expect(await store.untrustedReads.any("b", 0)).toBe(false);
    });

    it("sets, adds and gets meta values, and knows when it was made", async () => {
      await store.meta.set("k", "1");
      await store.meta.set("k", "2");
      expect([
        await store.meta.get("k"),
        await store.meta.add("k", "3"),
        await store.meta.add("new", "4"),
        await store.meta.get("none"),
      ]).toEqual(["2", "2", "4", undefined]);
      expect(await store.meta.get(CREATED_AT)).toBe(String(START_MS));
    });
  });

  it("serves the vault as the place of its keys, wrapped, and of its salt", async () => {
    const open = (passphrase: string) =>
      openVault({
        sources: { keyFile: "/none", passphrase: new Secret(passphrase) },
        store,
        random: randomBytes,
        nowMs: START_MS,
        passphraseCost: { name: "scrypt", N: 16, r: 1, p: 1 },
      });
    const context = { connection: "conn_1", account: "AbC123", purpose: "klaviyo-key", version: 1 };
    const [one, two] = await Promise.all([open("right"), open("right")]);
    expect(two.open(one.seal("pk_1", context), context).reveal()).toBe("pk_1");
    await expect(open("wrong")).rejects.toMatchObject({ code: "master_key" });
  });
}
