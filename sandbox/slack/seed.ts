/** Who and what is in the workspace before anybody does anything. */

export const team = { id: 'T0ACME0001', name: 'Acme', domain: 'acme' };

export const app = { id: 'A0LOCKSTEP', name: 'Lockstep', botUser: 'U0LOCKSTEP', botId: 'B0LOCKSTEP' };

export const secrets = {
  botToken: 'xoxb-sandbox-bot',
  appToken: 'xapp-sandbox-app',
  signingSecret: 'sandbox-signing-secret',
};

/** The handle each person is known by in scripts and tests, and their Slack id. */
export const people = {
  alice: 'U0ALICE001',
  boris: 'U0BORIS001',
  chitra: 'U0CHITRA01',
  diego: 'U0DIEGO001',
  erin: 'U0ERIN0001',
  gus: 'U0GUEST001',
  lena: 'U0LENA0001',
  stranger: 'U0STRANGE1',
} as const;

export const groups = { security: 'S0SECURITY1', platform: 'S0PLATFORM1', empty: 'S0EMPTY0001' } as const;

export const channels = { lockdowns: 'C0LOCKDOWN1', general: 'C0GENERAL01', private: 'C0PRIVATE01' } as const;

const { alice, boris, chitra, diego, erin, gus, lena, stranger } = people;

type PersonSeed = { id: string; name: string; realName: string; guest?: true; deleted?: true; otherTeam?: string };

export const peopleSeed: readonly PersonSeed[] = [
  { id: alice, name: 'alice', realName: 'Alice Arnold' },
  { id: boris, name: 'boris', realName: 'Boris Bianchi' },
  { id: chitra, name: 'chitra', realName: 'Chitra Chandran' },
  { id: diego, name: 'diego', realName: 'Diego Duarte' },
  { id: erin, name: 'erin', realName: 'Erin Ekström' },
  { id: gus, name: 'gus', realName: 'Gus Gastaldi', guest: true },
  { id: lena, name: 'lena', realName: 'Lena Lindqvist', deleted: true },
  { id: stranger, name: 'stranger', realName: 'Sam Stranger', otherTeam: 'T0OTHER001' },
];

export const groupsSeed = [
  { id: groups.security, handle: 'security', name: 'Security', users: [boris, chitra, erin] },
  { id: groups.platform, handle: 'platform', name: 'Platform', users: [alice, diego, boris] },
  { id: groups.empty, handle: 'empty', name: 'Nobody yet', users: [] },
] as const;

export const channelsSeed = [
  {
    id: channels.lockdowns,
    name: 'lockdowns',
    topic: 'Namespaces on their way from discovery mode to locked down',
    isPrivate: false,
    members: [alice, boris, chitra, diego, erin, gus, stranger, app.botUser],
  },
  {
    id: channels.general,
    name: 'general',
    topic: 'Company-wide announcements',
    isPrivate: false,
    members: [alice, boris, chitra, diego, erin],
  },
  {
    id: channels.private,
    name: 'incident-room',
    topic: 'Invitation only',
    isPrivate: true,
    members: [alice, boris],
  },
] as const;
