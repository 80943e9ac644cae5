/** Durations and dates as the console's language writes them. */
const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000001 };

/** `1h30m`, `-5m`, `500ms`; days and weeks do not exist. */
export function durationMs(text: string): number | undefined {
  const [, sign = '', rest = ''] = /^([-+]?)(.+)$/.exec(text) ?? [];
  if (rest === '0') return 0;
  if (!/^(\d+(\.\d+)?(ms|us|µs|ns|h|m|s))+$/.test(rest)) return undefined;
  const parts = [...rest.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)];
  const sum = parts.reduce((total, [, number, unit]) => total + Number(number) * (units[unit ?? ''] ?? 0), 0);
  return sign === '-' ? -sum : sum;
}

/** RFC 3339, `2018/04/08 10:42`, `2021-10-08`, or milliseconds since 1970. Without a zone it is UTC. */
export function dateMs(text: string): number | undefined {
  if (/^\d{13}$/.test(text)) return Number(text);
  if (/^\d{10}$/.test(text)) return Number(text) * 1000;
  const plain = /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (plain) {
    const [, year, month, day, hour = '00', minute = '00', second = '00'] = plain;
    return validTime(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  }
  return /^\d{4}-\d{2}-\d{2}T/.test(text) ? validTime(text) : undefined;
}

function validTime(text: string): number | undefined {
  const value = Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}
