import { describe, expect, it } from "vitest";
import { formatDjango, formatStrftime } from "./date-formats.ts";
import { momentIn, parseMoment } from "./dates.ts";

const AT = momentIn("America/New_York", Date.UTC(2026, 0, 1, 3, 4, 5, 678));

describe("dates", () => {
  it.each([
    ["a A P f g G h H i s u", "p.m. PM 10:04 p.m. 10:04 10 22 10 22 04 05 678000"],
    ["d j S D l w z t L N M b m n F E y Y", "31 31 st Wed Wednesday 3 365 31 False Dec. Dec dec 12 12 December December 25 2025"],
    ["o W O Z e T U", "2026 1 -0500 -18000 -0500 -0500 1767236645"],
    ["c", "2025-12-31T22:04:05-05:00"],
    [String.raw`\Y\e\a\r: Y`, "Year: 2025"],
  ])("Django's %s", (format, expected) => {
    expect(formatDjango(AT, format)).toBe(expected);
  });

  it.each([
    ["%Y-%m-%d %H:%M:%S %z %%", "2025-12-31 22:04:05 -0500 %"],
    ["%A %a %B %b %e %-I %p %j %y %u %w %V %F %T %q", "Wednesday Wed December Dec 31 10 PM 365 25 3 3 01 2025-12-31 22:04:05 %q"],
  ])("strftime's %s", (format, expected) => {
    expect(formatStrftime(AT, format)).toBe(expected);
  });

  it.each([
    [11, "th"],
    [12, "th"],
    [1, "st"],
    [22, "nd"],
    [3, "rd"],
  ])("day %s has the ending %s", (day, ending) => {
    expect(formatDjango(momentIn("UTC", Date.UTC(2026, 0, day)), "S")).toBe(ending);
  });

  it("follow the zone through summer time, and take unknown ones for UTC", () => {
    expect(formatDjango(momentIn("Europe/Berlin", Date.UTC(2026, 6, 1)), "H O")).toBe("02 +0200");
    expect(formatDjango(momentIn("Asia/Kolkata", 0), "O")).toBe("+0530");
    expect(formatDjango(momentIn("Nowhere/Land", 0), "O P")).toBe("+0000 midnight");
  });

  it("are read with their offset", () => {
    expect(parseMoment("2016-02-11T16:46:08-05:00")).toMatchObject({ atMs: Date.UTC(2016, 1, 11, 21, 46, 8), offsetMs: -5 * 3_600_000 });
    expect(parseMoment("2016-02-11")?.offsetMs).toBe(0);
    expect(parseMoment("soon")).toBeUndefined();
  });
});
