import { expect, it } from "vitest";
import { captureIo, createParts, fakeState } from "../../test/fixtures/fake-app.ts";
import { createOutput } from "./output.ts";
import { buildProgram } from "./program.ts";
import type { CommandEntry, Session } from "./session.ts";

it("loads the one command that is wanted, and names them all", async () => {
  const loaded: string[] = [];
  const entry = (name: string): CommandEntry => ({
    name,
    group: "Run:",
    summary: `does ${name}`,
    load: () => Promise.resolve({ example: name, build: () => void loaded.push(name) }),
  });
  const { io } = captureIo();
  const parts = createParts(fakeState());
  const session: Session = {
    io,
    parts,
    output: createOutput(io, false),
    by: "cli:anna",
    config: () => parts.readConfig(io.env),
    app: () => parts.openApp(parts.readConfig(io.env)),
    reference: () => parts.reference(),
    typed: (command) => command,
    endWith: () => undefined,
  };
  const program = await buildProgram([entry("one"), entry("two")], "two", session);
  expect(loaded).toEqual(["two"]);
  expect(program.helpInformation()).toMatch(/one +does one\n +two +does two\n/);
});
