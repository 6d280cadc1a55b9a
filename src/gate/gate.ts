import type { ApprovalView, CallInput, CallResult, Caller } from "./call.ts";

/** The one way in: every door calls this, and nothing else can send a write. */
export interface Gate {
  /** Takes a call through the eight steps. Throws `HalyardError` for what was refused before a decision (unknown action, wrong arguments …). */
  call(caller: Caller, input: CallInput): Promise<CallResult>;
  /** An approval as its own agent, or the owner, may see it; `not_found` for anyone else's. */
  approval(caller: Caller, approvalId: string): Promise<ApprovalView>;
  /** For the owner: approvals, newest first. */
  approvals(filter: { status?: ApprovalView["status"]; limit?: number }): Promise<ApprovalView[]>;
  /** The owner's yes. With `run` the call is sent at once and its result returned; without, the agent sends it by asking again. */
  approve(approvalId: string, by: string, options: { run: boolean }): Promise<ApprovalView>;
  /** The owner's no. */
  deny(approvalId: string, by: string, reason: string | null): Promise<ApprovalView>;
  /** Turns what an interrupted process left behind into outcomes: run at start. */
  recover(): Promise<{ unknown: number; expired: number }>;
}
