import { statSync } from 'node:fs';
import fastGlob from 'fast-glob';

export function globWithFastGlob({ root, pattern }) {
  statSync(root); // a root that is missing is no error to fast-glob
  return fastGlob.sync(pattern, {
    cwd: root,
    dot: true,
    followSymbolicLinks: false,
    unique: false, // one pattern finds a file once
  });
}
