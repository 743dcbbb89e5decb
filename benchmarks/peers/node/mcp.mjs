// A server of the Model Context Protocol with one tool, on version 2 of the SDK.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { firstLines } from './first-lines.mjs';

function createServer() {
  const server = new McpServer({ name: 'peer', version: '1.0.0' });
  server.registerTool(
    'read',
    {
      description: 'Read the first lines of a file',
      inputSchema: z.object({
        path: z.string(),
        limit: z.number().int().default(2000),
      }),
    },
    async ({ path, limit }) => ({
      content: [{ type: 'text', text: firstLines(path, limit) }],
    }),
  );
  return server;
}

serveStdio(createServer);
