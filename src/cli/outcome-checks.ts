import type { Check } from "./doctor-checks.ts";
import type { CliApp } from "./parts.ts";
import type { Session } from "./session.ts";

/** Whether writes may go, what is not known of those that went, and what happened late or twice. */
export async function outcomeChecks(app: CliApp, session: Session): Promise<Check[]> {
  const { held_up: held, unknown, alarms } = await app.outcomes();
  const mend = held?.code === "restored" ? "audit accept-restore" : "resume";
  const look = (callId: string | undefined): string => `Its story: ${session.typed(`activity ${callId}`)}. Then look at the account.`;
  return [
    held
      ? { name: "writes", status: "fail", detail: held.message, todo: `When that is in order: ${session.typed(mend)}` }
      : { name: "writes", status: "ok", detail: "they go where the policy lets them" },
    alarms.length === 0
      ? { name: "late effects", status: "ok", detail: "none in the last week" }
      : {
          name: "late effects",
          status: "fail",
          detail: alarms
            .map(({ operation, alarm }) => `${operation} ${alarm === "late" ? "happened late" : "may have happened twice"}`)
            .join(", "),
          todo: look(alarms[0]?.call_id),
        },
    unknown.length === 0
      ? { name: "unknown outcomes", status: "ok", detail: "none" }
      : {
          name: "unknown outcomes",
          status: "warn",
          detail: `${unknown.length}: ${[...new Set(unknown.map(({ operation }) => operation))].join(", ")}`,
          todo: look(unknown[0]?.call_id),
        },
  ];
}
