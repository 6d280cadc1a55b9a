import { describe, expect, it } from "vitest";
import type { ApprovalView } from "../gate/call.ts";
import { HalyardError } from "../lib/errors.ts";
import { approvalAnswer, callAnswer, errorAnswer } from "./result.ts";

const view: ApprovalView = {
  approval_id: "appr_1",
  call_id: "call_1",
  connection_id: "conn_1",
  agent_id: "agent_a",
  operation: "create_list",
  digest: "d1",
  shape: "s1",
  status: "pending",
  status_reason: null,
  created_at: "2026-11-01T00:00:00.000Z",
  decide_by: "2026-11-02T00:00:00.000Z",
  use_by: "2026-11-02T01:00:00.000Z",
  decided_by: "anna",
  decided_at: null,
  card: {
    title: "secret-card",
    operation: "create_list",
    connection: "c",
    account: "a",
    agent: "x",
    effect: { kind: "create", risk: 1, risk_means: "", reversible: "yes", inverse: [] },
    target: null,
    audience: [],
    leaves: [],
    people: { count: null, basis: "none" },
    warnings: [],
    agent_says: null,
  },
};

describe("results of calls as answers of tools", () => {
  it("tells what is done, with its rows", () => {
    const answer = callAnswer(
      { status: "done", call_id: "call_1", operation: "get_lists", http_status: 200, body: { data: [{ type: "list", id: "A" }] } },
      "read",
    );
    expect(answer).toStrictEqual({ data: { status: "done", call_id: "call_1", count: 1, rows: [{ id: "A", type: "list" }] } });
  });

  it("tells that an accepted job is not done yet, and that an earlier result is no second sending", () => {
    const answer = callAnswer(
      { status: "accepted", call_id: "call_1", operation: "o", http_status: 202, body: null, approval_id: "appr_1", earlier: true },
      "write",
    );
    expect(answer.data).toMatchObject({
      status: "accepted",
      approval_id: "appr_1",
      note: expect.stringContaining("nothing was sent again"),
      next: expect.stringContaining("job"),
    });
  });

  it("makes what is asked or denied an ordinary result with its reason", () => {
    const asked = callAnswer(
      { status: "approval_required", call_id: "call_1", approval_id: "appr_1", operation: "o", because: "risk 3 asks", decide_by: "2026" },
      "write",
    );
    expect(asked.isError).toBeUndefined();
    expect(asked.data).toMatchObject({
      approval_id: "appr_1",
      because: "risk 3 asks",
      decide_by: "2026",
      next: expect.stringMatching(/outside this chat.*call write again with the same action and args/),
    });
    const denied = callAnswer({ status: "denied", call_id: "call_1", operation: "o", because: "risk 5 is denied" }, "write");
    expect(denied).toMatchObject({ data: { status: "denied", because: "risk 5 is denied" } });
    expect(denied.isError).toBeUndefined();
  });

  it.each([
    ["rejected", "nothing changed"],
    ["failed", "nothing changed"],
    ["unknown", "may or may not have happened"],
  ] as const)("makes %s an error that says what it means", (status, means) => {
    const answer = callAnswer(
      { status, call_id: "call_1", operation: "o", error: { code: "rejected", message: "no" }, how_to_check: "Look at get_lists." },
      "write",
    );
    expect(answer).toMatchObject({
      isError: true,
      data: { status, error: { code: "rejected" }, how_to_check: "Look at get_lists.", means: expect.stringContaining(means) },
    });
  });

  it("shows an approval without card, rule or person", () => {
    const text = JSON.stringify(approvalAnswer({ ...view, status: "voided", status_reason: "rule no-night-sends denies" }));
    expect(text).not.toMatch(/secret-card|no-night-sends|anna|agent_a/);
    expect(approvalAnswer(view).data).toStrictEqual({
      approval_id: "appr_1",
      status: "pending",
      operation: "create_list",
      decide_by: view.decide_by,
      next: expect.stringContaining("not decided"),
    });
  });

  it("shows what an approval came to: the owner's words, the time to use it, the result", () => {
    expect(approvalAnswer({ ...view, status: "denied", status_reason: "Not before Friday" }).data["owner_says"]).toBe("Not before Friday");
    expect(approvalAnswer({ ...view, status: "approved" }).data["use_by"]).toBe(view.use_by);
    const used = approvalAnswer({
      ...view,
      status: "consumed",
      result: { status: "done", call_id: "call_1", operation: "create_list", http_status: 201, body: { data: { type: "list", id: "N" } } },
    });
    expect(used.data["result"]).toMatchObject({ status: "done", row: { id: "N" } });
  });

  it("tells our own errors whole and nothing of any other", () => {
    const error = new HalyardError("invalid_arguments", "Wrong.", { hint: "Look.", violations: [{ path: "/id", message: "is required" }] });
    expect(errorAnswer(error)).toStrictEqual({
      isError: true,
      data: {
        status: "error",
        code: "invalid_arguments",
        message: "Wrong.",
        hint: "Look.",
        violations: [{ path: "/id", message: "is required" }],
      },
    });
    expect(JSON.stringify(errorAnswer(new Error("/srv/x SELECT pk_123")))).not.toMatch(/SELECT|pk_123/);
  });
});

describe("what waits for its time, what the owner changed, and plans", () => {
  const base = { call_id: "call_1", operation: "send_campaign" };

  it("a held call says when it goes and that nothing is to be done", () => {
    const held = { ...base, status: "held", approval_id: "appr_1", goes_at: "2026-07-15T10:01:00.000Z", by_itself: true } as const;
    expect(callAnswer(held, "write").data).toMatchObject({
      status: "held",
      goes_at: held.goes_at,
      next: expect.stringContaining("by itself"),
    });
    expect(callAnswer({ ...held, by_itself: false }, "write").data["next"]).toContain("Call write again");
  });

  it("a changed call tells exactly what was sent", () => {
    const executed = { id: "01A", name: "VIP 2026" };
    const { data } = callAnswer({ ...base, status: "done", http_status: 200, body: null, executed }, "write");
    expect(data).toMatchObject({ executed_args: executed, changed_by_owner: expect.any(String) });
  });

  it("a plan that stopped is an error that tells each step", () => {
    const step = { ...base, status: "done", http_status: 200, body: null } as const;
    const steps = [
      { step: 1, operation: "create_list", result: step },
      { step: 2, operation: "create_tag" },
    ];
    const stopped = callAnswer({ ...base, operation: "plan", status: "plan_stopped", steps }, "write");
    expect(stopped.isError).toBe(true);
    expect(stopped.data).toMatchObject({
      status: "stopped",
      steps: [
        { step: 1, status: "done" },
        { step: 2, status: "not_sent" },
      ],
    });
    expect(callAnswer({ ...base, operation: "plan", status: "plan_done", steps: steps.slice(0, 1) }, "write").isError).toBeUndefined();
  });
});
