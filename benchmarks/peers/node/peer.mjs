// Does one piece of work for each line of JSON on standard input and answers
// with a line that holds the time the work alone took.
import { createInterface } from 'node:readline';
import { openWithRealpath } from './confine.mjs';
import { editAndRename, editInPlace } from './edit.mjs';
import { globWithFastGlob } from './glob.mjs';
import { grepWithWorkers } from './grep.mjs';
import { newestWithIgnore, walkGitWithIgnore } from './ignore.mjs';
import { linesWithReadline, readWithPromises, readWithSync } from './read.mjs';
import { spawnAndWait, spawnWithSync } from './spawn.mjs';
import {
  statWithCallbacks,
  statWithSync,
  walkWithFdir,
  walkWithPromises,
  walkWithSync,
} from './walk.mjs';

const WAYS = {
  walk: {
    'readdirSync recursion': walkWithSync,
    fdir: walkWithFdir,
    'fs.promises.readdir recursive': walkWithPromises,
  },
  walk_stat: {
    'readdirSync + lstatSync': statWithSync,
    'readdirSync + lstat': statWithCallbacks,
  },
  walk_git: {
    'readdirSync + ignore': walkGitWithIgnore,
  },
  newest: {
    'readdirSync + ignore, sorted': newestWithIgnore,
  },
  glob: {
    'fast-glob': globWithFastGlob,
  },
  grep: {
    'worker_threads, Buffer.indexOf / RegExp': grepWithWorkers,
  },
  spawn: {
    spawn: spawnAndWait,
    spawnSync: spawnWithSync,
  },
  read_files: {
    readFileSync: readWithSync,
    'fs.promises.readFile': readWithPromises,
  },
  open_inside: {
    'realpathSync + prefix + openSync': openWithRealpath,
  },
  lines: {
    readline: linesWithReadline,
  },
  edit: {
    'fs, in place': editInPlace,
    'fs, renamed': editAndRename,
  },
};

async function serve(line) {
  const asked = JSON.parse(line);
  const work = WAYS[asked?.work]?.[asked.way];
  if (!work) {
    throw new Error(`no way "${asked?.way}" of work "${asked?.work}"`);
  }
  const started = process.hrtime.bigint();
  const pending = work(asked);
  // Waiting for what is there already would cost a turn of the queue.
  const answer = pending instanceof Promise ? await pending : pending;
  const nanoseconds = Number(process.hrtime.bigint() - started);
  return { nanoseconds, answer: asked.answer ? answer : null };
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    const { nanoseconds, answer } = await serve(line);
    reply = `{"nanoseconds":${nanoseconds},"answer":${toJson(answer)}}`;
  } catch (error) {
    reply = JSON.stringify({ error: error.message });
  }
  process.stdout.write(`${reply}\n`);
}

// JSON.stringify refuses a BigInt, and a time in nanoseconds has to be one.
function toJson(answer) {
  if (typeof answer === 'bigint') return answer.toString();
  if (Array.isArray(answer)) return `[${answer.map(toJson).join(',')}]`;
  return JSON.stringify(answer);
}
