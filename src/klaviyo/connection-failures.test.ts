import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { HalyardError } from "../lib/errors.ts";
import { connectionFailure } from "./connection-failures.ts";

const coded = (code: string) => Object.assign(new Error("VENDOR"), { code, data: "SECRET", socket: { remoteAddress: "SECRET" } });

describe("connectionFailure", () => {
  it.each([
    ["ENOTFOUND", "unreachable", true],
    ["EAI_AGAIN", "unreachable", true],
    ["ECONNREFUSED", "unreachable", true],
    ["EHOSTUNREACH", "unreachable", true],
    ["UND_ERR_CONNECT_TIMEOUT", "timed_out", true],
    ["ETIMEDOUT", "timed_out", true],
    ["UND_ERR_HEADERS_TIMEOUT", "timed_out", true],
    ["UND_ERR_BODY_TIMEOUT", "timed_out", true],
    ["ECONNRESET", "unreachable", true],
    ["EPIPE", "unreachable", true],
    ["UND_ERR_SOCKET", "unreachable", true],
    ["CERT_HAS_EXPIRED", "unreachable", false],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "unreachable", false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "unreachable", false],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unreachable", false],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "unreachable", false],
    ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "answer_malformed", true],
    ["HPE_INVALID_CONSTANT", "answer_malformed", false],
    ["UND_ERR_HEADERS_OVERFLOW", "answer_malformed", false],
    ["UND_ERR_INVALID_ARG", "internal", false],
    ["UND_ERR_CLOSED", "unreachable", false],
    ["UND_ERR_DESTROYED", "unreachable", false],
    ["never heard of", "unreachable", true],
  ])("reads %s as %s (transient: %s) and keeps nothing but the code", (code, expected, transient) => {
    const failure = connectionFailure(coded(code), "sending", undefined);
    expect([failure.error.code, failure.transient]).toEqual([expected, transient]);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/SECRET|VENDOR/);
  });

  it("goes by the name where there is no code", () => {
    const parser = Object.assign(new Error("VENDOR"), { name: "HTTPParserError", code: undefined, data: "SECRET" });
    expect(connectionFailure(parser, "sending", undefined)).toMatchObject({ transient: false, error: { code: "answer_malformed" } });
  });

  it("calls a connection that ends in the body a cut-off answer", () => {
    expect(connectionFailure(coded("UND_ERR_SOCKET"), "body", undefined).error.code).toBe("answer_malformed");
    expect(connectionFailure(coded("HPE_INVALID_EOF_STATE"), "body", undefined)).toMatchObject({
      transient: true,
      error: { code: "answer_malformed" },
    });
    expect(connectionFailure(coded("UND_ERR_BODY_TIMEOUT"), "body", undefined).error.code).toBe("timed_out");
  });

  it("says that the caller stopped it, whatever was thrown, and passes our own errors on", () => {
    expect(connectionFailure(coded("ECONNRESET"), "sending", AbortSignal.abort()).error.message).toContain("stopped");
    const own = new HalyardError("answer_too_large", "x");
    expect(connectionFailure(own, "body", undefined)).toEqual({ error: own, transient: false });
    expect(connectionFailure("text", "sending", undefined).error.code).toBe("unreachable");
  });
});
