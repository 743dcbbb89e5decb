import { createReadStream, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export function readWithSync({ paths, answer }) {
  return texts(paths.map((path) => readFileSync(path)), answer);
}

export async function readWithPromises({ paths, answer }) {
  return texts(await Promise.all(paths.map((path) => readFile(path))), answer);
}

// Text is wanted only for the comparison: it is no part of the work.
function texts(contents, wanted) {
  return wanted ? contents.map((content) => content.toString()) : contents;
}

export async function linesWithReadline({ path, first, limit }) {
  const input = createReadStream(path);
  const window = [];
  let number = 0;
  for await (const line of createInterface({ input })) {
    number += 1;
    if (number >= first) window.push(`${line}\n`);
    if (window.length === limit) break;
  }
  input.destroy();
  return window.join('');
}
