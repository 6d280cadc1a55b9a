import { get } from "node:http";
import { isJsonObject } from "../lib/json.ts";

const PATIENCE_MS = 1000;
const MAX_ANSWER_CHARACTERS = 10_000;

/** Who has a port of this machine: nobody, a gateway of this version (by what it answers at `/healthz`), or another program. */
export function probePort(port: number, version: string): Promise<"free" | "halyard" | "other"> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/healthz", signal: AbortSignal.timeout(PATIENCE_MS) }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER_CHARACTERS) response.destroy();
      });
      response.on("close", () => resolve(isOurs(text, version) ? "halyard" : "other"));
    });
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? "free" : "other"));
  });
}

function isOurs(text: string, version: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return isJsonObject(answer) && answer["status"] === "ok" && answer["version"] === version;
  } catch {
    return false;
  }
}
