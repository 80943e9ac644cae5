/** What the console says of `protocolPorts` and `servicePorts`. */
import { protocolNumber, wholeNumber } from '../protocol-ports.ts';
import { gaia, type Objection } from './objection.ts';

export function protocolPorts(attribute: string, values: readonly string[]): Objection[] {
  const seen = new Set<string>();
  for (const value of values) {
    const folded = value.toLowerCase();
    if (seen.has(folded)) return [gaia(attribute, `duplicate port: '${value}'`)];
    seen.add(folded);
    const wrong = folded === 'any' ? alone(value, values) : whyNotAPort(attribute, value);
    if (wrong) return [gaia(attribute, wrong)];
  }
  return [];
}

function alone(any: string, values: readonly string[]): string | undefined {
  return values.length === 1 ? undefined : `Protocol '${any}' cannot be used with other protocols`;
}

function whyNotAPort(attribute: string, value: string): string | undefined {
  const slash = value.indexOf('/');
  const protocol = capitals(slash < 0 ? value : value.slice(0, slash));
  if (protocolNumber(protocol) === undefined) return `'${protocol}' is not a valid protocol`;
  const hasPorts = protocol === 'TCP' || protocol === 'UDP';
  if (slash < 0) return hasPorts ? `Protocol '${protocol}' cannot be used without ports` : undefined;
  const rest = value.slice(slash + 1);
  if (hasPorts) return whyNotPorts(attribute, rest);
  const hasTypes = protocol === 'ICMP' || protocol === 'ICMP6' || protocol === 'IPV6-ICMP';
  return hasTypes ? whyNotTypes(protocol, rest) : `Protocol '${protocol}' cannot be used with ports`;
}

/** Bounds are looked at from left to right, each wholly before the next. */
function whyNotPorts(attribute: string, text: string): string | undefined {
  const bounds = text.split(':');
  const form = `Attribute '${attribute}' must be a port (xxx) or port range (xxx:yyy)`;
  if (bounds.length > 2) return form;
  for (const bound of bounds) {
    const port = wholeNumber(bound);
    if (port === undefined) return form;
    if (port < 0n || port > 65535n) return `Attribute '${attribute}' must be between 0 and 65535`;
  }
  return descending(bounds) ? `Attribute '${attribute}' left bound is greater than or equal to right bound` : undefined;
}

/** `8`, `8/0`, `3/0,1,4:6`: one type, then codes. */
function whyNotTypes(protocol: string, text: string): string | undefined {
  if (text === '') return `Protocol '${protocol}' has missing type/code information`;
  const slash = text.indexOf('/');
  const wrongType = whyNotAByte(protocol, slash < 0 ? text : text.slice(0, slash));
  if (wrongType || slash < 0) return wrongType;
  for (const code of text.slice(slash + 1).split(',')) {
    const colon = code.indexOf(':');
    const bounds = colon < 0 ? [code] : [code.slice(0, colon), code.slice(colon + 1)];
    for (const bound of bounds) {
      const wrongCode = whyNotAByte(protocol, bound);
      if (wrongCode) return wrongCode;
    }
    if (descending(bounds)) return `Protocol '${protocol}' has invalid code range order`;
  }
  return undefined;
}

function whyNotAByte(protocol: string, text: string): string | undefined {
  const value = wholeNumber(text);
  const notation = `Protocol '${protocol}' has invalid type notation:`;
  if (value === undefined) return `${notation} '${text}' is not a valid number`;
  return value < 0n || value > 255n ? `${notation} '${value}' should be between 0 and 255` : undefined;
}

/** A range must grow. */
function descending([left = '', right]: readonly string[]): boolean {
  return right !== undefined && Number(wholeNumber(left)) >= Number(wholeNumber(right));
}

/** Letter by letter, as the console does it: `ß` stays `ß`. */
function capitals(text: string): string {
  return [...text]
    .map((letter) => (letter.toUpperCase().length > letter.length ? letter : letter.toUpperCase()))
    .join('');
}
