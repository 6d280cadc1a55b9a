import { HalyardError } from "../../lib/errors.ts";
import { askLine } from "../ask.ts";
import { styled } from "../layout.ts";
import { chosenConnection, type Session } from "../session.ts";
import { editText } from "./editor.ts";
import { diffLines, findingLines } from "./lines.ts";
import { readText } from "./text-file.ts";

interface Options {
  connection?: string;
  yes?: true;
}

/** Opens the editor on a copy until the text can be used; what it changes is shown before it counts. */
export async function edit(session: Session, { connection: name, file, yes }: Options & { file?: string }): Promise<void> {
  const app = await session.app();
  const connection = await chosenConnection(app, name);
  const before = (await app.policies.current(connection)).text;
  let text = file === undefined ? await editText(session, before) : await readText(file);
  while (!(await isUsable(session, text))) {
    if (file !== undefined || !(await agrees(session, "Edit it again? [Y/n]", true)))
      throw new HalyardError("policy_invalid", "Nothing was changed.");
    text = await editText(session, text);
  }
  if (text === before)
    throw new HalyardError("usage", "The text is as before. Nothing was changed.", {
      hint: "halyard policy accept takes in what is new in the catalog.",
    });
  await putInForce(session, connection, text, yes);
}

/** Takes the file as it is: what is new in the catalog, or a text that was not taken by itself because it looks cut off. */
export async function accept(session: Session, { connection: name, yes }: Options): Promise<void> {
  const app = await session.app();
  const connection = await chosenConnection(app, name);
  const { text } = await app.policies.current(connection);
  app.policyDesk.lint(text);
  await putInForce(session, connection, text, yes);
}

/** Puts an earlier version in force again, as a new one. */
export async function restore(session: Session, version: number, { connection: name, yes }: Options): Promise<void> {
  const app = await session.app();
  const connection = await chosenConnection(app, name);
  await putInForce(session, connection, await app.policyDesk.version(connection, version), yes);
}

async function putInForce(session: Session, connection: { id: string; name: string }, text: string, yes: true | undefined): Promise<void> {
  const { output } = session;
  const { policyDesk } = await session.app();
  const diff = await policyDesk.diff(connection, text);
  output.note([...diffLines(diff), ""]);
  if (!yes && !(await agrees(session, "Put this in force? [y/N]", false))) throw new HalyardError("usage", "Nothing was changed.");
  const saved = await policyDesk.save(connection, text, session.by);
  output.result({ connection: connection.name, version: saved.version, path: saved.path, diff }, () => [
    [styled("green", `Version ${saved.version} is in force.`), ` ${saved.path}`],
  ]);
}

/** Whether a text can be used and has no rule that never decides; says on stderr what is wrong. */
async function isUsable({ app, output }: Session, text: string): Promise<boolean> {
  try {
    const findings = (await app()).policyDesk.lint(text);
    output.note(findingLines(findings));
    return !findings.some(({ kind }) => kind === "shadowed");
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    output.failure(thrown);
    return false;
  }
}

async function agrees({ io, output }: Session, question: string, normally: boolean): Promise<boolean> {
  if (!io.isTty || output.isJson)
    throw new HalyardError("usage", "There is nobody to ask: this is no terminal, or --json was given.", {
      hint: "Look with halyard policy lint and halyard policy diff, then say --yes.",
    });
  const answer = (await askLine(io, question))?.trim();
  if (answer === undefined) return false;
  return normally ? !/^no?$/i.test(answer) : /^y(es)?$/i.test(answer);
}
