/** Everything that is tried, in the order in which it can be, and what is not. */
import type { Attempt, NotTried } from './attempt.ts';
import { anyPod } from './credentials/any-pod.ts';
import { approverAlone } from './credentials/approver.ts';
import { configurationWriter } from './credentials/configuration.ts';
import { consoleAnswering, consoleObserving, kubernetesToken } from './credentials/console.ts';
import { editedCards } from './credentials/edited-cards.ts';
import { markedByHand } from './credentials/marked.ts';
import { groupEditor, oneMember } from './credentials/member.ts';
import { newcomers } from './credentials/newcomers.ts';
import { secretsInOutputs } from './credentials/outputs.ts';
import { healthPort, redisReading, secretsElsewhere } from './credentials/ports.ts';
import { redisFormer } from './credentials/redis-former.ts';
import { redisLedger } from './credentials/redis-ledger.ts';
import { redisPutBack } from './credentials/redis-put-back.ts';
import { redisAsSlack } from './credentials/redis-slack.ts';
import { redisAsSlackQueues } from './credentials/redis-slack-queues.ts';
import { redisForgedVotes } from './credentials/redis-votes.ts';
import { redisAsWorker } from './credentials/redis-worker.ts';
import { sameDraftAgain } from './credentials/same-draft-again.ts';
import { withSigningSecret } from './credentials/signing-secret.ts';
import { withAppToken, withBotToken, withUserToken } from './credentials/tokens.ts';

export const ATTEMPTS: readonly Attempt[] = [
  // Before anybody writes to Redis by hand: it leaves a history in which people really brought everything about.
  ...markedByHand,
  ...redisLedger,
  ...editedCards,
  ...withBotToken,
  ...withAppToken,
  ...withSigningSecret,
  ...oneMember,
  ...approverAlone,
  ...sameDraftAgain,
  ...groupEditor,
  ...newcomers,
  ...withUserToken,
  ...redisReading,
  ...redisAsSlack,
  ...redisAsSlackQueues,
  ...redisAsWorker,
  ...redisForgedVotes,
  ...redisFormer,
  ...redisPutBack,
  ...consoleObserving,
  ...consoleAnswering,
  ...kubernetesToken,
  ...configurationWriter,
  ...healthPort,
  ...anyPod,
  ...secretsElsewhere,
  ...secretsInOutputs,
];

export const NOT_TRIED: readonly NotTried[] = [
  {
    case: '2C',
    credential: 'console, observing',
    tried: 'a rule of the attacker’s own, which allows everything in the namespace',
    because:
      'the console itself grants that to this credential; Lockstep shows it in the next draft and leaves it alone',
  },
  {
    case: 'R-04',
    credential: 'queue viewer',
    tried: 'a job retried, promoted or edited in Bull Board',
    because: 'none is shipped; what one could do is what the jobs of “Redis, writing everything” do',
  },
  {
    case: 'V-05',
    credential: 'one member’s Slack session',
    tried: 'an approver’s stolen session, which votes as that person',
    because: 'there is no second factor: it is that person for Slack, and for Lockstep (SECURITY.md, accepted risks)',
  },
  {
    case: 'R-03',
    credential: 'Redis, reading',
    tried: 'the map of the network read',
    because: 'whoever may read the state reads it: hosts, ports, who approves. No secret is in it',
  },
];
