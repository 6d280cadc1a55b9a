import type { Generated, Insertable, Selectable } from "kysely";
import { prepared } from "../prepared.ts";
import type { Db } from "../schema.ts";

/** A Klaviyo account (or a sandbox) and what its key may do. Times are epoch milliseconds, here and in every table. */
export interface ConnectionRow {
  id: string;
  name: string;
  kind: "klaviyo" | "sandbox";
  origin: string;
  account_id: string;
  account_name: string;
  scopes: string[];
  status: "active" | "revoked";
  created_at: number;
  checked_at: number;
  revoked_at: number | null;
  /** Counts up with every revocation that touches the connection, its agents' too: what was permitted before it must ask again. */
  epoch: number;
}

export interface ConnectionColumns extends Omit<ConnectionRow, "scopes" | "epoch"> {
  /** JSON list. */
  scopes: string;
  epoch: Generated<number>;
}

export type NewConnection = Omit<Insertable<ConnectionColumns>, "scopes"> & { scopes: string[] };
export type ConnectionPatch = Partial<Pick<ConnectionRow, "scopes" | "checked_at" | "account_name">>;

const withAgent = prepared<{ id: string; agentId: string }, Selectable<ConnectionColumns> & { agent: string | null }>((db, value) =>
  db
    .selectFrom("connections")
    .selectAll("connections")
    // Not a join: with a parameter in its condition SQLite plans it anew at every run, which takes ten times as long as the rest.
    .select((eb) =>
      eb
        .selectFrom("agents")
        .select("agents.id")
        .where("agents.id", "=", value("agentId"))
        .whereRef("agents.connection_id", "=", "connections.id")
        .where("agents.revoked_at", "is", null)
        .as("agent"),
    )
    .where("connections.id", "=", value("id")),
);
const byId = prepared<{ id: string }, Selectable<ConnectionColumns>>((db, value) =>
  db.selectFrom("connections").selectAll().where("id", "=", value("id")),
);

export function connectionsTable(db: Db) {
  return {
    /** A name that is taken is a `conflict`. */
    async insert(row: NewConnection): Promise<void> {
      await db
        .insertInto("connections")
        .values({ ...row, scopes: JSON.stringify(row.scopes) })
        .execute();
    },
    async find(id: string): Promise<ConnectionRow | undefined> {
      const [row] = await byId(db, { id });
      return decoded(row);
    },
    /** A connection, and whether this agent is one of it and not revoked: one look, since every call asks several times. */
    async withAgent(id: string, agentId: string): Promise<{ connection: ConnectionRow; hasAgent: boolean } | undefined> {
      const [row] = await withAgent(db, { id, agentId });
      if (!row) return undefined;
      const { agent, ...connection } = row;
      return { connection: decodedRow(connection), hasAgent: agent !== null };
    },
    async byName(name: string): Promise<ConnectionRow | undefined> {
      return decoded(await db.selectFrom("connections").selectAll().where("name", "=", name).executeTakeFirst());
    },
    async list(): Promise<ConnectionRow[]> {
      const rows = await db.selectFrom("connections").selectAll().orderBy("created_at").orderBy("id").execute();
      return rows.map(decodedRow);
    },
    async update(id: string, patch: ConnectionPatch): Promise<void> {
      const { scopes, ...rest } = patch;
      const columns = { ...rest, ...(scopes && { scopes: JSON.stringify(scopes) }) };
      if (Object.keys(columns).length === 0) return;
      await db.updateTable("connections").set(columns).where("id", "=", id).execute();
    },
    /** Takes back every permission given so far to what has not left yet. On Postgres it also waits for a departure that is being marked. */
    async advanceEpoch(id: string): Promise<void> {
      await db
        .updateTable("connections")
        .set((eb) => ({ epoch: eb("epoch", "+", 1) }))
        .where("id", "=", id)
        .execute();
    },
    /** False when it was not active any more. */
    async revoke(id: string, at: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("connections")
        .set((eb) => ({ status: "revoked" as const, revoked_at: at, epoch: eb("epoch", "+", 1) }))
        .where("id", "=", id)
        .where("status", "=", "active")
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}

function decodedRow(row: Selectable<ConnectionColumns>): ConnectionRow {
  return { ...row, scopes: JSON.parse(row.scopes) as string[] };
}

function decoded(row: Selectable<ConnectionColumns> | undefined): ConnectionRow | undefined {
  return row && decodedRow(row);
}
