/** Trigger ids: what a gesture gives the app to open a view with, for three seconds and once. */
import type { Workspace } from '../workspace.ts';

export type TriggerUse = { user: string; fromView?: string } | { refused: string };

export class TriggerStore {
  readonly #workspace: Workspace;
  readonly #lifeMs: number;
  readonly #issued = new Map<string, { user: string; fromView?: string; until: number; used: boolean }>();

  constructor(workspace: Workspace, lifeMs: number) {
    this.#workspace = workspace;
    this.#lifeMs = lifeMs;
  }

  issue(user: string, fromView?: string): string {
    const now = this.#workspace.now();
    const id = `${now}.${this.#issued.size + 1}.${this.#workspace.nextId('').toLowerCase()}`;
    this.#issued.set(id, { user, ...(fromView && { fromView }), until: now + this.#lifeMs, used: false });
    return id;
  }

  use(id: string): TriggerUse {
    const trigger = this.#issued.get(id);
    if (!trigger) return { refused: 'invalid_trigger_id' };
    if (trigger.used) return { refused: 'exchanged_trigger_id' };
    if (this.#workspace.now() > trigger.until) return { refused: 'expired_trigger_id' };
    trigger.used = true;
    return trigger;
  }
}
