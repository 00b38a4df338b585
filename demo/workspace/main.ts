import { parseArgs } from 'node:util';
import { startWorkspace } from './server.ts';

/** The workspace on its own: `npx tsx demo/workspace/main.ts --port 4100 [--manifest manifest.yml] [--http URL]`. */

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4100' },
    manifest: { type: 'string', default: 'manifest.yml' },
    http: { type: 'string' },
  },
});

const workspace = await startWorkspace({
  port: Number(values.port),
  manifest: values.manifest,
  rateLimits: true,
  ...(values.http ? { delivery: { http: values.http } } : {}),
});
console.log(`workspace: ${workspace.url}`);
for (const [name, value] of Object.entries(workspace.env())) console.log(`${name}=${value}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    workspace.close().then(() => process.exit(0));
  });
}
