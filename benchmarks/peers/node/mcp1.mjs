// A server of the Model Context Protocol with one tool, on version 1 of the SDK.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';
import { firstLines } from './first-lines.mjs';

const server = new McpServer({ name: 'peer', version: '1.0.0' });
server.registerTool(
  'read',
  {
    description: 'Read the first lines of a file',
    inputSchema: {
      path: z.string(),
      limit: z.number().int().default(2000),
    },
  },
  async ({ path, limit }) => ({
    content: [{ type: 'text', text: firstLines(path, limit) }],
  }),
);

await server.connect(new StdioServerTransport());
