import { runChildTask } from './childTasks';
import { argv, exit, stdout } from '../simulator/platform';

/** A process of its own for one figure: `child.ts TASK JSON` prints one line of JSON. */
runChildTask(argv[0], JSON.parse(argv[1]) as never)
	.then((answer) => stdout.write(`${JSON.stringify(answer)}\n`, () => exit(0)))
	.catch((error: Error) => {
		stdout.write(`${JSON.stringify({ error: error.stack })}\n`, () => exit(1));
	});
