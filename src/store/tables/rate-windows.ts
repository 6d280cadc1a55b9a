import { preparedRows } from "../prepared.ts";
import type { Db } from "../schema.ts";
import { inTransaction } from "../transaction.ts";

/** How much of one limit is used up in the window that began with the first request in it. */
export interface RateWindowRow {
  key: string;
  width_s: number;
  start_ms: number;
  used: number;
}

export interface RateWindow {
  key: string;
  widthS: number;
  allowed: number;
}

export type RateVerdict = { ok: true } | { ok: false; waitMs: number };

export function rateWindowsTable(db: Db) {
  return {
    /** Takes one from every window or, when any of them is used up, from none and says how long to wait. */
    async take(windows: RateWindow[], atMs: number): Promise<RateVerdict> {
      const wanted = [...new Map(windows.toSorted((a, b) => b.allowed - a.allowed).map((window) => [nameOf(window), window])).values()];
      if (wanted.length === 0) return { ok: true };
      return inTransaction(
        db,
        async (tx) => {
          const current = await lockedWindows(tx, wanted, atMs);
          let waitMs = 0;
          for (const window of wanted) {
            const { used, startMs } = current.get(nameOf(window)) ?? { used: 0, startMs: atMs };
            if (used + 1 > window.allowed) waitMs = Math.max(waitMs, startMs + window.widthS * 1000 - atMs, 1);
          }
          if (waitMs > 0) return { ok: false, waitMs };
          await write(
            tx,
            wanted.map((window) => ({ window, used: 1, startMs: atMs, ...plusOne(current.get(nameOf(window))) })),
          );
          return { ok: true };
        },
        "light",
      );
    },
    /** Writes back what the server says is used; never lowers what we have counted. */
    async observe({ key, widthS, used, atMs }: { key: string; widthS: number; used: number; atMs: number }): Promise<void> {
      const window = { key, widthS };
      await inTransaction(
        db,
        async (tx) => {
          const current = (await lockedWindows(tx, [window], atMs)).get(nameOf(window));
          if (used > (current?.used ?? 0)) await write(tx, [{ window, used, startMs: current?.startMs ?? atMs }]);
        },
        "light",
      );
    },
  };
}

type Window = Pick<RateWindow, "key" | "widthS">;
type Usage = { used: number; startMs: number };

const nameOf = ({ key, widthS }: Window): string => `${widthS} ${key}`;

const plusOne = (usage: Usage | undefined): Usage | undefined => usage && { ...usage, used: usage.used + 1 };

const lock = preparedRows<RateWindowRow, RateWindowRow>((db, rows) =>
  db
    .insertInto("rate_windows")
    .values(rows)
    .onConflict((conflict) => conflict.columns(["key", "width_s"]).doUpdateSet((eb) => ({ used: eb.ref("rate_windows.used") })))
    .returningAll(),
);
const put = preparedRows<RateWindowRow, never>((db, rows) =>
  db
    .insertInto("rate_windows")
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(["key", "width_s"]).doUpdateSet((eb) => ({ start_ms: eb.ref("excluded.start_ms"), used: eb.ref("excluded.used") })),
    ),
);

/** The windows that are running at `atMs`. The update that changes nothing locks the rows on Postgres, always in the same order. */
async function lockedWindows(db: Db, windows: Window[], atMs: number): Promise<Map<string, Usage>> {
  const values = windows
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .map(({ key, widthS }) => ({ key, width_s: widthS, start_ms: atMs, used: 0 }));
  const rows = await lock(db, values);
  // A start in the future comes from a clock that was put back, or from a neighbour's that is a little ahead.
  const running = rows.filter((row) => row.used > 0 && Math.abs(atMs - row.start_ms) < row.width_s * 1000);
  return new Map(running.map((row) => [nameOf({ key: row.key, widthS: row.width_s }), { used: row.used, startMs: row.start_ms }]));
}

async function write(db: Db, usages: ({ window: Window } & Usage)[]): Promise<void> {
  await put(
    db,
    usages.map(({ window, used, startMs }) => ({ key: window.key, width_s: window.widthS, start_ms: startMs, used })),
  );
}
