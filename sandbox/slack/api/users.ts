/** The users.* and usergroups.* methods. */
import { groupOnTheWire, userOnTheWire } from '../wire.ts';
import { type Answer, type Call, type Method, page, refuse } from './call.ts';

export const userMethods: Record<string, Method> = {
  'users.info': { scopes: ['users:read'], run: info },
  'users.list': { scopes: ['users:read'], run: list },
  'users.lookupByEmail': { scopes: ['users:read.email'], run: lookupByEmail },
  'usergroups.list': { scopes: ['usergroups:read'], run: groupList },
  'usergroups.users.list': { scopes: ['usergroups:read'], run: groupUsers },
};

function info(call: Call): Answer {
  const person = call.workspace.people.get(call.args.required('user'));
  if (!person) refuse('user_not_found');
  return { user: userOnTheWire(person, seesEmail(call)) };
}

function list(call: Call): Answer {
  const { items, nextCursor } = page([...call.workspace.people.values()], call.args, { usual: 1000, most: 1000 });
  return {
    members: items.map((person) => userOnTheWire(person, seesEmail(call))),
    cache_ts: Math.floor(call.workspace.now() / 1000),
    response_metadata: { next_cursor: nextCursor },
  };
}

function lookupByEmail(call: Call): Answer {
  const email = call.args.required('email');
  const person = [...call.workspace.people.values()].find(
    (one) => !one.isBot && !one.deleted && `${one.name}@${one.isStranger ? 'other' : 'acme'}.example` === email,
  );
  if (!person) refuse('users_not_found');
  return { user: userOnTheWire(person, true) };
}

function groupList(call: Call): Answer {
  const withUsers = call.args.flag('include_users');
  return { usergroups: [...call.workspace.groups.values()].map((group) => groupOnTheWire(group, withUsers)) };
}

function groupUsers(call: Call): Answer {
  const group = call.workspace.groups.get(call.args.required('usergroup'));
  if (!group) refuse('no_such_subteam');
  return { users: group.users };
}

function seesEmail(call: Call): boolean {
  return !call.scopes || call.scopes.has('users:read.email');
}
