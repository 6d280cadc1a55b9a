import { existsSync, readFileSync } from "node:fs";

/** One place that a behaviour is known from. */
export type Reference =
  | { kind: "section"; section: string; entry?: string }
  | { kind: "appendix"; letter: string }
  | { kind: "openapi"; file: string; name: string }
  | { kind: "recorded"; file: string }
  /** A page of the vendor's site, for what only that states. */
  | { kind: "page"; page: string };

/** The documents are no part of this repository. */
const FOLDER = new URL("../../../shared/klaviyo/", import.meta.url);

export const haveDocuments = existsSync(FOLDER);

/** The places that a `from` names, or `undefined` where one of them is none that can be looked up. A remark at the end is left out. */
export function referencesOf(from: string): Reference[] | undefined {
  const found: Reference[] = [];
  let document = "";
  for (const part of from.replace(/ \([^()]*\)$/, "").split(", ")) {
    const named = part.replace(/^behaviour\.md /, "");
    if (named !== part) document = "behaviour.md";
    const [, section, entry] = /^§(\d+(?:\.\d+)?)(?: (?:rule|quirk) (\d+))?(?: |$)/.exec(named) ?? [];
    const [, letter] = /^appendix ([A-D])\b/i.exec(named) ?? [];
    const [, file, name] = /^openapi\/([\w.-]+\.json) (\w+)$/.exec(part) ?? [];
    const [, recording] = /^recorded\/([\w.-]+\.json)$/.exec(part) ?? [];
    const [, page] = /^developers\.klaviyo\.com ([\w-]+)$/.exec(part) ?? [];
    if (page !== undefined) found.push({ kind: "page", page });
    else if (section !== undefined && document !== "") found.push({ kind: "section", section, ...(entry !== undefined && { entry }) });
    else if (letter !== undefined && document !== "") found.push({ kind: "appendix", letter: letter.toUpperCase() });
    else if (file !== undefined && name !== undefined) found.push({ kind: "openapi", file, name });
    else if (recording !== undefined) found.push({ kind: "recorded", file: recording });
    else return undefined;
  }
  return found;
}

/** Whether the documents have the place. Needs them at hand. */
export function isThere(reference: Reference): boolean {
  // Nobody keeps the site at hand.
  if (reference.kind === "page") return true;
  if (reference.kind === "recorded") return existsSync(new URL(`recorded/${reference.file}`, FOLDER));
  if (reference.kind === "openapi") return namesOf(reference.file).has(reference.name);
  if (reference.kind === "appendix") return textOf("behaviour.md").includes(`\n## Appendix ${reference.letter} `);
  const heading = new RegExp(`^#+ ${reference.section.replace(".", "\\.")}\\.? .*$`, "m").exec(textOf("behaviour.md"));
  if (!heading) return false;
  const [own = ""] = textOf("behaviour.md")
    .slice(heading.index + heading[0].length)
    .split(/\n#+ /);
  return reference.entry === undefined || new RegExp(`^${reference.entry}\\. `, "m").test(own);
}

const texts = new Map<string, string>();
function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(new URL(file, FOLDER), "utf8");
  texts.set(file, text);
  return text;
}

const names = new Map<string, Set<string>>();
/** Operations and schemas of one of the vendor's documents. */
function namesOf(file: string): Set<string> {
  const known = names.get(file);
  if (known) return known;
  const found = new Set<string>();
  if (existsSync(new URL(`openapi/${file}`, FOLDER))) {
    const document = JSON.parse(textOf(`openapi/${file}`)) as {
      paths: Record<string, Record<string, { operationId?: string }>>;
      components: { schemas: object };
    };
    for (const path of Object.values(document.paths)) for (const { operationId } of Object.values(path)) found.add(operationId ?? "");
    for (const schema of Object.keys(document.components.schemas)) found.add(schema);
  }
  names.set(file, found);
  return found;
}
