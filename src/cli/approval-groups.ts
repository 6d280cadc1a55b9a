import type { ApprovalView } from "../gate/call.ts";
import { approvalLines } from "./card-lines.ts";
import { bold, dim, type Line } from "./layout.ts";
import type { Session } from "./session.ts";

/** So many of a kind are shown as one. */
const MIN_ALIKE = 3;

/** Cards in their order; those that differ only in their values stand together: one whole, of the others what differs. */
export function groupedLines(views: ApprovalView[], session: Session): Line[] {
  const groups = new Map<string, ApprovalView[]>();
  for (const view of views) {
    const key = view.status === "pending" ? view.shape : view.approval_id;
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...rest] = group;
    if (!first || group.length < MIN_ALIKE) return group.flatMap((view) => approvalLines(view, session));
    return [
      [bold(`${group.length} alike: ${first.operation} by ${first.card.agent}`), dim("  the first whole, of the others what differs")],
      ...approvalLines(first, session),
      ...rest.map((view): Line => [`  ${view.approval_id}  `, dim(differenceOf(first, view))]),
      dim(`  Each is decided on its own: ${session.typed("approvals show ID")}`),
      "",
    ];
  });
}

function differenceOf(first: ApprovalView, other: ApprovalView): string {
  const known = new Map(first.card.leaves.map(({ path, value }) => [path, value]));
  const differing = other.card.leaves.filter(({ path, value }) => known.get(path) !== value);
  const shown = differing.slice(0, 4).map(({ path, value }) => `${path} = ${value.slice(0, 40)}`);
  return `${shown.join("; ")}${differing.length > shown.length ? `; ${differing.length - shown.length} more` : ""}`;
}
