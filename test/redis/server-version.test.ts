/** Which Redis servers nothing starts with, and which start with a word of warning. */
import { expect, test } from 'vitest';
import { doubtAbout } from '#redis/server-version.ts';

type Row = readonly [info: string, what: 'refused' | 'warned' | 'fine', words?: RegExp];

const ROWS: readonly Row[] = [
  ['redis_version:5.0.14', 'refused', /Redis 5\.0\.14 is too old/],
  ['redis_version:6.0.16', 'refused', /too old/],
  ['redis_version:6.2.19', 'refused', /CVE-2025-49844.*6\.2\.20/],
  ['redis_version:6.2.20', 'fine'],
  ['redis_version:7.0.15', 'warned', /never patched for CVE-2025-49844/],
  ['redis_version:7.1.0', 'warned', /whoever packages it/],
  ['redis_version:7.2.10', 'refused', /7\.2\.11/],
  ['redis_version:7.2.11', 'warned', /CVE-2026-23479/],
  ['redis_version:7.4.5', 'refused', /7\.4\.6/],
  ['redis_version:7.4.6', 'warned', /CVE-2026-23479.*8\.6\.3/],
  ['redis_version:8.0.3', 'refused', /8\.0\.4/],
  ['redis_version:8.2.1', 'refused', /8\.2\.2/],
  ['redis_version:8.6.2', 'warned', /maxmemory-clients/],
  ['redis_version:8.6.3', 'fine'],
  ['redis_version:10.0.0', 'fine'],
  ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.3', 'refused', /Valkey 8\.1\.3.*8\.1\.4/],
  ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.4', 'fine'],
  ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:7.2.10', 'refused', /7\.2\.11/],
  ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.0.0', 'fine'],
  ['# Server\r\nos:Linux', 'fine'],
];

test.each(ROWS)('%j is %s', (info, what, words) => {
  const doubt = doubtAbout(`# Server\r\n${info}\r\nredis_git_sha1:00000000\r\n`);
  const kind = doubt === undefined ? 'fine' : 'refuse' in doubt ? 'refused' : 'warned';
  expect(kind).toBe(what);
  if (words) expect(JSON.stringify(doubt)).toMatch(words);
});
