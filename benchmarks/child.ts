import { runChildTask } from './childTasks';
import { argv, exit, startTimer, stdout } from '../simulator/platform';

const LONGEST_MS = 300_000;

// A wait of ours keeps no process alive by itself: n8n's server does. Here this timer stands for
// it.
startTimer(LONGEST_MS, () => exit(1));

/** A process of its own for one figure: `child.ts TASK JSON` prints one line of JSON. */
runChildTask(argv[0], JSON.parse(argv[1]) as never)
	.then((answer) => stdout.write(`${JSON.stringify(answer)}\n`, () => exit(0)))
	.catch((error: Error) => {
		stdout.write(`${JSON.stringify({ error: error.stack })}\n`, () => exit(1));
	});
