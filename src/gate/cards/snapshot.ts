import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import type { Audience } from "./card.ts";
import { differences, type Change } from "./card-changes.ts";
import type { ReadContent } from "./card-content.ts";
import { sha256, shownText } from "./card-leaf.ts";
import { VOLATILE } from "../undo/undo-drift.ts";

/** What the owner saw of the account beside the call itself: kept, sealed, with the approval, and compared when it is used. */
export interface Snapshot {
  item: JsonObject | null;
  /** Only where the call is about all of their members. */
  groups: { id: string; type: string; name: string | null; people: number | null }[];
  content: { id: string; what: string; digest: string }[];
  /** SHA-256, hex, of what is there of a call that is taken back. */
  undone?: string;
}

/** People come and go all day: an audience is another one when it moved by more than a twentieth, and by more than five. */
const MAX_DRIFT = { share: 0.05, people: 5 };

export function snapshotOf(item: JsonObject | null, groups: Audience[], content: ReadContent[], undone = ""): Snapshot {
  return {
    item: item && asObject(lasting(item)),
    groups: groups.map(({ id, type, name, people }) => ({ id, type, name, people })),
    content: content.map(({ id, shown, digest }) => ({ id, what: shown.what, digest })),
    ...(undone !== "" && { undone }),
  };
}

/** SHA-256, hex; empty where nothing was read. */
export function digestOfSnapshot(snapshot: Snapshot): string {
  if (snapshot.item === null && snapshot.groups.length === 0 && snapshot.content.length === 0 && snapshot.undone === undefined) return "";
  return sha256(canonicalJson(JSON.parse(JSON.stringify(snapshot)) as Json));
}

/** What is not as it was, in the words of a card. Empty: the owner would see the same. */
export function driftOf(before: Snapshot, now: Snapshot): Change[] {
  return [...itemDrift(before, now), ...groupDrift(before, now), ...contentDrift(before, now), ...undoneDrift(before, now)];
}

function itemDrift({ item: before }: Snapshot, { item: now }: Snapshot): Change[] {
  if (before === null && now === null) return [];
  if (before === null || now === null)
    return [
      { path: "the thing itself", before: before ? "there" : "(not there)", after: now ? "there" : "(not there, or it cannot be read)" },
    ];
  return differences(before, now).map((change) => ({ ...change, path: change.path.replace(/^data\.attributes\./, "") }));
}

function groupDrift(before: Snapshot, now: Snapshot): Change[] {
  const ids = [...new Set([...before.groups, ...now.groups].map(({ id }) => id))];
  return ids.flatMap((id): Change[] => {
    const [old, next] = [before.groups.find((one) => one.id === id), now.groups.find((one) => one.id === id)];
    const path = `${(next ?? old)?.type ?? "group"} ${shownText((next ?? old)?.name ?? id)}`;
    if (!old || !next) return [{ path, before: old ? "in it" : "(not in it)", after: next ? "in it" : "(not in it)" }];
    const said = ({ people, name }: Snapshot["groups"][number]): string =>
      `${name === null ? "" : `"${shownText(name)}", `}${people ?? "not counted"}`;
    return old.name === next.name && isNear(old.people, next.people) ? [] : [{ path, before: said(old), after: said(next) }];
  });
}

function isNear(before: number | null, now: number | null): boolean {
  // What could not be counted then was shown as such; what cannot be counted now could be anything.
  if (before === null || now === null) return before === now;
  return Math.abs(now - before) <= Math.max(MAX_DRIFT.people, before * MAX_DRIFT.share);
}

function contentDrift(before: Snapshot, now: Snapshot): Change[] {
  const ids = [...new Set([...before.content, ...now.content].map(({ id }) => id))];
  return ids.flatMap((id): Change[] => {
    const [old, next] = [before.content.find((one) => one.id === id), now.content.find((one) => one.id === id)];
    if (old?.digest === next?.digest) return [];
    const said = (one: { digest: string } | undefined): string => (one ? `version ${one.digest.slice(0, 12)}` : "(not there)");
    return [{ path: `content of ${(next ?? old)?.what ?? id}`, before: said(old), after: said(next) }];
  });
}

function undoneDrift({ undone: before }: Snapshot, { undone: now }: Snapshot): Change[] {
  if (before === now) return [];
  const said = (digest: string | undefined): string => (digest === undefined ? "(not there)" : `version ${digest.slice(0, 12)}`);
  return [{ path: "what the undoing would put back", before: said(before), after: said(now) }];
}

/** The document without what moves by itself. */
function lasting(value: Json): Json {
  if (Array.isArray(value)) return value.map(lasting);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (VOLATILE.has(name) ? [] : [[name, lasting(inner)]])));
}

function asObject(value: Json): JsonObject | null {
  return isJsonObject(value) ? value : null;
}
