import type { Context } from "../engine/context.ts";
import { profiles } from "../resources/profile-rows.ts";
import type { SegmentRow } from "../resources/segment-rows.ts";
import { joinedAt, segmentMemberIds } from "../segments/membership.ts";

/** What became of a segment between one moment and the next. */
export interface Change {
  total: number;
  added: number;
  removed: number;
}

/**
 * How a segment changed up to each of `ends`, from `from` on, UTC ms ascending. Who was a member when is not kept: the definition is asked anew
 * for each moment, and who joined after it by what events and lists tell is left out. Who came and went in between is not seen (assumed, all of it).
 */
export function segmentHistory(ctx: Context, segment: SegmentRow, from: number, ends: readonly number[]): Change[] {
  /** When somebody joins whom the definition names too early. */
  const joining = new Map<string, number>();
  let [asked, nextJoin]: [readonly string[] | undefined, number] = [undefined, 0];
  let members: ReadonlySet<string> = new Set();
  const advance = (atMs: number): Change => {
    const before = members;
    // Nothing is known of what is to come, and a segment begins with its making.
    const then: Context = { ...ctx, now: Math.min(atMs, ctx.now) };
    const ids = then.now < segment.created ? NOBODY : segmentMemberIds(then, segment.id);
    // The same list as before is the same answer, unless somebody in it joins meanwhile.
    if (ids === asked && then.now < nextJoin) return { total: before.size, added: 0, removed: 0 };
    members = new Set(ids.filter((id) => before.has(id) || joinOf(then, segment, id, joining) <= then.now));
    asked = ids;
    nextJoin = [...joining.values()].reduce((next, at) => (at > then.now ? Math.min(next, at) : next), Number.POSITIVE_INFINITY);
    let kept = 0;
    for (const id of members) if (before.has(id)) kept++;
    return { total: members.size, added: members.size - kept, removed: before.size - kept };
  };
  advance(from);
  return ends.map(advance);
}

const NOBODY: readonly string[] = [];

function joinOf(then: Context, segment: SegmentRow, profileId: string, joining: Map<string, number>): number {
  const profile = then.rows(profiles).get(profileId);
  const joined = joining.get(profileId) ?? (profile ? joinedAt(then, segment, profile) : Number.POSITIVE_INFINITY);
  if (joined > then.now) joining.set(profileId, joined);
  return joined;
}
