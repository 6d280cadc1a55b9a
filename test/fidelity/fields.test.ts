import { afterAll, describe, expect, it } from "vitest";
import { onlyInSandbox } from "../account/skip.ts";
import { createRequests } from "./arguments.ts";
import { populate } from "./populate.ts";
import { attributeOf, readOf, statedValues } from "./reads.ts";
import { dataOf, includedOf, openShop, wrongWith, type ResourceObject } from "./shop.ts";

/** Every include, additional field and sparse field that a read lists. */
const shop = await openShop();
const requests = createRequests(shop);
await populate(shop, requests);
afterAll(() => shop.sandbox.close());

const reads = shop.operations.filter(({ method, auth }) => method === "GET" && auth === "key");
const having = (prefix: string) =>
  reads.flatMap((operation) => {
    const wires = operation.args.filter(({ wire }) => wire === prefix || wire.startsWith(`${prefix}[`)).map(({ wire }) => wire);
    return wires.length > 0 ? [[operation.id, operation, wires] as const] : [];
  });
const small = (operation: (typeof reads)[number]) =>
  operation.page?.size ? { [operation.page.size.name]: String(Math.min(5, operation.page.size.max)) } : {};
const relatedIds = (rows: ResourceObject[], name: string): string[] =>
  rows
    .flatMap(({ relationships }) => [relationships?.[name]?.data ?? []].flat() as { type: string; id: string }[])
    .map(({ type, id }) => `${type} ${id}`);

let including = 0;

describe.each(having("include"))("%s", (_, operation) => {
  it("includes each relationship: what the rows name, whole, once, and nothing else", async () => {
    const read = await readOf(shop, requests, operation);
    for (const name of statedValues(operation, "include")) {
      const answer = await read.ask({ ...small(operation), include: name });
      const wrong = wrongWith(operation, answer);
      expect(wrong, `${answer.asked}: ${wrong}`).toBe("");
      const named = new Set(relatedIds(dataOf(answer), name));
      if (named.size > 0) including++;
      const included = includedOf(answer).map(({ type, id }) => `${type} ${id}`);
      expect(included.toSorted(), answer.asked).toEqual([...named].toSorted());
    }
    const answer = await read.ask({ include: "no-such-thing" });
    expect([answer.asked, answer.status, answer.text.includes('"parameter":"include"')]).toEqual([answer.asked, 400, true]);
  });
});

it("has something to include for most relationships", () => {
  onlyInSandbox("how much there is to see is known of the seeded shop alone");
  expect(including).toBeGreaterThan(55);
});

describe.each(having("additional-fields"))("%s", (_, operation, wires) => {
  it("adds each additional field, and only when asked", async () => {
    const read = await readOf(shop, requests, operation);
    for (const wire of wires) {
      const type = /\[(.+)\]/.exec(wire)?.[1];
      const include =
        operation.resource === type ? {} : { include: statedValues(operation, "include").find((name) => type?.startsWith(name)) ?? "" };
      for (const name of statedValues(operation, wire)) {
        const rows = [await read.ask({ ...include, [wire]: name }), await read.ask(include)].map((answer) =>
          [...dataOf(answer), ...includedOf(answer)].filter((row) => row.type === type),
        );
        const [withField = [], without = []] = rows.map((each) => each.map((row) => Object.hasOwn(row.attributes ?? {}, name)));
        expect([name, withField.every(Boolean), without.some(Boolean)], read.path).toEqual([name, true, false]);
      }
    }
  });
});

describe.each(having("fields"))("%s", (_, operation, wires) => {
  it("shows each sparse field alone", async () => {
    const read = await readOf(shop, requests, operation);
    const wire = `fields[${operation.resource}]`;
    const whole = dataOf(await read.ask(small(operation)))[0]?.attributes ?? {};
    for (const name of wires.includes(wire) ? statedValues(operation, wire) : []) {
      // What is deeper is a choice within a member that stands at the top.
      if (name.split(".").length > 2) continue;
      const answer = await read.ask({ ...small(operation), [wire]: name });
      expect(answer.status === 200 ? "" : answer.text, answer.asked).toBe("");
      for (const row of dataOf(answer)) {
        const top = name.split(".")[0] ?? "";
        const shown = name === "id" || (!Object.hasOwn(whole, top) && attributeOf(row, top) === undefined) ? [] : [top];
        expect(Object.keys(row.attributes ?? {}), answer.asked).toEqual(shown);
      }
    }
    const answer = await read.ask({ [wires[0] ?? ""]: "no_such_field" });
    expect([answer.asked, answer.status]).toEqual([answer.asked, 400]);
  });
});
