import { sql } from "kysely";
import type { CapName, Used, Uses } from "../../policy/caps.ts";
import { preparedRows } from "../prepared.ts";
import type { Db } from "../schema.ts";

/** What one call used of one cap, in the transaction of its intent. */
export interface CapUseRow {
  call_id: string;
  cap: CapName;
  connection_id: string;
  agent_id: string;
  amount: number;
  at: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const insertRows = preparedRows<CapUseRow, never>((db, rows) => db.insertInto("cap_uses").values(rows));

export function capUsesTable(db: Db) {
  return {
    /** Writes down what a call uses; nothing for what it does not. A second time for the same call is a `conflict`. */
    async add(call: { call_id: string; connection_id: string; agent_id: string; at: number }, uses: Uses): Promise<void> {
      const rows = (Object.entries(uses) as [CapName, number][]).flatMap(([cap, amount]) => (amount > 0 ? [{ ...call, cap, amount }] : []));
      if (rows.length > 0) await insertRows(db, rows);
    },
    /** Sums over the last hour and the last 24 hours. What a clock that was set back left in the future counts as well. */
    async used(connectionId: string, agentId: string, nowMs: number): Promise<Used> {
      const isHour = sql<boolean>`at > ${nowMs - HOUR_MS}`;
      const isCaller = sql<boolean>`agent_id = ${agentId}`;
      const sumWhere = (when: ReturnType<typeof sql<boolean>>) => sql<number | string>`sum(case when ${when} then amount else 0 end)`;
      const rows = await db
        .selectFrom("cap_uses")
        .select(["cap", sql<number | string>`sum(amount)`.as("day"), sumWhere(isHour).as("hour")])
        .select([sumWhere(isCaller).as("caller_day"), sumWhere(sql<boolean>`${isCaller} and ${isHour}`).as("caller_hour")])
        .where("connection_id", "=", connectionId)
        .where("at", ">", nowMs - DAY_MS)
        .groupBy("cap")
        .execute();
      const of = (cap: CapName): Used[CapName] => {
        const row = rows.find((one) => one.cap === cap);
        // Postgres gives sums as text.
        const number = (value: number | string | undefined): number => Number(value ?? 0);
        return {
          all: { hour: number(row?.hour), day: number(row?.day) },
          caller: { hour: number(row?.caller_hour), day: number(row?.caller_day) },
        };
      };
      return {
        people_touched: of("people_touched"),
        sends: of("sends"),
        writes: of("writes"),
        deletes: of("deletes"),
        reads_rows: of("reads_rows"),
      };
    },
  };
}
