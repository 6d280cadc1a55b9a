import { HalyardError } from "../../lib/errors.ts";

/** Ends the parsing or rendering of a template. What is wrong goes into the violation, since it quotes the template. */
export function templateFailure(what: string): never {
  throw new HalyardError("invalid_arguments", "The template cannot be rendered.", { violations: [{ path: "", message: what }] });
}
