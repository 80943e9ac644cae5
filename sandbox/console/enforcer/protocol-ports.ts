/** Which traffic the `protocolPorts` of a rule mean. */
export interface Traffic {
  protocol: string;
  port?: number | undefined;
  icmpType?: number | undefined;
  icmpCode?: number | undefined;
}

/** An empty list means nothing. */
export function coversTraffic(protocolPorts: readonly string[], traffic: Traffic): boolean {
  return protocolPorts.some((form) => covers(form.toLowerCase(), traffic));
}

function covers(form: string, traffic: Traffic): boolean {
  if (form === 'any') return true;
  const [protocol = '', ...rest] = form.split('/');
  if (sameProtocol(protocol) !== sameProtocol(traffic.protocol.toLowerCase())) return false;
  if (protocol === 'tcp' || protocol === 'udp') return inRange(rest[0] ?? '', traffic.port ?? -1);
  const [type, codes] = rest;
  if (type !== undefined && Number(type) !== traffic.icmpType) return false;
  return codes === undefined || codes.split(',').some((code) => inRange(code, traffic.icmpCode ?? -1));
}

function sameProtocol(name: string): string {
  return name === 'icmp6' ? 'ipv6-icmp' : name;
}

function inRange(range: string, value: number): boolean {
  const [low, high = low] = range.split(':').map(Number);
  return low !== undefined && high !== undefined && low <= value && value <= high;
}
