/** Stands in for vitest while the sandbox's tests are read for what they declare: blocks are entered, tests noted and never run. */
export interface Declared {
  /** Titles of the blocks around it, outermost first. */
  blocks: string[];
  name: string;
}

export const declared: Declared[] = [];
const blocks: string[] = [];

type Run = (...values: unknown[]) => unknown;

function enter(title: unknown, run?: unknown): void {
  blocks.push(String(title));
  if (typeof run === "function") (run as Run)();
  blocks.pop();
}

function note(title: unknown): void {
  declared.push({ blocks: [...blocks], name: String(title) });
}

const byRow =
  (declare: (title: unknown, run?: unknown) => void) =>
  (rows: unknown[]) =>
  (title: unknown, run?: unknown): void => {
    for (const row of rows) declare(title, typeof run === "function" ? () => (run as Run)(...[row].flat()) : undefined);
  };

const anyOf = <T extends object>(declare: T): T & { skip: T; only: T; skipIf: () => T; runIf: () => T } =>
  Object.assign(declare, { skip: declare, only: declare, skipIf: () => declare, runIf: () => declare });

export const describe = anyOf(Object.assign(enter, { each: byRow(enter) }));
export const it = anyOf(Object.assign(note, { each: byRow(note) }));

const nothing = (): void => undefined;
export const [beforeAll, beforeEach, afterAll, afterEach] = [nothing, nothing, nothing, nothing];

// Tables are made of matchers while a file is read: whatever is asked of one gives another.
const matcher: object = new Proxy(() => undefined, {
  get: (_, name) => (typeof name === "symbol" ? undefined : matcher),
  apply: () => matcher,
});
export const expect = matcher;
export const vi = matcher;
export const TestRunner = { getCurrentTest: (): undefined => undefined };
