import { expect, it } from "vitest";
import { tryBound } from "./bound-leaves.ts";
import { laps, tryGenerated, WHOLE } from "./generated.ts";
import { tryNamed } from "./named-actions.ts";
import { race } from "./races/play.ts";
import { alwaysAllowing, passingThrough } from "./unguarded.ts";
import { walk } from "./walks.ts";

/** A sample of what `npm run attacks` and `npm run races` do whole; the seed is theirs. */
const SEED = 1;
const PATIENCE = { timeout: 120_000 };

it("generated: writes × mutators × doors, a few hundred of them", PATIENCE, async () => {
  // A third of the writes, so that few ranges are opened.
  const third = new Set(
    laps()
      .filter((_, at) => at % 3 === 0)
      .flat()
      .map(({ id }) => id),
  );
  const { attempts, unsound, broken, violations } = await tryGenerated({
    seed: SEED,
    share: (3 * 250) / WHOLE,
    only: ({ id }) => third.has(id),
  });
  expect({ unsound, broken, violations }).toEqual({ unsound: [], broken: [], violations: [] });
  expect(attempts).toBeGreaterThan(180);
});

it("bound: each leaf of a few writes, and what is around them, changed after the yes", PATIENCE, async () => {
  const writes = ["create_profile", "update_flow", "bulk_suppress_profiles"];
  const bound = await tryBound(({ id }) => writes.includes(id));
  expect(bound).toMatchObject({ writes: 3, cards: 3, rejected: bound.mutations, fieldsRejected: bound.fields, accepted: 3, wrong: [] });
  expect(bound.mutations).toBeGreaterThan(50);
});

it("named: every fifteenth action runs under a policy that allows it", PATIENCE, async () => {
  const { tried, succeeded, falseRefusals, wrong } = await tryNamed((_, at) => at % 15 === 0);
  expect({ succeeded, falseRefusals, wrong }).toEqual({ succeeded: tried, falseRefusals: [], wrong: [] });
});

it("a random walk, after which the witnesses agree", PATIENCE, async () => {
  const { effects, violations } = await walk({ seed: SEED, walks: 1, steps: 60 });
  expect(violations).toEqual([]);
  expect(effects).toBeGreaterThan(0);
});

it.each(Object.entries({ alwaysAllowing, passingThrough }))(
  "negative control: a gate that is %s is reported",
  PATIENCE,
  async (_, compose) => {
    const first = new Set(["create_list", "delete_tag"]);
    const { attempts, broken } = await tryGenerated({ seed: SEED, share: 0.3, only: ({ id }) => first.has(id), range: { compose } });
    expect(broken.length).toBeGreaterThan(attempts / 4);
  },
);

it("races: a few hundred schedules, each explained by one order of events", PATIENCE, async () => {
  const { schedules, effects, violations } = await race({ seed: SEED, schedules: 300 });
  expect(violations).toEqual([]);
  expect(schedules).toBe(300);
  expect(effects).toBeGreaterThan(20);
});

it("negative control: transactions that are none are reported", PATIENCE, async () => {
  expect((await race({ seed: SEED, schedules: 60, torn: true })).violations.length).toBeGreaterThan(0);
});

it("the same seed is the same race", PATIENCE, async () => {
  const [one, other] = [await race({ seed: 7, schedules: 20 }), await race({ seed: 7, schedules: 20 })];
  expect(one.trace).toBe(other.trace);
});
