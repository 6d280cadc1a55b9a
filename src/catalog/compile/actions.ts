import type { NamedAction } from "../actions.ts";
import type { Operation } from "../operation.ts";

/** Parses `actions.tsv`: each row a title and the operations behind it, told apart by the last part of their paths. */
export function parseActions(text: string, operations: readonly Operation[]): NamedAction[] {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const rows = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const actions = rows.map((row): NamedAction => {
    const [title = "", ids = ""] = row.split("\t");
    const name = title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "_")
      .replaceAll(/^_|_$/g, "");
    const choices = Object.fromEntries(
      ids.split(",").map((id) => {
        const operation = byId.get(id);
        if (!operation) throw new Error(`actions.tsv: "${title}" names ${id}, which the documents do not have.`);
        return [operation.path.split("/").at(-1) ?? "", id];
      }),
    );
    return { title, name, choices };
  });
  const names = new Set(actions.map(({ name }) => name));
  if (names.size !== actions.length) throw new Error("actions.tsv: two titles give the same name.");
  return actions;
}
