import { lstat, lstatSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fdir } from 'fdir';

export function walkWithSync({ root }) {
  const found = [];
  walkDirectory(root, '', (path) => found.push(path));
  return found;
}

/** Visits the path, relative to root, of everything that is no directory. */
function walkDirectory(root, prefix, visit) {
  const directory = `${root}/${prefix}`;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = prefix + entry.name;
    if (entry.isDirectory()) {
      walkDirectory(root, `${path}/`, visit);
    } else {
      visit(path);
    }
  }
}

export function walkWithFdir({ root }) {
  return new fdir().withRelativePaths().withErrors().crawl(root).withPromise();
}

export async function walkWithPromises({ root }) {
  const top = root.replace(/\/+$/, '');
  const options = { recursive: true, withFileTypes: true };
  const entries = await readdir(top, options);
  const cut = top.length + 1;
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(cut));
}

// Only as a BigInt is a time in nanoseconds exact.
const EXACT = { bigint: true };

export function statWithSync({ root }) {
  const found = [];
  walkDirectory(root, '', (path) => {
    found.push(describe(path, lstatSync(`${root}/${path}`, EXACT)));
  });
  return found;
}

/** Lets the pool of threads ask for the status of files while it walks on. */
export function statWithCallbacks({ root }) {
  return new Promise((resolve, reject) => {
    const found = [];
    let pending = 1;
    const finishOne = () => {
      pending -= 1;
      if (pending === 0) resolve(found);
    };
    walkDirectory(root, '', (path) => {
      pending += 1;
      lstat(`${root}/${path}`, EXACT, (error, stats) => {
        if (error) {
          reject(error);
        } else {
          found.push(describe(path, stats));
          finishOne();
        }
      });
    });
    finishOne();
  });
}

function describe(path, { size, mtimeNs }) {
  return [path, Number(size), mtimeNs];
}
