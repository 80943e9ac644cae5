/** Serves the page: bundled once, in memory, when it is first asked for; and kept live by server-sent events. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Hono, type MiddlewareHandler } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Workspace } from './workspace.ts';

const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slack sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
</head>
<body>
<div id="root"></div>
<script type="module" src="/page.js"></script>
</body>
</html>
`;

// Whatever an app posts, the page runs no script but its own.
const contentSecurityPolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: http: https:",
  "frame-ancestors 'none'",
].join('; ');

/** Keeps other sites open in the same browser from acting as the people of this workspace. */
export function ownPagesOnly(baseUrl: string): MiddlewareHandler {
  const own = new Set([baseUrl, baseUrl.replace('127.0.0.1', 'localhost')]);
  return async (c, next) => {
    const origin = c.req.header('origin');
    if (origin !== undefined && !own.has(origin)) return c.text('This workspace is for its own page.', 403);
    await next();
  };
}

export function pageRoutes(workspace: Workspace): Hono {
  let bundled: ReturnType<typeof bundle> | undefined;
  const page = () => (bundled ??= bundle());
  return new Hono()
    .get('/', (c) => {
      // Bundling begins with the page, so that the script is nearly there when it is asked for.
      page().catch(() => {});
      return c.html(pageHtml, 200, { 'content-security-policy': contentSecurityPolicy });
    })
    .get('/page.js', async (c) => c.body((await page()).js, 200, { 'content-type': 'text/javascript; charset=utf-8' }))
    .get('/page.css', async (c) => c.body((await page()).css, 200, { 'content-type': 'text/css; charset=utf-8' }))
    .get('/_sandbox/live', (c) =>
      streamSSE(c, async (stream) => {
        let wake = () => {};
        const stopListening = workspace.onChange(() => wake());
        stream.onAbort(() => {
          stopListening();
          wake();
        });
        let told = -1;
        while (!stream.aborted) {
          if (told === workspace.version) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          told = workspace.version;
          await stream.writeSSE({ event: 'changed', data: String(told) });
        }
      }),
    );
}

async function bundle(): Promise<{ js: string; css: string }> {
  const built = await build({
    entryPoints: ['./page/main.tsx', './page/style/page.css'].map((path) =>
      fileURLToPath(new URL(path, import.meta.url)),
    ),
    bundle: true,
    write: false,
    outdir: 'page',
    format: 'esm',
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const fileOf = (ending: string) => built.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { js: fileOf('.js'), css: fileOf('.css') };
}
