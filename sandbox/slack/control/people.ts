/** The control API under /_sandbox: what people do, what can be seen, and what can be made to go wrong. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { WebApi } from '../api/server.ts';
import { CannotDo, type Desk } from '../gestures/desk.ts';
import { pressInMessage, pressInView } from '../gestures/pressing.ts';
import { closeView, submit } from '../gestures/submitting.ts';
import { openHome, react, say, typeCommand } from '../gestures/talking.ts';
import type { Workspace } from '../workspace.ts';
import { stateOf } from './snapshot.ts';

const settleMs = z.number().int().min(0).default(100);
const user = z.string();
const channel = z.string();
const ts = z.string();
const picked = z.union([z.string(), z.array(z.string()), z.null()]);
const values = z.record(z.string(), z.record(z.string(), picked)).optional();

const Command = z.strictObject({ user, channel, text: z.string(), settleMs });
const press = {
  user,
  action_id: z.string(),
  block_id: z.string().optional(),
  value: picked.optional(),
  values,
  confirmed: z.boolean().optional(),
  settleMs,
};
const Click = z.union([z.strictObject({ ...press, channel, ts }), z.strictObject({ ...press, view_id: z.string() })]);
const Reaction = z.strictObject({ user, channel, ts, name: z.string() });
const Submission = z.strictObject({ user, view_id: z.string(), values, settleMs });
const Closing = z.strictObject({ user, view_id: z.string(), settleMs });
const Home = z.strictObject({ user, settleMs });
const Saying = z.strictObject({ user, channel, text: z.string().min(1), thread_ts: ts.optional() });

export function gestureRoutes(desk: Desk): Hono {
  return new Hono()
    .post('/command', async (c) => c.json(await typeCommand(desk, Command.parse(await c.req.json()))))
    .post('/click', async (c) => {
      const click = Click.parse(await c.req.json());
      return c.json(await ('view_id' in click ? pressInView(desk, click) : pressInMessage(desk, click)));
    })
    .post('/react', async (c) => c.json(react(desk, { ...Reaction.parse(await c.req.json()), on: true })))
    .post('/unreact', async (c) => c.json(react(desk, { ...Reaction.parse(await c.req.json()), on: false })))
    .post('/submit', async (c) => c.json(await submit(desk, Submission.parse(await c.req.json()))))
    .post('/close-view', async (c) => c.json(await closeView(desk, Closing.parse(await c.req.json()))))
    .post('/home', async (c) => c.json(await openHome(desk, Home.parse(await c.req.json()))))
    .post('/message', async (c) => c.json(say(desk, Saying.parse(await c.req.json()))))
    .onError((error, c) => {
      if (error instanceof CannotDo) return c.json({ refused: error.message }, 409);
      if (error instanceof z.ZodError) return c.json({ refused: z.prettifyError(error) }, 400);
      throw error;
    });
}

export function sightRoutes(workspace: Workspace, webApi: WebApi, desk: Desk): Hono {
  return new Hono()
    .get('/state', (c) => c.json(stateOf(workspace, desk)))
    .get('/messages', (c) => {
      const wanted = c.req.query('channel') ?? '';
      const found =
        workspace.channels.get(wanted) ?? [...workspace.channels.values()].find((one) => one.name === wanted);
      if (!found) return c.json({ refused: `There is no channel ${wanted}.` }, 404);
      return c.json(stateOf(workspace, desk).channels.find((one) => one.id === found.id)?.messages ?? []);
    })
    .get('/calls', (c) => {
      const method = c.req.query('method');
      return c.json(webApi.journal.filter((entry) => !method || entry.method === method));
    })
    .get('/events', (c) => c.json(desk.events.sent));
}
