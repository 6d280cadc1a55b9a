import { isoSeconds } from "../../lib/clock.ts";
import type { Context } from "./context.ts";

/** A time of a row as Klaviyo writes it: whole seconds, and microseconds in the answer to the write that set it (behaviour.md §1.11). */
export function timeText(atMs: number, ctx: Pick<Context, "now" | "fresh">): string {
  return ctx.fresh && atMs === ctx.now ? microsText(atMs) : isoSeconds(atMs);
}

/** `2026-07-02T04:51:04.548000+00:00`, for types that always show microseconds. */
export function microsText(atMs: number): string {
  return isoSeconds(atMs).replace("+00:00", `.${String(atMs % 1000).padStart(3, "0")}000+00:00`);
}
