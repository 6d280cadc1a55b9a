import type { RandomBytes } from "../lib/ids.ts";
import { Secret } from "../lib/secret.ts";
import { decrypt, encrypt, KEY_BYTES, unreadable } from "./cipher.ts";
import type { SealContext, WrappingKey } from "./envelope.ts";
import type { DataKeyRow } from "./key-tables.ts";

/** The key of one connection, opened. It is not kept: whoever seals or opens with it fetches it for that. */
export interface DataKey {
  id: string;
  /** `hv2.<id of the data key>.<value, encrypted>`. */
  seal(plain: Secret, context: SealContext): string;
  /** Error `store_corrupt`. */
  open(sealed: string, context: SealContext): Secret;
}

const VALUE_FORM = "hv2";
const WRAPPED_FORM = "hk1";

/** A fresh key as a row, wrapped: bound to its own name, its connection and the name of the master key. */
export function makeDataKeyRow(
  { id, connection, at, key }: { id: string; connection: string | null; at: number; key?: Uint8Array },
  wrapping: WrappingKey,
  random: RandomBytes,
): DataKeyRow {
  const row = { id, connection_id: connection, wrapped_by: wrapping.id, created_at: at };
  return { ...row, wrapped: wrap(key ?? random(KEY_BYTES), row, wrapping, random) };
}

/** The same data key under another master key. */
export function rewrapped(row: DataKeyRow, from: WrappingKey, to: WrappingKey, random: RandomBytes): DataKeyRow {
  const next = { ...row, wrapped_by: to.id };
  return { ...next, wrapped: wrap(unwrapped(row, from), next, to, random) };
}

/** The bytes of a data key. Error `store_corrupt` when its row was changed or is another's. */
export function unwrapped(row: DataKeyRow, wrapping: WrappingKey): Buffer {
  const [form, wrapped, ...rest] = row.wrapped.split(".");
  if (form !== WRAPPED_FORM || wrapped === undefined || rest.length > 0) throw unreadable();
  return decrypt(wrapped, wrapping.key, boundTo(row));
}

export function openedDataKey(id: string, key: Uint8Array, random: RandomBytes): DataKey {
  const bound = ({ connection, account, purpose, version }: SealContext): string[] => [
    VALUE_FORM,
    id,
    connection,
    account,
    purpose,
    String(version),
  ];
  return {
    id,
    seal: (plain, context) => [VALUE_FORM, id, encrypt(Buffer.from(plain.reveal()), key, bound(context), random)].join("."),
    open(sealed, context) {
      const [form, keyId, body, ...rest] = sealed.split(".");
      if (form !== VALUE_FORM || keyId !== id || body === undefined || rest.length > 0) throw unreadable();
      return new Secret(decrypt(body, key, bound(context)).toString("utf8"));
    },
  };
}

/** Which data key a value was sealed with; undefined for one that carries its own. */
export function dataKeyIdOf(sealed: string): string | undefined {
  const [form, id] = sealed.split(".");
  return form === VALUE_FORM ? id : undefined;
}

function wrap(key: Uint8Array, row: Omit<DataKeyRow, "wrapped">, wrapping: WrappingKey, random: RandomBytes): string {
  return `${WRAPPED_FORM}.${encrypt(key, wrapping.key, boundTo(row), random)}`;
}

function boundTo({ id, connection_id, wrapped_by }: Omit<DataKeyRow, "wrapped">): string[] {
  return [WRAPPED_FORM, id, connection_id ?? "", wrapped_by];
}
