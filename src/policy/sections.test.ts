import { expect, it } from "vitest";
import { isListedHost } from "./sections.ts";

it.each([
  ["cdn.example.com", true],
  ["my.cdn.example.com", false],
  ["xcdn.example.com", false],
  ["evil.example.com", false],
  ["img.shop.example", true],
  ["a.img.shop.example", true],
  ["shop.example", false],
  ["evilshop.example", false],
])("%s is on the list: %s", (host, isListed) => {
  expect(isListedHost(["cdn.example.com", "*.shop.example"], host)).toBe(isListed);
});
