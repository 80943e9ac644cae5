/** What is an address of Redis, and what of it people may read. */
import { describe, expect, test } from 'vitest';
import { redisAddress, whereItIs } from '#core/redis-address.ts';

describe('an address of Redis', () => {
  test.each([
    ['redis://127.0.0.1:6379', '127.0.0.1:6379'],
    ['redis://worker:verysecret@redis.example', 'redis.example:6379'],
    ['rediss://:verysecret@[2001:db8::1]:7000/2', '2001:db8::1:7000'],
    [
      'redis+sentinel://worker:verysecret@one:26379,two/lockstep/3',
      'lockstep, which the sentinels at one:26379, two:26379 know',
    ],
  ])('%s is told to people without the user and the password', (text, told) => {
    const address = redisAddress(text);
    expect(address && whereItIs(address)).toBe(told);
  });

  test('keeps who we are, which database, and whether it is encrypted', () => {
    expect(redisAddress('rediss+sentinel://worker:p%40ss%2F@one,two:7/lockstep/3')).toEqual({
      tls: true,
      username: 'worker',
      password: 'p@ss/',
      database: 3,
      hosts: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 7 },
      ],
      watched: 'lockstep',
    });
    expect(redisAddress('redis://:a@b@host')).toMatchObject({ password: 'a@b', database: 0, tls: false });
  });

  test.each([
    'http://127.0.0.1:6379',
    'redis://',
    'redis://one,two',
    'redis://host:99999',
    'redis://host/lockstep',
    'redis://host/1/2',
    'redis+sentinel://one,two',
    'redis://host?family=6',
  ])('is not %s', (text) => {
    expect(redisAddress(text)).toBeUndefined();
  });
});
