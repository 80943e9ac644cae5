/** A namespace of which dns is allowed and all else knowingly blocked, about to be cut, and somebody who comes in between. */
import { STAGES } from '#core/stage.ts';
import { aHouse, type House, type HouseOptions } from './house.ts';
import type { ownRedisForTests } from './redis.ts';

const CUT = 'disable-discovery' as const;

/** The last stage is asked about, and nothing waits for an answer. */
export async function dnsThenCut(
  redis: ReturnType<ReturnType<typeof ownRedisForTests>>,
  options: HouseOptions = {},
): Promise<House> {
  const house = await aHouse(redis, options);
  await house.asking('dns');
  await house.approve('dns', 'verify-stage');
  const { stages } = await house.lockdown();
  const others = STAGES.filter((stage) => stage !== 'dns' && stage !== CUT);
  const skipped = others.map((stage) => [stage, { ...stages[stage], phase: 'skipped' as const }]);
  await house.put({ stages: { ...stages, dns: { ...stages.dns, phase: 'allowed' }, ...Object.fromEntries(skipped) } });
  await house.wish('alice', { verb: 'next' });
  await house.settle('verify-stage');
  await house.answerAll('erin');
  return house;
}

export async function defaultActions(house: House): Promise<string[]> {
  const { defaultPUIncomingTrafficAction, defaultPUOutgoingTrafficAction } = await house.namespaceObject();
  return [String(defaultPUIncomingTrafficAction), String(defaultPUOutgoingTrafficAction)];
}

type ConsoleApi = House['deps']['consoleApi'];

/** Something happens at the first call of one of the console's methods that it is there for. */
export function justBefore<Name extends keyof ConsoleApi>(
  name: Name,
  happens: (given: Parameters<ConsoleApi[Name]>) => Promise<boolean>,
): HouseOptions {
  let happened = false;
  return {
    between: (deps) => {
      const real = deps.consoleApi[name] as (...given: unknown[]) => unknown;
      const standIn = async (...given: Parameters<ConsoleApi[Name]>) => {
        if (!happened) {
          happened = true;
          happened = await happens(given);
        }
        return real(...given);
      };
      return { ...deps, consoleApi: { ...deps.consoleApi, [name]: standIn } };
    },
  };
}
