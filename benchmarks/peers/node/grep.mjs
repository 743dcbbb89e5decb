import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const WORKER = new URL('./grep-worker.mjs', import.meta.url);
const BATCH = 256;

/** Walks the tree here and searches its files in as many threads as asked for. */
export async function grepWithWorkers({ root, pattern, fixed, threads }) {
  const workerData = { root, pattern, fixed };
  const workers = Array.from(
    { length: threads },
    () => new Worker(WORKER, { workerData }),
  );
  try {
    const [found] = await Promise.all([
      Promise.all(workers.map(answerOf)),
      handOut(root, workers),
    ]);
    return found.flat();
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

function answerOf(worker) {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Sends the paths of all files in batches, in turn, and null for the end. */
async function handOut(root, workers) {
  let batch = [];
  let turn = 0;
  const send = () => {
    workers[turn % workers.length].postMessage(batch);
    turn += 1;
    batch = [];
  };
  const walk = (prefix) => {
    const directory = `${root}/${prefix}`;
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) {
        walk(`${prefix}${entry.name}/`);
      } else if (entry.isFile()) {
        batch.push(prefix + entry.name);
        if (batch.length === BATCH) send();
      }
    }
  };
  walk('');
  send();
  for (const worker of workers) worker.postMessage(null);
}
