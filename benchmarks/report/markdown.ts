import type { Row } from '../measurement';
import type { Noise } from '../noise';
import { cpus, nodeVersion } from '../../simulator/platform';

export interface Results {
	at: string;
	seconds: number;
	repeats: number;
	noise: { before: Noise; after: Noise };
	rows: Row[];
}

export const numberOf = (value: number, { digits = 1, unit }: Row) =>
	`${value.toFixed(digits)}${unit === '' ? '' : unit.startsWith('/') ? unit : ` ${unit}`}`;
const boundOf = (row: Row) =>
	row.bound === undefined
		? ''
		: `≤ ${numberOf(row.bound, { ...row, digits: Number.isInteger(row.bound) ? 0 : 2 })}`;

/** One row for the terminal: value, bound, verdict. */
export function lineOf(row: Row): string {
	return `${row.verdict.padEnd(8)}${numberOf(row.value, row).padStart(12)}  ${boundOf(row).padEnd(12)}${row.title}`;
}

export function markdownOf({ at, seconds, repeats, noise, rows }: Results): string {
	const range = (row: Row) =>
		row.repeats > 1
			? `${row.least.toFixed(row.digits ?? 1)} to ${row.most.toFixed(row.digits ?? 1)}`
			: '';
	const lines = rows.map(
		(row) =>
			`| ${row.title} | ${numberOf(row.value, row)} | ${range(row)} | ${boundOf(row)} | ${row.verdict === 'compare' ? '' : row.verdict} |`,
	);
	const loudest = Math.max(noise.before.idleStallMs, noise.after.idleStallMs).toFixed(0);
	const spread = Math.max(noise.before.workSpread, noise.after.workSpread).toFixed(2);
	return `# Benchmark

\`npm run bench\`, ${at.slice(0, 10)}, ${seconds} s, median of ${repeats}. Node ${nodeVersion}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}; the simulator in its own process on the same machine.
Noise: the same piece of work takes up to ${spread} times its median, an idle event loop stalls for up to ${loudest} ms, load ${noise.before.load.toFixed(1)} before and ${noise.after.load.toFixed(1)} after.

| what | median | least to most | bound | |
| --- | ---: | ---: | ---: | --- |
${lines.join('\n')}

HTTP Request, Wait and If are stand-ins for n8n's own nodes with the same behaviour (all items at once; waits below 65 s stay in memory), on the same engine.
The SDK is its documented algorithm: a poll every 2 s, one call per output name. Replicate's client polls every half second (replicate 1.4.0). Apify's client
(apify-client 2.25.0) is not compared: it leaves the waiting to a service that holds its requests for up to a minute, and Flowscale's API has no such request.
Rows without a bound are there to compare.
`;
}
