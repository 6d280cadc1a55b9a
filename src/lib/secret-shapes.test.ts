import { describe, expect, it } from "vitest";
import { hasSecretShape, maskSecretShapes } from "./secret-shapes.ts";

const a = (count: number, from = "a1B2c3D4e5F6"): string => from.repeat(Math.ceil(count / from.length)).slice(0, count);

describe("secret shapes", () => {
  it.each([
    ["a Klaviyo key", `pk_${a(34)}`],
    ["one of our tokens", `hal_${a(43)}`],
    ["a payment key", ["sk", "live", a(24)].join("_")],
    ["a code host's token", ["ghp", a(36)].join("_")],
    ["a cloud's key", `AKIA${a(16, "ABCD1234")}`],
    ["a chat's token", ["xoxb", "123456789012", a(20)].join("-")],
    ["a signed token", `eyJ${a(20)}.eyJ${a(30)}.${a(20)}`],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"],
  ])("finds %s and leaves nothing of it", (_, secret) => {
    const text = `before ${secret} after`;
    expect(hasSecretShape(text)).toBe(true);
    expect(maskSecretShapes(text)).toBe(`before •••(looks like a secret, ${secret.length} characters) after`);
  });

  it.each([
    "pk_1",
    "a backpack_fullofthings12345",
    "The key to success: 01HXYZABCDEFGHJKMNPQRSTVWX",
    "https://example.com/?utm_source=klaviyo&utm_campaign=Summer_Sale_2026",
    "anna.lindqvist+shop@example.com",
    "c2FtcGxlIGJhc2U2NCB0ZXh0IHdpdGhvdXQgYSBzZWNyZXQ=",
    "{{ person.first_name|default:'there' }}",
    "sk-short",
  ])("takes %j for no secret", (text) => {
    expect(hasSecretShape(text)).toBe(false);
    expect(maskSecretShapes(text)).toBe(text);
  });
});
