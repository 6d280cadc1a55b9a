import { describe, expect, it } from "vitest";
import { captureIo } from "../../test/fixtures/fake-app.ts";
import { HalyardError } from "../lib/errors.ts";
import { createOutput, safeJson } from "./output.ts";

describe("JSON output", () => {
  it("escapes what could steer a terminal and stays the same data", () => {
    const data = { "k\u202E": "a\u001b\u009b\u2028\u{E0001}\u007F\n", plain: "é✓😀" };
    const text = safeJson(data);
    expect(text).toBe('{"k\\u202e":"a\\u001b\\u009b\\u2028\\udb40\\udc01\\u007f\\n","plain":"é✓😀"}');
    expect(JSON.parse(text)).toEqual(data);
    expect(safeJson({ a: "x\ny" }, 2)).toBe('{\n  "a": "x\\ny"\n}');
  });
});

describe("failures", () => {
  it("name every violation, and the hint last", () => {
    const { io, text } = captureIo();
    const error = new HalyardError("invalid_arguments", "The arguments are wrong.", {
      hint: "Look again.",
      violations: [
        { path: "/name", message: "is required" },
        { path: "", message: "is no object" },
      ],
    });
    createOutput(io, false).failure(error);
    expect(text()).toEqual({
      stdout: "",
      stderr: "error: The arguments are wrong.\n  /name is required\n  the input is no object\n  Look again.\n",
    });
    createOutput(io, true).failure(error);
    expect(JSON.parse(text().stderr)).toEqual({
      error: { code: "invalid_arguments", message: "The arguments are wrong.", hint: "Look again.", violations: error.violations },
    });
  });
});

describe("colours", () => {
  it("are for a terminal without NO_COLOR", () => {
    const shown = (isTty: boolean, env: NodeJS.ProcessEnv) => {
      const { io, text } = captureIo({ isTty, env });
      createOutput(io, false).result({}, () => [{ text: "ok", style: "green" }]);
      return text().stdout;
    };
    expect(shown(true, {})).toBe("\u001b[32mok\u001b[39m\n");
    expect([shown(true, { NO_COLOR: "1" }), shown(false, {})]).toEqual(["ok\n", "ok\n"]);
  });
});

describe("progress", () => {
  /** Runs work that ends when the clock's first wait has passed, or at once. */
  async function shown(isTty: boolean, isJson: boolean, isSlow: boolean): Promise<string> {
    const { io, text } = captureIo({ isTty, env: { NO_COLOR: "1" } });
    let passed = (): void => undefined;
    const second = new Promise<void>((resolve) => (passed = resolve));
    const clock = {
      now: () => 0,
      wait: (waitMs: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          expect(waitMs).toBe(1000);
          signal?.addEventListener("abort", () => reject(signal.reason as Error));
          void second.then(resolve);
        }),
    };
    const output = createOutput({ ...io, clock }, isJson);
    const work = new Promise<number>((resolve) =>
      setImmediate(() => {
        if (isSlow) passed();
        setImmediate(() => resolve(7));
      }),
    );
    expect(await output.during("Asking Klaviyo", work)).toBe(7);
    return text().stderr;
  }

  it("shows on a terminal after a second and wipes itself away", async () => {
    expect(await shown(true, false, true)).toBe("Asking Klaviyo …\r\u001b[2K");
  });

  it("stays silent for quick work, without a terminal and with --json", async () => {
    expect([await shown(true, false, false), await shown(false, false, true), await shown(true, true, true)]).toEqual(["", "", ""]);
  });

  it("wipes itself away when the work fails", async () => {
    const { io, text } = captureIo({ isTty: true, env: { NO_COLOR: "1" } });
    const failing = new Promise<never>((_, reject) => setImmediate(() => reject(new Error("no"))));
    await expect(createOutput(io, false).during("Asking", failing)).rejects.toThrow("no");
    expect(text().stderr).toBe("Asking …\r\u001b[2K");
  });
});
