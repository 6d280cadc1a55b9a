import { ERROR_CODES, HalyardError } from "../../lib/errors.ts";
import { bold, dim, styled, table, type Line } from "../layout.ts";
import { chosenConnection, type Session } from "../session.ts";
import { minuteOf } from "../times.ts";
import { diffLines, findingLines, verdictPiece } from "./lines.ts";
import { readText } from "./text-file.ts";

/** Exit status of what was looked at and found wanting. */
const WANTING = ERROR_CODES.policy_invalid.exit;

export async function lint(session: Session, file: string | undefined, name: string | undefined): Promise<void> {
  const app = await session.app();
  const text = file === undefined ? (await app.policies.current(await chosenConnection(app, name))).text : await readText(file);
  const findings = app.policyDesk.lint(text);
  if (findings.some(({ kind }) => kind === "shadowed")) session.endWith(WANTING);
  session.output.result({ findings }, () =>
    findings.length === 0 ? [styled("green", "It can be used, and every rule can decide.")] : findingLines(findings),
  );
}

export async function diff(session: Session, file: string, name: string | undefined): Promise<void> {
  const app = await session.app();
  const found = await app.policyDesk.diff(await chosenConnection(app, name), await readText(file));
  session.output.result(found, () => diffLines(found));
}

export async function history(session: Session, name: string | undefined): Promise<void> {
  const app = await session.app();
  const versions = await app.policyDesk.history(await chosenConnection(app, name));
  session.output.result({ versions }, () =>
    versions.flatMap(({ version, author, created_at, diff: change, genuine }): Line[] => [
      [bold(`version ${version}`), `  ${minuteOf(created_at)}  by ${author}`, genuine ? "" : styled("red", "  not as it was written")],
      ...(change ? diffLines(change).map((line): Line => ["  ", ...[line].flat()]) : [dim("  saved without a comparison")]),
    ]),
  );
}

export async function test(session: Session, cases: string, options: { connection?: string; policy?: string }): Promise<void> {
  const app = await session.app();
  const connection = await chosenConnection(app, options.connection);
  const policy = options.policy === undefined ? undefined : await readText(options.policy);
  const results = await app.policyDesk.test(connection, await readText(cases), policy);
  const failed = results.filter(({ passed }) => !passed).length;
  if (failed > 0) session.endWith(1);
  const told = results.map(({ case: { name, action, expect }, verdict, because, passed }) => ({
    name: name ?? action,
    action,
    expect,
    verdict,
    because,
    passed,
  }));
  session.output.result({ cases: told, failed }, () => [
    ...told.flatMap(({ name, expect, verdict, because, passed }): Line[] => [
      [
        styled(passed ? "green" : "red", passed ? "ok    " : "FAILED"),
        `  ${name}: `,
        verdictPiece(verdict),
        passed ? "" : `, expected ${expect}`,
      ],
      ...(passed ? [] : [dim(`        ${because}`)]),
    ]),
    `${results.length - failed} of ${results.length} as expected.`,
  ]);
}

export async function suggest(session: Session, options: { connection?: string; days: number; document?: string }): Promise<void> {
  const app = await session.app();
  const found = await app.policyDesk.suggest(await chosenConnection(app, options.connection), options.days);
  const { tighten, widen, document, wider, scopes } = found;
  if (options.document !== undefined) {
    if (options.document !== "narrow" && options.document !== "wide") throw new HalyardError("usage", "--document is narrow or wide.");
    const text = options.document === "narrow" ? document : wider;
    session.output.result({ document: text }, () => text.trimEnd().split("\n"));
    return;
  }
  session.output.result(found, () => [
    bold(`By the last ${options.days} days`),
    ...listed("Tighten: allowed, and never used", tighten),
    ...listed("Loosen, if you like: asked, and always approved", widen),
    ...listed("A Klaviyo key needs these scopes and no others", scopes),
    "",
    dim("  halyard policy suggest --document narrow > new.yaml; halyard policy edit --file new.yaml"),
  ]);
}

function listed(title: string, names: string[]): Line[] {
  return [
    `  ${title}: ${names.length}`,
    ...table(
      ["", ""],
      names.map((name) => ["   ", name]),
    ).slice(1),
  ];
}
