import { describe, expect, it } from "vitest";
import { findPeople } from "./privacy-find.ts";

const found = (text: string, isId = false): string[] => findPeople(text, isId).map((one) => one.text);

describe("email addresses in texts", () => {
  it.each([
    ["write to ada@example.com.", "ada@example.com"],
    ["<ada.love+news@sub.example.co.uk>", "ada.love+news@sub.example.co.uk"],
    ["'ada@example.com'", "ada@example.com"],
    ["O'Brien@example.com", "O'Brien@example.com"],
    ["https://x.example/u?email=ada@example.com&x=1", "ada@example.com"],
    ["https://x.example/u?email=ada%40example.com", "ada%40example.com"],
    ["https://x.example/u?email=ada%2Bnews%40example.com", "ada%2Bnews%40example.com"],
    ["ada&#64;example.com", "ada&#64;example.com"],
    ["jörg@müller.de", "jörg@müller.de"],
    ["пётр@пример.рф", "пётр@пример.рф"],
    [String.raw`{"to":"ada\u0040example.com"}`, String.raw`ada\u0040example.com`],
    ["ada\u200b@ex\u00adample.com", "ada\u200b@ex\u00adample.com"],
    ["ada@[192.168.0.1]", "ada@[192.168.0.1]"],
    ["ada@xn--mller-kva.de", "ada@xn--mller-kva.de"],
  ])("%s", (text, address) => expect(found(text)).toEqual([address]));

  it("each of several", () => expect(found("a@x.com,b@y.com;c@z.com")).toEqual(["a@x.com", "b@y.com", "c@z.com"]));
  it.each(["logo@2x.png", "@halyard", "a @ b.com", "5 @ 3.50", "person:abcdefghijklmnopqrst@email"])("none in %s", (text) =>
    expect(found(text)).toEqual([]),
  );
  it("takes no long time over long texts", () => {
    const before = performance.now();
    found("a".repeat(2_000_000));
    found("a@".repeat(100_000));
    found("+1 ".repeat(200_000));
    found("0 ".repeat(300_000));
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

describe("telephone numbers in texts", () => {
  it.each([
    ["call +15005550006 now", "+15005550006"],
    ["+1 (500) 555-0006", "+1 (500) 555-0006"],
    ["+44 (0)20 7946 0958", "+44 (0)20 7946 0958"],
    ["tel:%2B15005550006", "%2B15005550006"],
    ["(500) 555-0006", "(500) 555-0006"],
    ["500-555-0006", "500-555-0006"],
    ["500.555.0006", "500.555.0006"],
    ["my number is 5005550006", "5005550006"],
    ["020 7946 0958", "020 7946 0958"],
    ["0171 1234567", "0171 1234567"],
    ["06 12 34 56 78", "06 12 34 56 78"],
    ["0044 20 7946 0958", "0044 20 7946 0958"],
    ["+15005550006,+15005550007", "+15005550006"],
  ])("%s", (text, number) => expect(found(text)[0]).toBe(number));

  it.each([
    "2026-07-15T10:00:00+00:00",
    "2026-07-15 10:00:00",
    "01.02.2026 10:00",
    "1752573600",
    "1752573600123",
    "$1,234.50",
    "0.99",
    "12345",
    "01K0ABCDEFGHJKMNPQRSTVWXYZ",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "10.0.0.1",
    "#5005550006",
    "v2.500.555",
  ])("none in %s", (text) => expect(found(text)).toEqual([]));

  it("in ids only those that say so with a plus", () => {
    expect(found("5005550006", true)).toEqual([]);
    expect(found("+15005550006", true)).toEqual(["+15005550006"]);
  });
});
