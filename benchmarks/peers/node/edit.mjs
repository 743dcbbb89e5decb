import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export function editInPlace({ path, old, new: text }) {
  const content = readFileSync(path, 'utf8').replace(old, () => text);
  writeFileSync(path, content);
  return content;
}

export function editAndRename({ path, old, new: text }) {
  const content = readFileSync(path, 'utf8').replace(old, () => text);
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
  return content;
}
