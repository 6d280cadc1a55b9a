import type { Command } from "commander";
import type { PROVIDERS } from "../../vault/master-key.ts";
import { HalyardError } from "../../lib/errors.ts";
import { askSecret } from "../ask.ts";
import { bold, dim, styled } from "../layout.ts";
import { masterKeyChecks } from "../secrets-checks.ts";
import { checkLines } from "../check-lines.ts";
import type { SecretsDesk } from "../../secrets.ts";
import type { Session } from "../session.ts";
import { reportLines } from "../connect-lines.ts";

type Provider = keyof typeof PROVIDERS;

/** Where a master key may come from; the type ties the list to the vault's own. */
const PLACES: Record<Provider, { given?: string }> = {
  "systemd-credential": { given: "New master key, 32 bytes as base64 or hex" },
  "file-descriptor": { given: "New master key, 32 bytes as base64 or hex" },
  environment: { given: "New master key, 32 bytes as base64 or hex" },
  keyring: {},
  passphrase: { given: "New passphrase" },
  "key-file": {},
};

const HELP = `
Sealed keys are encrypted with data keys, and those with one master key. It is looked for in this order: a systemd credential
(halyard-master-key), a file descriptor (HALYARD_MASTER_KEY_FD), the environment (HALYARD_MASTER_KEY), the system's keyring,
a passphrase (HALYARD_PASSPHRASE), the key file. Make a recovery file and keep it, and its phrase, apart from this machine.`;

export const example = "secrets export-recovery halyard-recovery.json";

export function build(command: Command, session: Session): void {
  command.addHelpText("after", HELP);
  command
    .command("doctor")
    .description("Say where the master key comes from, and whether everything is as it should be.")
    .action(() => doctor(session));
  command
    .command("rotate")
    .description("Make a new master key, or move to another place; with --connection, a new data key for it alone.")
    .option("--to <place>", `where the new one is to come from: ${Object.keys(PLACES).join(", ")}`)
    .option("--connection <name>", "only the data key of this connection")
    .action((flags: { to?: string; connection?: string }) => rotate(session, flags));
  command
    .command("replace")
    .description("Give a connection another Klaviyo key of the same account.")
    .argument("<connection>", "its name")
    .action((name: string) => replace(session, name));
  command
    .command("export-recovery")
    .description("Write the master key into a file that only a phrase opens; the phrase is shown once.")
    .argument("<file>", "a new file")
    .action((file: string) => exportRecovery(session, file));
  command
    .command("import-recovery")
    .description("Put the master key of a recovery file back, on this machine or another.")
    .argument("<file>", "what export-recovery wrote")
    .action((file: string) => importRecovery(session, file));
}

async function withDesk<T>({ parts, config }: Session, work: (desk: SecretsDesk) => Promise<T>): Promise<T> {
  const desk = await parts.openSecrets(config());
  try {
    return await work(desk);
  } finally {
    await desk.close();
  }
}

async function doctor(session: Session): Promise<void> {
  const checks = masterKeyChecks(await withDesk(session, (desk) => desk.survey()), session);
  if (checks.some(({ status }) => status === "fail")) session.endWith(1);
  session.output.result({ checks }, () => checks.flatMap(checkLines));
}

async function rotate(session: Session, { to, connection }: { to?: string; connection?: string }): Promise<void> {
  if (connection !== undefined) {
    if (to !== undefined) throw new HalyardError("usage", "Either --to or --connection: a data key has no place of its own.");
    const done = await (await session.app()).connections.rotateDataKey(connection, session.by);
    return session.output.result({ connection: done.connection.name, purged: done.purged }, () => [
      [styled("green", "Done. "), `${done.connection.name} has a new data key; the one before opens nothing any more.`],
      ...purgedLines(done.purged),
    ]);
  }
  const place = to === undefined ? undefined : placeOf(to);
  await withDesk(session, async (desk) => {
    const { active } = await desk.survey();
    const target = place ?? (active && placeOf(active.provider));
    const question = target && PLACES[target].given;
    const given = question === undefined ? undefined : await askSecret(session.io, question);
    const report = await desk.rotate({ by: session.by, ...(place && { to: place }), ...(given && { given }) });
    session.output.result(report, () => [
      [
        styled("green", report.resumed ? "Finished. " : "Done. "),
        `${report.dataKeys} data keys are under a new master key (${report.to}); the old one (${report.from}) opens nothing any more.`,
      ],
      "  Backups and recovery files of before need the old key: make new ones now.",
      ...(question === undefined ? [] : ["  From now on start Halyard with the new one, and only with it."]),
      ...purgedLines(report.purged),
    ]);
  });
}

function placeOf(text: string): Provider {
  const place = (Object.keys(PLACES) as Provider[]).find((name) => name === text);
  if (place) return place;
  throw new HalyardError("usage", "There is no such place for a master key.", { hint: `Known are: ${Object.keys(PLACES).join(", ")}.` });
}

function purgedLines(purged: boolean): string[] {
  return purged ? [] : ["  Another process reads the database: what was replaced leaves its files when that one has ended."];
}

async function replace(session: Session, name: string): Promise<void> {
  const app = await session.app();
  const connection = await app.connections.find(name);
  const key = await askSecret(session.io, `New private key of ${connection.account_name}`);
  const work = app.connections.replace(connection.id, key);
  const report = await session.output.during("Checking the key and finding what it may do", work);
  session.output.result(report, () => reportLines(report, session));
}

async function exportRecovery(session: Session, file: string): Promise<void> {
  const { phrase } = await withDesk(session, (desk) => desk.exportRecovery(file, session.by));
  session.output.result({ file, phrase: phrase.reveal() }, () => [
    [styled("green", "Written. "), `${file} holds the master key, for this phrase alone:`],
    "",
    ["    ", bold(phrase.reveal())],
    "",
    "  It is not shown again. Write it down, and keep file and phrase in two places, neither on this machine.",
    dim(`  To restore: put the database back, then ${session.typed(`secrets import-recovery ${file}`)}`),
  ]);
}

async function importRecovery(session: Session, file: string): Promise<void> {
  const phrase = await askSecret(session.io, "Recovery phrase");
  const { keyFile } = await withDesk(session, (desk) => desk.importRecovery(file, phrase, session.by));
  session.output.result({ key_file: keyFile }, () => [
    [styled("green", "Restored. "), `The master key fits this store and is in ${keyFile} now.`],
    `  Check: ${session.typed("doctor")}`,
  ]);
}
