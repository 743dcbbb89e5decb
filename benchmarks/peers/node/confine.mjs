import { closeSync, openSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

export function openWithRealpath({ root, paths }) {
  const top = realpathSync(root);
  for (const path of paths) {
    const real = realpathSync(join(top, path));
    if (!real.startsWith(`${top}/`)) throw new Error(`${path} lies outside`);
    closeSync(openSync(real));
  }
  return paths.length;
}
