/** Lines grouped by the day on which they happened, in the machine's time zone and in the order in which they come. Times in ms UTC. */
export function byDay<Line extends { at: number }>(lines: readonly Line[], now: number, language: string, words: { today: string; yesterday: string }): { day: string; lines: Line[] }[] {
  const locale = language === 'en' ? 'en-GB' : language;
  const thisYear = new Date(now).getFullYear();
  const startOf = (at: number, daysBefore = 0) => {
    const day = new Date(at);
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() - daysBefore).getTime();
  };
  const days: { start: number; day: string; lines: Line[] }[] = [];
  for (const line of lines) {
    const start = startOf(line.at);
    const last = days.at(-1);
    if (last?.start === start) last.lines.push(line);
    else days.push({ start, day: nameOf(start), lines: [line] });
  }
  return days.map(({ day, lines: those }) => ({ day, lines: those }));

  function nameOf(start: number): string {
    if (start === startOf(now)) return words.today;
    if (start === startOf(now, 1)) return words.yesterday;
    return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', ...(new Date(start).getFullYear() === thisYear ? {} : { year: 'numeric' }) }).format(start);
  }
}
