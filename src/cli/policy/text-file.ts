import { readFile } from "node:fs/promises";
import { HalyardError } from "../../lib/errors.ts";

/** The text of a file that the owner named. */
export async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => {
    throw new HalyardError("usage", "The file cannot be read.", { hint: "See that the path is right and the file yours." });
  });
}
