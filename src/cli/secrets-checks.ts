import type { SecretsSurvey } from "../secrets.ts";
import type { Check } from "./doctor-checks.ts";
import type { Session } from "./session.ts";
import { minuteOf } from "./times.ts";

/** What there is to say of the master key: every source by name, and what to do where something is wrong. */
export function masterKeyChecks({ active, chain, problem, dataKeys, unfinishedSince }: SecretsSurvey, { typed }: Session): Check[] {
  const name = "master key";
  if (!active) return [{ name, status: "warn", detail: "there is none yet", todo: `It is made at the first start: ${typed("start")}` }];
  if (problem) {
    return [{ name, status: "fail", detail: problem.message, ...(problem.hint !== undefined && { todo: problem.hint }) }];
  }
  const since = `${dataKeys} data keys, sealed with it since ${minuteOf(active.since)}`;
  const used = chain.find(({ state }) => state === "used");
  return [
    {
      name,
      status: "ok",
      detail: `from ${used?.provider ?? active.provider}; ${since}`,
    },
    ...chain.map(({ provider, state, detail }): Check => {
      return { name: `  ${provider}`, status: state === "passed over" ? "warn" : "ok", detail: `${state}: ${detail}` };
    }),
    ...(unfinishedSince === undefined
      ? []
      : [
          {
            name: "rotation",
            status: "warn" as const,
            detail: `begun at ${minuteOf(unfinishedSince)} and not finished; the old master key holds`,
            todo: `Finish it: ${typed("secrets rotate")}`,
          },
        ]),
  ];
}
