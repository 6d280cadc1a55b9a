import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { HalyardError } from "../lib/errors.ts";
import type { Account } from "./account.ts";
import { keyIn, keys } from "./protocol/keys.ts";
import type { Limiter } from "./protocol/limits.ts";
import type { Courier } from "./server/courier.ts";
import type { Snapshot } from "./state/snapshot.ts";

/** An account with what runs beside it. */
export interface HostedAccount extends Account {
  limiter: Limiter;
  courier: Courier | undefined;
  /** What the control door kept, by name. */
  snapshots: Map<string, { snapshot: Snapshot; atMs: number }>;
}

/** Which account to open: `persist` is the file of its journal. */
export interface AccountChoice {
  seed?: string;
  profiles?: number;
  persist?: string;
}

/** The accounts of one server. A request belongs to the account of its key, or of its `company_id`. */
export interface AccountSet {
  readonly first: HostedAccount;
  all(): readonly HostedAccount[];
  /** `not_found` when there is none of this id. */
  must(id: string): HostedAccount;
  of(authorization: string | undefined, companyId: string | undefined): HostedAccount;
  /** `conflict` when there is an account of this seed. */
  add(choice: AccountChoice & { seed: string }): HostedAccount;
}

/** Opens the first account, and with a journal those that an earlier process added: their journals lie beside it. */
export function openAccounts(
  choice: AccountChoice,
  open: (choice: AccountChoice) => HostedAccount,
  idOf: (seed: string) => string,
): AccountSet {
  const { persist } = choice;
  const first = open(choice);
  const accounts = [first];
  if (persist !== undefined) for (const file of journalsBeside(persist)) accounts.push(open({ persist: file }));
  return {
    first,
    all: () => accounts,
    must: (id) => accounts.find((each) => each.id === id) ?? missing(),
    of(authorization, companyId) {
      const key = keyIn(authorization);
      const isOwn = (each: HostedAccount): boolean =>
        key === undefined ? each.id === companyId : each.state.rows(keys).find("key", key) !== undefined;
      return accounts.find(isOwn) ?? first;
    },
    add(added) {
      const id = idOf(added.seed);
      if (accounts.some((each) => each.id === id)) throw new HalyardError("conflict", "There is an account of this seed.");
      const account = open({ ...added, ...(persist !== undefined && { persist: `${persist}.${id}` }) });
      accounts.push(account);
      account.courier?.start();
      return account;
    },
  };
}

function journalsBeside(file: string): string[] {
  const folder = dirname(file);
  if (!existsSync(folder)) return [];
  const isSibling = (name: string): boolean => name.startsWith(`${basename(file)}.`) && /\.[A-Z0-9]{6}$/.test(name);
  return readdirSync(folder)
    .filter(isSibling)
    .toSorted()
    .map((name) => join(folder, name));
}

function missing(): never {
  throw new HalyardError("not_found", "The sandbox has no such account.");
}
