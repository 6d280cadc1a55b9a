import type { JsonObject } from "../lib/json.ts";

/** A master key as the store knows it: by name and check value. */
export interface MasterKeyRow {
  id: string;
  provider: string;
  check_value: string;
  derivation: string | null;
  status: "next" | "active" | "retired";
  created_at: number;
  ended_at: number | null;
}

/** A wrapped data key; `connection_id` is null for the store's own. */
export interface DataKeyRow {
  id: string;
  connection_id: string | null;
  wrapped_by: string;
  wrapped: string;
  created_at: number;
}

/** What the vault keeps in the store, and how it is put on the record. The store's tables fit. */
export interface KeyTables {
  masterKeys: {
    list(): Promise<MasterKeyRow[]>;
    insert(row: MasterKeyRow): Promise<void>;
    transition(id: string, from: MasterKeyRow["status"], to: MasterKeyRow["status"], at: number): Promise<boolean>;
    move(id: string, provider: string): Promise<void>;
    removeNext(): Promise<void>;
  };
  dataKeys: {
    find(id: string): Promise<DataKeyRow | undefined>;
    list(): Promise<DataKeyRow[]>;
    insert(row: DataKeyRow): Promise<void>;
    rewrap(id: string, from: string, to: Pick<DataKeyRow, "wrapped" | "wrapped_by">): Promise<boolean>;
  };
  meta: { get(key: string): Promise<string | undefined> };
  audit: { append(entry: { at: number; event: string; fields: JsonObject }): Promise<unknown> };
}

export interface KeyStore extends KeyTables {
  transaction<T>(work: (tables: KeyTables) => Promise<T>): Promise<T>;
  purge(): Promise<boolean>;
}
