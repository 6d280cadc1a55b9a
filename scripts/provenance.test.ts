import { expect, it } from "vitest";
import { provenanceCounts, type Behaviour } from "./provenance.ts";

const behaviour = (area: string, as: Behaviour["as"], text: string): Behaviour => ({
  file: "x.test.ts",
  area,
  as,
  text,
  from: "behaviour.md §1.1",
});

it("counts behaviours by area and by how they are known, and names the assumptions", () => {
  const counted = provenanceCounts([
    behaviour("tags", "assumed", "tags have names of their own"),
    behaviour("lists", "documented", "lists are renamed"),
    behaviour("lists", "documented", "lists are deleted"),
    behaviour("lists", "observed", "lists are in order of id"),
    behaviour("lists", "assumed", "lists are kept"),
  ]);
  expect(counted.counts).toEqual([
    { area: "lists", documented: 2, observed: 1, assumed: 1 },
    { area: "tags", documented: 0, observed: 0, assumed: 1 },
  ]);
  expect(counted.total).toEqual({ documented: 2, observed: 1, assumed: 2 });
  expect(counted.assumptions.map(({ text }) => text)).toEqual(["lists are kept", "tags have names of their own"]);
});
