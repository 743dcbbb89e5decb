import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { searchLiteral, searchPattern } from './search.mjs';

// A file with a NUL byte in its first bytes is binary.
const SNIFFED_BYTES = 8000;

const { root, pattern, fixed } = workerData;
const search = fixed ? searchLiteral(pattern) : searchPattern(pattern);
const found = [];
let buffer = Buffer.allocUnsafeSlow(1 << 15);

parentPort.on('message', (paths) => {
  if (paths) {
    paths.forEach(searchFile);
  } else {
    parentPort.postMessage(found);
  }
});

function searchFile(path) {
  const text = readText(`${root}/${path}`);
  if (text) {
    for (const line of search(text)) found.push([path, line]);
  }
}

/**
 * Returns the bytes of a text file, which the next call overwrites, and null
 * for a binary file, of which it reads no more than it takes to know.
 */
function readText(path) {
  const file = openSync(path);
  try {
    let length = 0;
    for (;;) {
      const room = buffer.length - length;
      const count = readSync(file, buffer, length, room, null);
      if (length === 0 && isBinary(count)) return null;
      if (count === 0) return buffer.subarray(0, length);
      length += count;
      if (length === buffer.length) grow();
    }
  } finally {
    closeSync(file);
  }
}

function isBinary(count) {
  return buffer.subarray(0, Math.min(count, SNIFFED_BYTES)).includes(0);
}

function grow() {
  const larger = Buffer.allocUnsafeSlow(2 * buffer.length);
  buffer.copy(larger);
  buffer = larger;
}
