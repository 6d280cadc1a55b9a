import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HalyardError } from "../../lib/errors.ts";
import type { Session } from "../session.ts";
import { readText } from "./text-file.ts";

/** Opens `$VISUAL` or `$EDITOR` on a copy of a text, in a folder that only this user can read, and gives what it was saved as. */
export async function editText({ io }: Pick<Session, "io">, text: string): Promise<string> {
  const [program, ...words] = (io.env["VISUAL"] || io.env["EDITOR"] || "").split(/\s+/).filter((word) => word !== "");
  if (program === undefined) {
    throw new HalyardError("usage", "No editor is set: neither VISUAL nor EDITOR.", {
      hint: "Set EDITOR, or change a copy of the file and give it: halyard policy edit --file COPY",
    });
  }
  const folder = await mkdtemp(join(tmpdir(), "halyard-policy-"));
  const path = join(folder, "policy.yaml");
  try {
    await writeFile(path, text, { mode: 0o600 });
    await runEditor(program, [...words, path], io.env);
    return await readText(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runEditor(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  // An editor and its plugins need none of our secrets.
  const harmless = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("HALYARD_")));
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env: harmless });
    child.once("error", () =>
      reject(new HalyardError("usage", "The editor cannot be started.", { hint: "See what VISUAL and EDITOR say." })),
    );
    child.once("close", resolve);
  });
  if (status !== 0) throw new HalyardError("usage", "The editor did not end well. Nothing was changed.");
}
