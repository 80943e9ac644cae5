/** The modal that shows, where requests are only signed, that Slack knows of a gesture. */
import { LIMITS } from '../limits.ts';
import { type Modal, modal, plain, says } from './build.ts';

export function received(): Modal {
  return modal('Received', [says('What came of it is said to you alone, where you pressed or typed.')], {
    close: plain('Close', LIMITS.modalTitle),
  });
}
