import { readFileSync } from 'node:fs';

/** Returns the first lines of a file, with their ends. */
export function firstLines(path, limit) {
  const text = readFileSync(path, 'utf8');
  let end = 0;
  for (let line = 0; line < limit; line += 1) {
    const newline = text.indexOf('\n', end);
    if (newline < 0) return text;
    end = newline + 1;
  }
  return text.slice(0, end);
}
