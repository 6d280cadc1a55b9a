import { RISK_NAMES } from "../../policy/presets.ts";
import type { ApprovalRow } from "../../store/tables/approvals.ts";
import type { GateParts } from "../call.ts";
import type { Card } from "./card.ts";
import { withoutPeople } from "../record/redact.ts";

const labelOf = (approvalId: string): string => `card:${approvalId}`;

/** The card as it lies in the store: under the key of its day, for it names people. */
export function sealCard({ dayKeys }: Pick<GateParts, "dayKeys">, card: Card, approvalId: string): string {
  return dayKeys.seal(JSON.stringify(card), labelOf(approvalId));
}

/** The card of an approval; undefined once its day was erased, or where what lies there is no card of it. */
export function cardOf({ dayKeys }: Pick<GateParts, "dayKeys">, row: Pick<ApprovalRow, "id" | "card">): Card | undefined {
  try {
    const text = dayKeys.open(row.card, labelOf(row.id));
    return text === undefined ? undefined : (JSON.parse(text) as Card);
  } catch {
    // Changed in the store: such an approval is not genuine, and is told like one whose content is gone.
    return undefined;
  }
}

/** What is left of a card whose content was erased: what the approval's own columns say. */
export function erasedCard(row: ApprovalRow): Card {
  const risk = ([0, 1, 2, 3, 4, 5] as const).find((level) => level === row.risk) ?? 5;
  return {
    title: "The content of this call cannot be read any more",
    operation: row.operation,
    connection: row.connection_id,
    account: row.account_id,
    agent: row.agent_id,
    effect: { kind: row.effect_kind, risk, risk_means: RISK_NAMES[risk], reversible: "n/a", inverse: [] },
    target: null,
    audience: [],
    leaves: [],
    people: { count: row.people, basis: row.people_basis },
    warnings: ["Its day was erased from the record, or it was changed in the store. It cannot be approved."],
    agent_says: null,
  };
}

const META = "approvals.cards";

/** Seals what an earlier Halyard left in the clear, once: cards, and the words that lists of calls show. */
export async function sealOldCards({ store, dayKeys }: Pick<GateParts, "store" | "dayKeys">): Promise<void> {
  if ((await store.meta.get(META)) !== undefined) return;
  await dayKeys.ready();
  await store.transaction(async (tables) => {
    for (const { id, card } of await tables.approvals.inTheClear()) await tables.approvals.reseal(id, dayKeys.seal(card, labelOf(id)));
    for (const { id, reason, target } of await tables.calls.list({ limit: 1_000_000 })) {
      const words = { reason: reason && withoutPeople(reason), target: target && withoutPeople(target) };
      if (words.reason !== reason || words.target !== target) await tables.calls.update(id, words);
    }
    await tables.meta.set(META, "sealed");
  });
}
