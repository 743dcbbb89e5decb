import { readdirSync, readFileSync, statSync } from 'node:fs';
import ignore from 'ignore';

const CASE_SENSITIVE = { ignoreCase: false };

export function walkGitWithIgnore({ root }) {
  const found = [];
  walkDirectory(root, '', ignore(CASE_SENSITIVE), found);
  return found;
}

/** Returns the paths modified last, the newest first. */
export function newestWithIgnore({ root, limit }) {
  return walkGitWithIgnore({ root })
    .map((path) => ({ path, modified: statSync(`${root}/${path}`).mtimeMs }))
    .sort((a, b) => b.modified - a.modified)
    .slice(0, limit)
    .map(({ path }) => path);
}

/** `above` holds the rules of the .gitignore files of all directories above. */
function walkDirectory(root, prefix, above, found) {
  const entries = readdirSync(`${root}/${prefix}`, { withFileTypes: true });
  const rules = entries.some(({ name }) => name === '.gitignore')
    ? readRules(root, prefix, above)
    : above;
  for (const entry of entries) {
    if (entry.name === '.git') continue;
    const path = prefix + entry.name;
    if (entry.isDirectory()) {
      const directory = `${path}/`;
      if (!rules.ignores(directory)) {
        walkDirectory(root, directory, rules, found);
      }
    } else if (!rules.ignores(path)) {
      found.push(path);
    }
  }
}

function readRules(root, prefix, above) {
  const text = readFileSync(`${root}/${prefix}.gitignore`, 'utf8');
  if (prefix === '') return ignore(CASE_SENSITIVE).add(text);
  const escaped = prefix.replace(/[\\*?[!# ]/g, '\\$&');
  const lines = text.split('\n').map((line) => moveBelow(escaped, line));
  return ignore(CASE_SENSITIVE).add(above).add(lines.join('\n'));
}

/**
 * Makes a rule of a directory a rule of the root. Rules of several files have
 * to be in one list, or a directory that one file excludes and a nearer one
 * includes again would still hide what is in it.
 */
function moveBelow(prefix, line) {
  if (line.trim() === '' || line.startsWith('#')) return '';
  const negation = line.startsWith('!') ? '!' : '';
  const pattern = line.slice(negation.length);
  const anchored = /\/(?!\s*$)/.test(pattern);
  const anywhere = anchored ? '' : '**/';
  return `${negation}${prefix}${anywhere}${pattern.replace(/^\//, '')}`;
}
