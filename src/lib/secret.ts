import { inspect } from "node:util";

/**
 * A value that must not be printed. `String(secret)`, `JSON.stringify`, template literals and `console` all give `•••`;
 * only {@link Secret.reveal} gives the value, and a house test lists who may call it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plain value. Call it where a request is signed or a key is sealed, nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "•••";
  }

  toJSON(): string {
    return "•••";
  }

  [inspect.custom](): string {
    return "Secret(•••)";
  }
}
