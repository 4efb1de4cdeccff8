/**
 * Preloaded into n8n's processes by a soak: every half minute collects the garbage and notes what is left, so that growth is told from rubbish
 * that nobody has cleared yet. One file per process in HEAP_PROBE_FOLDER, a line per look: bytes on the heap, bytes outside of it.
 */
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout } = require('node:timers/promises');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const file = join(process.env.HEAP_PROBE_FOLDER, `${process.pid}`);

setInterval(async () => {
	collectGarbage();
	// What is held weakly goes a turn later.
	await setTimeout(100);
	collectGarbage();
	const { heapUsed, external } = process.memoryUsage();
	appendFileSync(file, `${heapUsed} ${external}\n`);
}, 30_000).unref();
