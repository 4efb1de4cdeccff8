import { argv, exit, memoryUsage, stdout } from '../../simulator/platform';
import { runLaws } from './properties';

const MB = 1_048_576;
const cases = Number(argv[0] ?? 100_000);
const seed = argv[1] === undefined ? undefined : Number(argv[1]);

async function main(): Promise<void> {
	const [begun, before] = [Date.now(), memoryUsage().rss];
	const total = await runLaws(cases, seed, (name, runs) =>
		stdout.write(`${String(runs).padStart(7)}  ${name}\n`),
	);
	const grownMb = Math.round((memoryUsage().rss - before) / MB);
	stdout.write(
		`${total} cases held in ${Math.round((Date.now() - begun) / 1_000)} s, ${grownMb} MB more memory\n`,
	);
	if (total < cases || grownMb > 600) exit(1);
}

main().catch((error: unknown) => {
	stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
	exit(1);
});
