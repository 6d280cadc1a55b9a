import { describe, expect, it } from "vitest";
import { createParts, fakeState } from "../../test/fixtures/fake-app.ts";
import { callArguments } from "./call-arguments.ts";

const reference = await createParts(fakeState()).reference();
const parse = (action: string, words: string[], json?: string) => callArguments(reference, action, words, json);

describe("arguments of a call", () => {
  it("are text where the action takes text, whatever they look like", () => {
    expect(parse("create_profile", ["external_id=007", "first_name=null", "title=a=b", "email="])).toEqual({
      external_id: "007",
      first_name: "null",
      title: "a=b",
      email: "",
    });
  });

  it("are lists with commas where it takes a list, and JSON where they are written so", () => {
    expect(parse("add_profiles_to_list", ["id=L1", "profiles=p1, p2"])).toEqual({ id: "L1", profiles: ["p1", "p2"] });
    expect(parse("add_profiles_to_list", ["id=L1", 'profiles=["p,1"]'])).toEqual({ id: "L1", profiles: ["p,1"] });
  });

  it("are JSON where it takes a number or an object, strictly", () => {
    expect(parse("get_profiles", ["page_size=20"])).toEqual({ page_size: 20 });
    expect(parse("create_profile", ['properties={"a":1}', 'location={"city":"Bern"}'])).toEqual({
      properties: { a: 1 },
      location: { city: "Bern" },
    });
    expect(() => parse("create_profile", ['properties={"a":1,"a":2}'])).toThrow(expect.objectContaining({ code: "invalid_json" }));
  });

  it("keep what the action does not take, for the gate to refuse", () => {
    expect(parse("create_list", ["nme=VIP"])).toEqual({ nme: "VIP" });
  });

  it("come together from words and --args, none twice", () => {
    expect(parse("create_list", ["name=VIP"], '{"opt_in_process":null}')).toEqual({ opt_in_process: null, name: "VIP" });
    expect(() => parse("create_list", ["name=VIP"], '{"name":"x"}')).toThrow(expect.objectContaining({ code: "usage" }));
  });

  it("follow the choice where a name stands for several operations", () => {
    const several = reference.actionIndex(reference.catalog).named.find(({ choices }) => Object.keys(choices).length > 1);
    const [choice = ""] = Object.keys(several?.choices ?? {});
    expect(parse(several?.name ?? "", [`relationship=${choice}`])).toEqual({ relationship: choice });
    expect(() => parse(several?.name ?? "", ["id=1"])).toThrow(expect.objectContaining({ code: "ambiguous_action" }));
  });
});
