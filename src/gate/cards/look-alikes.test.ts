import { expect, it } from "vitest";
import { looksLike, mixedLetters, skeletonOf } from "./look-alikes.ts";

it.each([
  ["VIP", "VlP"],
  ["VIP", "V1P"],
  ["VIP", "VІP"],
  ["Customers", "Сustomers"],
  ["Orders 100", "Orders lOO"],
  ["Newsletter", "Newsletter\u200b"],
  ["Newsletter", "Νewsletter"],
  ["modern", "modem"],
  ["Ｎews", "News"],
])("%s and %s look the same", (one, other) => {
  expect(looksLike(one, other)).toBe(true);
  expect(skeletonOf(one)).toBe(skeletonOf(other));
});

it.each([
  ["VIP", "VIP"],
  ["VIP", "vip"],
  ["VIP", "VIPs"],
  ["Spring 2025", "Spring 2026"],
  ["Клиенты", "Клиентка"],
])("%s and %s do not", (one, other) => expect(looksLike(one, other)).toBe(false));

it("names the letters of words that mix alphabets, and no others", () => {
  expect(mixedLetters("Сustomers")).toEqual(["С is U+0421 (Cyrillic)"]);
  expect(mixedLetters("Новости and News")).toEqual([]);
  expect(mixedLetters("10 µg αβγ")).toEqual([]);
});
