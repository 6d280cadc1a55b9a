import { describe, expect, it } from "vitest";
import { MAX_MESSAGE_BYTES, parseMessage } from "./message.ts";

const read = (text: string) => parseMessage(Buffer.from(text));
const refused = (code: number) => ({ refusal: { code, message: expect.any(String) } });

describe("reading of a JSON-RPC message", () => {
  it("gives the message", () => {
    expect(read(' {"jsonrpc":"2.0","id":1,"method":"ping"}\r')).toStrictEqual({ message: { jsonrpc: "2.0", id: 1, method: "ping" } });
  });

  it.each([
    ["a property twice", '{"a":{"status":"draft","status":"live"}}'],
    ["a property twice in two spellings", '{"a":1,"\\u0061":2}'],
    ["a number that loses digits", '{"id":9007199254740993}'],
    ["a number without end", '{"id":1e400}'],
    ["half of a surrogate pair", '{"a":"\\ud800"}'],
    ["text after the message", '{"a":1}{"b":2}'],
    ["a byte order mark", '\uFEFF{"a":1}'],
    ["nothing", ""],
    ["a comment", '{"a":1}//'],
  ])("refuses %s", (_, text) => {
    expect(read(text)).toMatchObject(refused(-32_700));
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(parseMessage(Buffer.from('{"a":"é"}', "latin1"))).toMatchObject(refused(-32_700));
    expect(parseMessage(Buffer.from('{"a":1}', "utf16le"))).toMatchObject(refused(-32_700));
  });

  it.each([
    ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'],
    ["a text", '"ping"'],
    ["a nesting that is too deep", `{"a":${"[".repeat(200)}${"]".repeat(200)}}`],
    ["a message that is too long", `{"a":"${"x".repeat(MAX_MESSAGE_BYTES)}"}`],
  ])("refuses %s as a request", (_, text) => {
    expect(read(text)).toMatchObject(refused(-32_600));
  });
});
