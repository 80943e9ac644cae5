/** Times as a Slack client writes them. */

export function timeOf(ts: string): string {
  return dateOf(ts).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

export function dayOf(ts: string): string {
  const date = dateOf(ts);
  if (date.toDateString() === new Date().toDateString()) return 'Today';
  return date.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
}

export function momentOf(ts: string): string {
  return dateOf(ts).toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
}

/** A date in Slack's own format, such as `{date_short_pretty} at {time}`. */
export function formatDate(seconds: number, format: string): string {
  const date = new Date(seconds * 1000);
  return format.replace(/\{(\w+)\}/g, (all, part: string) => parts[part]?.(date) ?? all);
}

const inWords = (date: Date, style: Intl.DateTimeFormatOptions) => date.toLocaleDateString('en-GB', style);

const parts: Record<string, (date: Date) => string> = {
  date_num: (date) => date.toISOString().slice(0, 10),
  date: (date) => inWords(date, { day: 'numeric', month: 'long', year: 'numeric' }),
  date_slash: (date) => inWords(date, { day: '2-digit', month: '2-digit', year: 'numeric' }),
  date_short: (date) => inWords(date, { day: 'numeric', month: 'short', year: 'numeric' }),
  date_long: (date) => inWords(date, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  date_pretty: (date) => nearDay(date) ?? inWords(date, { day: 'numeric', month: 'long', year: 'numeric' }),
  date_short_pretty: (date) => nearDay(date) ?? inWords(date, { day: 'numeric', month: 'short', year: 'numeric' }),
  date_long_pretty: (date) =>
    nearDay(date) ?? inWords(date, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  time: (date) => date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }),
  time_secs: (date) => date.toLocaleTimeString('en-GB'),
  ago: (date) => ago(date),
};

function nearDay(date: Date): string | undefined {
  const dayMs = 86_400_000;
  const offsets = { yesterday: -dayMs, today: 0, tomorrow: dayMs };
  const near = Object.entries(offsets).find(
    ([, offset]) => new Date(Date.now() + offset).toDateString() === date.toDateString(),
  );
  return near?.[0];
}

function ago(date: Date): string {
  const minutes = Math.round((date.getTime() - Date.now()) / 60_000);
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return words.format(minutes, 'minute');
  if (Math.abs(minutes) < 1440) return words.format(Math.round(minutes / 60), 'hour');
  return words.format(Math.round(minutes / 1440), 'day');
}

function dateOf(ts: string): Date {
  return new Date(Number(ts) * 1000);
}
