import { callMessage } from "../doors.ts";
import { toldOf, tryBytes, withMember, type Mutator, type Target } from "../mutator.ts";

/** Longer than the largest message, by a little. */
const TOO_LONG = 5_500_000;

const refusing = (name: string, attempt: Mutator["attempt"]): Mutator => ({
  name,
  family: "bytes",
  setting: "open",
  must: "refuse",
  attempt,
});

const text = ({ args }: Target): string => JSON.stringify(args);

/** The first member again, with another value after it: a parser that keeps the last of two would take that one. */
function twice(target: Target): string {
  const [name] = Object.keys(target.args);
  return withMember(target.args, `${JSON.stringify(name ?? "x")}:${name === undefined ? '1,"x":2' : '"first"'}`);
}

export const BYTE_MUTATORS: Mutator[] = [
  refusing("a key twice", (target) => tryBytes(target, twice(target))),
  refusing("numbers that cannot be kept", (target) =>
    tryBytes(target, withMember(target.args, `"n":${target.dice.pick(["9007199254740993", "-0", "1e400", "NaN", "01", "1e999"])}`)),
  ),
  refusing("half a surrogate pair", (target) =>
    tryBytes(target, withMember(target.args, target.dice.pick(['"n":"\\ud800"', '"\\udc00":1']))),
  ),
  refusing("two messages, or bytes after one", (target) =>
    tryBytes(target, text(target), "", target.dice.pick([" x", ",", "{}", callMessage("read", '{"action":"get_lists"}')])),
  ),
  refusing("a batch", (target) => tryBytes(target, text(target), "[", "]")),
  refusing("a byte order mark", (target) => tryBytes(target, text(target), "\ufeff")),
  refusing("more bytes than are taken", async (target) => tryBytes(target, withMember(target.args, `"n":"${"x".repeat(TOO_LONG)}"`))),
  refusing("no UTF-8", async ({ door, operation }) =>
    toldOf(await door.raw(Buffer.from(callMessage("write", `{"action":"${operation.id}\xff","args":{}}`), "latin1"))),
  ),
];
