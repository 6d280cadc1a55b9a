import { describe, expect, it } from "vitest";
import { defineMachine } from "./machine.ts";
import { errorDocument, refusedOf } from "./refusal.ts";

const door = defineMachine<"open" | "shut", "close" | "lock">("door", { open: { close: "shut" }, shut: {} });

describe("a life cycle", () => {
  it("follows the arrows of its table", () => {
    expect([door.next("open", "close"), door.can("open", "lock")]).toEqual(["shut", false]);
  });

  it("answers any other arrow with a 409 in Klaviyo's form", () => {
    const body = errorDocument(refusedOf(thrownBy(() => door.next("shut", "close")))?.refusals ?? [], () => "an-id");
    const detail = "A door with status 'shut' does not allow 'close'.";
    expect(body).toMatchObject({ errors: [{ id: "an-id", status: 409, code: "conflict", detail }] });
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
