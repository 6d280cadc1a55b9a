import type { Command } from "commander";
import { argumentForms } from "../argument-forms.ts";
import { bold, dim, fields, table, type Line } from "../layout.ts";
import type { Reference } from "../parts.ts";
import { wholeNumber, type Session } from "../session.ts";

type Operation = Reference["catalog"]["operations"][number];

export const example = "actions add someone to a list";

export function build(command: Command, session: Session): void {
  command
    .argument("[words...]", "what you want to do; without words the areas are listed")
    .option("--limit <n>", "at most so many", wholeNumber("--limit", 1, 100), 10)
    .action(async (words: string[], { limit }: { limit: number }) => {
      const reference = await session.reference();
      if (words.length === 0) return areas(session, reference);
      const found = reference.searchActions(reference.catalog, words.join(" "), limit);
      session.output.result({ actions: found.map(factsOf) }, () => {
        if (found.length === 0) return [`No action fits these words. ${session.typed("actions")} lists the areas.`];
        return [
          ...table(
            ["action", "risk", "what it does"],
            found.map(({ id, effect, summary }) => [bold(id), String(effect.risk), summary]),
          ),
          "",
          `More about one: ${session.typed(`actions show ${found[0]?.id}`)}`,
        ];
      });
    });
  command
    .command("show")
    .description("Show one action: what it does, what it takes, how it can be undone.")
    .argument("<name>")
    .action(async (name: string) => {
      const reference = await session.reference();
      const operations = operationsOf(reference, name);
      const data = operations.map(({ choice, operation }) => ({
        ...(choice !== "" && { [reference.CHOOSER]: choice }),
        ...factsOf(operation),
        arguments: argumentForms(reference, operation),
      }));
      session.output.result({ name, operations: data }, () =>
        operations.flatMap(({ choice, operation }) => showLines(reference, operation, choice)),
      );
    });
}

function areas(session: Session, { catalog }: Reference): void {
  const counts = new Map<string, { reads: number; writes: number }>();
  for (const { area, effect } of catalog.operations) {
    const count = counts.get(area) ?? { reads: 0, writes: 0 };
    count[effect.risk === 0 ? "reads" : "writes"]++;
    counts.set(area, count);
  }
  const rows = [...counts].map(([area, count]) => ({ area, ...count })).toSorted((a, b) => (a.area < b.area ? -1 : 1));
  session.output.result({ areas: rows }, () => [
    ...table(
      ["area", "reads", "writes"],
      rows.map(({ area, reads, writes }) => [area, String(reads), String(writes)]),
    ),
    "",
    `Find one in plain words: ${session.typed("actions add someone to a list")}`,
  ]);
}

/** The operations that a name stands for; an unknown name is the resolver's error with the nearest names. */
function operationsOf({ catalog, actionIndex, resolveAction }: Reference, name: string): { choice: string; operation: Operation }[] {
  const choices = actionIndex(catalog).lookup(name);
  if (!choices) return [{ choice: "", operation: resolveAction(catalog, name, {}).operation }];
  return Object.entries(choices).flatMap(([choice, id]) => {
    const operation = catalog.find(id);
    return operation ? [{ choice, operation }] : [];
  });
}

function factsOf({ id, summary, area, channel, method, path, scopes, effect }: Operation) {
  return { action: id, summary, area, channel, method, path, scopes, effect };
}

function showLines(reference: Reference, operation: Operation, choice: string): Line[] {
  const { id, summary, method, path, channel, effect, scopes, aliases } = operation;
  const forms = argumentForms(reference, operation).map(({ name, required, form }) => [`    ${name}`, required ? "required" : "", form]);
  return [
    [bold(id), choice === "" ? "" : dim(`  with ${reference.CHOOSER}=${choice}`)],
    ...fields([
      ["what", summary],
      ["class", `${effect.kind}, risk ${effect.risk}: ${reference.RISK_NAMES[effect.risk]}`],
      [
        "undo",
        effect.risk === 0 ? undefined : `${effect.reversible}${effect.inverse.length === 0 ? "" : `, with ${effect.inverse.join(" or ")}`}`,
      ],
      ["scopes", scopes.length === 0 ? undefined : scopes.join(" ")],
      ["Klaviyo", `${method} ${path}${channel === "beta" ? " (beta)" : ""}`],
      ["also", aliases.length === 0 ? undefined : aliases.join(", ")],
    ]),
    ...(forms.length === 0 ? [dim("  It takes no arguments.")] : table(["    argument", "", "form"], forms)),
    "",
  ];
}
