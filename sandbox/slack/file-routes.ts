/** Where the bytes of files come in and go out. */
import { Hono } from 'hono';
import type { Workspace } from './workspace.ts';

export function fileRoutes(workspace: Workspace): Hono {
  return new Hono()
    .post('/upload/v1/:id', async (c) => {
      const file = workspace.files.get(c.req.param('id'));
      if (!file) return c.text('file_not_found', 404);
      const bytes = await sentBytes(c.req.raw);
      if (bytes.length !== file.length) return c.text(`expected ${file.length} bytes, got ${bytes.length}`, 400);
      file.bytes = bytes;
      return c.text(`OK - ${bytes.length}`);
    })
    .get('/files/:id/:name', (c) => {
      const file = workspace.files.get(c.req.param('id'));
      if (!file?.bytes || !file.completed) return c.text('file_not_found', 404);
      return new Response(Uint8Array.from(file.bytes), {
        headers: {
          'content-type': file.mimetype,
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
          'x-content-type-options': 'nosniff',
        },
      });
    });
}

/** The bytes of an upload: the body as it is, or the one part of a multipart form that holds them. */
async function sentBytes(request: Request): Promise<Uint8Array> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) return new Uint8Array(await request.arrayBuffer());
  const parts = [...(await request.formData()).values()];
  const part = parts.find((one) => one instanceof File) ?? parts[0];
  if (part === undefined) return new Uint8Array();
  return typeof part === 'string' ? new TextEncoder().encode(part) : new Uint8Array(await part.arrayBuffer());
}
