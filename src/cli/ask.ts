import { createInterface } from "node:readline";
import type { ApprovalView } from "../gate/call.ts";
import { HalyardError } from "../lib/errors.ts";
import { Secret } from "../lib/secret.ts";
import { terminalSafe } from "../lib/text.ts";
import type { Io } from "./output.ts";
import type { Session } from "./session.ts";

/** A key is some 40 characters; what is much longer was piped in by mistake. */
const MAX_SECRET_CHARACTERS = 4096;

/** Asks one line; undefined when the input ends first. Standard output stays for the result. */
export async function askLine({ stdin, stderr }: Io, question: string): Promise<string | undefined> {
  // Nobody will answer any more: a reader would wait for an end that has been.
  if (stdin.readableEnded || stdin.destroyed) return undefined;
  const reader = createInterface({ input: stdin, output: stderr, terminal: false });
  try {
    return await new Promise((resolve) => {
      reader.once("close", () => resolve(undefined));
      reader.question(`${terminalSafe(question)} `, resolve);
    });
  } finally {
    reader.close();
  }
}

/** Asks for a secret without showing it; without a terminal, all of standard input is the secret. */
export async function askSecret(io: Io, question: string): Promise<Secret> {
  const text = io.isTty ? await typedSecret(io, question) : await readAll(io, MAX_SECRET_CHARACTERS);
  const secret = text.trim();
  if (secret === "")
    throw new HalyardError("usage", "No key was given.", { hint: "Type it when asked, or pipe it in: halyard connect < key-file" });
  if (/\s/.test(secret)) throw new HalyardError("usage", "What was given is more than one word, so it is not a key.");
  return new Secret(secret);
}

async function typedSecret({ stdin, stderr }: Io, message: string): Promise<string> {
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message, input: stdin, output: stderr, withGuide: false });
  if (isCancel(answer)) throw new HalyardError("usage", "Cancelled; nothing was changed.");
  return answer;
}

/** All of standard input as text. */
export async function readAll({ stdin }: Io, maxCharacters: number): Promise<string> {
  let text = "";
  stdin.setEncoding("utf8");
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > maxCharacters) throw new HalyardError("too_large", `Standard input is longer than ${maxCharacters} characters.`);
  }
  return text;
}

export interface Agreement {
  yes?: true;
  /** The operation that is agreed to, by name. */
  confirm?: string;
}

/** Whether the flags say yes already. Erasure and its like need the operation's name; a name that does not fit is an error. */
export function agreedByFlags({ card }: ApprovalView, { yes, confirm }: Agreement): boolean {
  if (confirm !== undefined && confirm !== card.operation) {
    throw new HalyardError("usage", `This is about ${card.operation}, not about what was confirmed.`, {
      hint: "Nothing was decided. Read the card again.",
    });
  }
  if (confirm !== undefined) return true;
  if (yes && card.effect.risk === 5) {
    throw new HalyardError("usage", `${card.operation} is risk 5 (${card.effect.risk_means}): a bare --yes is not enough.`, {
      hint: `Name it: --yes=${card.operation}`,
    });
  }
  return yes === true;
}

/** The owner's answer to a card: by the flags, else asked on the terminal. Without either it is a usage error, and nothing is decided. */
export async function ownerAgrees({ io, output, typed }: Session, view: ApprovalView, agreement: Agreement): Promise<boolean> {
  if (agreedByFlags(view, agreement)) return true;
  const { operation, effect } = view.card;
  if (!io.isTty || output.isJson) {
    throw new HalyardError("usage", "There is nobody to ask: this is no terminal, or --json was given.", {
      hint: `Read the card (${typed(`approvals show ${view.approval_id}`)}), then say ${effect.risk === 5 ? `--yes=${operation}` : "--yes"}.`,
    });
  }
  if (effect.risk === 5) return (await askLine(io, `Type ${operation} to approve:`))?.trim() === operation;
  return /^y(es)?$/i.test((await askLine(io, "Approve this? [y/N]"))?.trim() ?? "");
}
