/** The methods about the app itself: who it is, whether Slack is there, where its socket is. */
import { app, team } from '../seed.ts';
import { type Answer, type Call, type Method, refuse } from './call.ts';
import { checkedBlocks } from './content.ts';

export const basicMethods: Record<string, Method> = {
  'api.test': { token: 'none', run: apiTest },
  'auth.test': { run: authTest },
  'apps.connections.open': { token: 'app', run: (call) => ({ url: call.openSocketUrl() }) },
  'blocks.validate': { run: validateBlocks },
};

function apiTest({ args }: Call): Answer {
  const { token: _, ...echoed } = args.given;
  const error = args.text('error');
  if (error) refuse(error, { args: echoed });
  return { args: echoed };
}

function authTest({ baseUrl }: Call): Answer {
  return {
    url: `${baseUrl}/`,
    team: team.name,
    user: 'lockstep',
    team_id: team.id,
    user_id: app.botUser,
    bot_id: app.botId,
    app_id: app.id,
    is_enterprise_install: false,
  };
}

function validateBlocks(call: Call): Answer {
  call.args.required('blocks');
  checkedBlocks(call, call.args.json('blocks', 'invalid_blocks_format'));
  return {};
}
