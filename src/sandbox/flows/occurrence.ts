const DAY_MS = 86_400_000;

/** Whether a date that recurs falls on a day; both are midnights in UTC. It never does before its first time. */
export function isOccurrence(dayMs: number, dateMs: number, recurrence: string): boolean {
  const [day, date] = [new Date(dayMs), new Date(dateMs)];
  if (recurrence === "never" || dayMs < dateMs) return dayMs === dateMs;
  if (recurrence === "weekly") return (dayMs - dateMs) % (7 * DAY_MS) === 0;
  const isSameDay = day.getUTCDate() === dayKept(date, day);
  return recurrence === "monthly" ? isSameDay : isSameDay && day.getUTCMonth() === date.getUTCMonth();
}

/** The 31st is kept on the last day of a shorter month, and the 29th of February on the 28th (assumed). */
function dayKept(date: Date, day: Date): number {
  const lastOfMonth = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
  return Math.min(date.getUTCDate(), lastOfMonth);
}
