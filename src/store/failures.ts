import { HalyardError } from "../lib/errors.ts";

/** Turns what SQLite or the file system threw into one of the store's codes; anything else (a mistake in a query) comes back as it is. */
export function sqliteFailure(thrown: unknown, file: string): unknown {
  if (thrown instanceof HalyardError) return thrown;
  const code = codeOf(thrown);
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code)) return full(`the disk that holds ${file}`, thrown);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return corruptFile(file, thrown);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return locked(thrown);
  }
  if (/^(SQLITE_(READONLY|PERM|AUTH)|EACCES|EPERM|EROFS)/.test(code)) {
    return unavailable(
      `The store ${file} cannot be written.`,
      "Give the user that runs Halyard read and write permission on the file and its directory.",
      thrown,
    );
  }
  if (/^(SQLITE_(IOERR|CANTOPEN|NOLFS|PROTOCOL)|ENOTDIR|EEXIST|EISDIR|ENOENT|ELOOP|ENAMETOOLONG|EMFILE|ENFILE|EIO)/.test(code)) {
    return unavailable(
      `The store ${file} cannot be opened or read.`,
      "Check that its directory is a directory on a healthy disk, or choose another home.",
      thrown,
    );
  }
  if (/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(code)) return taken(thrown);
  if (code.startsWith("SQLITE_CONSTRAINT")) return dangling(thrown);
  return thrown;
}

/** The same for what Postgres or its connection threw. Class numbers: the appendix "PostgreSQL Error Codes" of its manual. */
export function postgresFailure(thrown: unknown): unknown {
  if (thrown instanceof HalyardError) return thrown;
  const code = codeOf(thrown);
  if (code === "53100") return full("the disk of the Postgres server", thrown);
  if (/^XX00[12]$/.test(code)) {
    return new HalyardError("store_corrupt", "Postgres reports damaged data.", {
      hint: "Restore the database from its latest backup.",
      cause: thrown,
    });
  }
  if (/^(55P03|40P01|40001|25P03)$/.test(code)) {
    return locked(thrown);
  }
  if (/^(28...|3D000|3F000|42501|25006)$/.test(code)) {
    return unavailable(
      "Postgres refused access to the database.",
      "Check user, password, database name and the rights of the user in the store's URL.",
      thrown,
    );
  }
  if (code === "ERR_INVALID_URL") return new HalyardError("config", "The store's URL is not a valid postgres: URL.");
  if (code === "23505") return taken(thrown);
  if (code.startsWith("23")) return dangling(thrown);
  if (/^(08...|53...|57P..|58...|E[A-Z_]+)$/.test(code) || isLostConnection(thrown)) {
    return unavailable(
      "Postgres does not answer.",
      "Check that the server runs and that the host and port in the store's URL are right.",
      thrown,
    );
  }
  return thrown;
}

/** The error for a file that is no (healthy) database. */
export function corruptFile(file: string, cause?: unknown): HalyardError {
  return new HalyardError("store_corrupt", `${file} is damaged or is not a Halyard database. It was left untouched.`, {
    hint: "Move it aside and put the latest backup in its place, then run `halyard audit verify`.",
    cause,
  });
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
}

// node-postgres gives these no code; the texts are those of pg 8 and pg-pool 3.
function isLostConnection(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying|Cannot use a pool after|Query read timeout)/.test(
      thrown.message,
    )
  );
}

function full(where: string, cause: unknown): HalyardError {
  return new HalyardError("store_full", `There is no space left on ${where}, so nothing was written.`, {
    hint: "Free some space, then try again.",
    cause,
  });
}

function unavailable(message: string, hint: string, cause: unknown): HalyardError {
  return new HalyardError("store_unavailable", message, { hint, cause });
}

function locked(cause: unknown): HalyardError {
  return unavailable(
    "Another process kept the store locked for too long.",
    "Try again; if it stays so, end the process that holds it.",
    cause,
  );
}

function taken(cause: unknown): HalyardError {
  return new HalyardError("conflict", "A record with the same name or key exists already.", { cause });
}

function dangling(cause: unknown): HalyardError {
  return new HalyardError("internal", "The store refused a record that is incomplete or points at one that does not exist.", { cause });
}
