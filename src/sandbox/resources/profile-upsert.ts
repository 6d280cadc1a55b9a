import type { Context } from "../engine/context.ts";
import { refuse } from "../engine/refusal.ts";
import { withInput, type ProfileInput } from "./profile-input.ts";
import { profiles, type ProfileRow } from "./profile-rows.ts";

export interface Upserted {
  profile: ProfileRow;
  isNew: boolean;
}

/**
 * Finds the person by id, else by any identifier, and stores what the input says; makes one when there is none. `client` calls, which
 * anybody may send, fill in identifiers that are missing and never change one; a server call that names identifiers of two people is a 409.
 */
export function upsertProfile(ctx: Context, input: ProfileInput, caller: "server" | "client" = "server"): Upserted {
  const owners = ownersOf(ctx, input);
  const known =
    input.id === undefined || caller === "client" ? (ctx.rows(profiles).get(input.id ?? "") ?? owners[0]) : mustProfile(ctx, input.id);
  if (!known) return { profile: ctx.rows(profiles).put(newProfile(ctx, input)), isNew: true };
  const told = caller === "client" ? withoutTaken(input, known, owners) : input;
  return { profile: updateProfile(ctx, known, told), isNew: false };
}

/** Row of a new person, not stored yet. 409 `duplicate_profile` when an identifier is known, 400 without any identifier. */
export function newProfile(ctx: Context, input: ProfileInput): ProfileRow {
  const [owner] = ownersOf(ctx, input);
  if (owner) duplicate(owner, input);
  if (!input.email && !input.phone && !input.externalId && input.anonymousId === undefined) {
    refuse("invalid", "One of 'email', 'phone_number' or 'external_id' is required.", {
      source: { pointer: `${input.pointer}/attributes` },
    });
  }
  return withInput({ id: ctx.ids.ulid(ctx.now), created: ctx.now, updated: ctx.now }, input, ctx.now);
}

/** Changes a person. 409 `duplicate_profile` when an identifier is someone else's. */
function updateProfile(ctx: Context, known: ProfileRow, input: ProfileInput): ProfileRow {
  const other = ownersOf(ctx, input).find(({ id }) => id !== known.id);
  if (other) duplicate(other, input);
  return ctx.rows(profiles).put(withInput(known, input, ctx.now));
}

/** The people whom the identifiers name, in the order email, phone, external id, anonymous id, exchange token. */
export function ownersOf(ctx: Context, { email, addEmails, phone, externalId, anonymousId, kx }: ProfileInput): ProfileRow[] {
  const rows = ctx.rows(profiles);
  const found = [
    ...[email, ...addEmails].map((each) => each && rows.find("email", each)),
    phone && rows.find("phone_number", phone),
    externalId && rows.find("external_id", externalId),
    anonymousId && rows.find("anonymous_id", anonymousId),
    kx && rows.get(idOfKx(kx)),
  ];
  return [...new Set(found.filter((row) => typeof row === "object" && row !== null))];
}

/** The exchange token of a person. Opaque at Klaviyo; here it holds the id, so that none has to be kept. */
export function kxOf(ctx: Pick<Context, "accountId">, id: string): string {
  return `${Buffer.from(id).toString("base64url")}.${ctx.accountId}`;
}

function idOfKx(kx: string): string {
  return Buffer.from(kx.split(".")[0] ?? "", "base64url").toString();
}

function mustProfile(ctx: Context, id: string): ProfileRow {
  return ctx.rows(profiles).get(id) ?? refuse("not_found", `A profile with id ${id} does not exist.`);
}

/** Wording and meta as quoted in klaviyo-api-node#74 and #75. */
function duplicate(owner: ProfileRow, { pointer }: ProfileInput): never {
  const source = { pointer: `${pointer}/attributes` };
  refuse("duplicate_profile", "A profile already exists with one of these identifiers.", {
    source,
    meta: { duplicate_profile_id: owner.id },
  });
}

function withoutTaken(input: ProfileInput, known: ProfileRow, owners: readonly ProfileRow[]): ProfileInput {
  const isFree = owners.every(({ id }) => id === known.id);
  const kept = <T>(has: unknown, value: T): T | undefined => (has === undefined && isFree && value !== null ? value : undefined);
  return {
    ...input,
    email: kept(known.email, input.email),
    phone: kept(known.phone, input.phone),
    externalId: kept(known.externalId, input.externalId),
    anonymousId: kept(known.anonymousId, input.anonymousId),
    addEmails: [],
    dropEmails: [],
    kx: undefined,
  };
}
