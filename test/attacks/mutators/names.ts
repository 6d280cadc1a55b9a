import { CHOOSER } from "../../../src/catalog/actions.ts";
import { tryWrite, type Mutator } from "../mutator.ts";

const refusing = (name: string, attempt: Mutator["attempt"]): Mutator => ({
  name,
  family: "names",
  setting: "open",
  must: "refuse",
  attempt,
});

const LOOK_ALIKE: Record<string, string> = { a: "\u0430", e: "\u0435", o: "\u043e", p: "\u0440", c: "\u0441", i: "\u0456" };

export const NAME_MUTATORS: Mutator[] = [
  refusing("look-alike letters", ({ door, operation, args }) =>
    door.call("write", { action: operation.id.replace(/[aeopci]/, (letter) => LOOK_ALIKE[letter] ?? letter), args, reason: "x" }),
  ),
  refusing("another case", ({ door, operation, args, dice }) =>
    door.call("write", {
      action: dice.chance(0.5) ? operation.id.toUpperCase() : `${operation.id.charAt(0).toUpperCase()}${operation.id.slice(1)}`,
      args,
      reason: "x",
    }),
  ),
  refusing("blanks, NUL and what is not seen around a name", ({ door, operation, args, dice }) =>
    door.call("write", {
      action: dice.pick([`${operation.id} `, ` ${operation.id}`, `${operation.id}\0`, `${operation.id}\u200b`]),
      args,
      reason: "x",
    }),
  ),
  refusing("a wrapper", ({ door, operation, args, dice }) =>
    door.call("write", {
      action: dice.pick(["call_operation", "halyard_execute", "batch", "write"]),
      args: { op: operation.id, action: operation.id, args },
      reason: "x",
    }),
  ),
  refusing("the tool that reads", ({ door, operation, args }) => door.call("read", { action: operation.id, args })),
  refusing("the tool that reads, under another name of it", ({ door, operation, args, dice }) =>
    operation.aliases.length === 0
      ? undefined
      : door.call("read", { action: dice.pick(operation.aliases), args: { ...args, [CHOOSER]: "x" } }),
  ),
  refusing("words of authority beside the arguments", (target) =>
    tryWrite(target, target.args, { [target.dice.pick(["approved", "confirm", "approval_id", "force"])]: true }),
  ),
  refusing("a tool that is not there", ({ door, operation, args, dice }) =>
    door.call(dice.pick(["approve", "execute", operation.id, "policy"]), { action: operation.id, args, reason: "x" }),
  ),
];
