import { spawn, spawnSync } from 'node:child_process';

const STDIO = ['ignore', 'pipe', 'pipe'];

export function spawnAndWait({ argv: [file, ...args] }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: STDIO });
    const stdout = [];
    const stderr = [];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(stdout).toString()));
  });
}

export function spawnWithSync({ argv: [file, ...args] }) {
  const { error, stdout } = spawnSync(file, args, {
    stdio: STDIO,
    maxBuffer: Infinity,
  });
  if (error) throw error;
  return stdout.toString();
}
