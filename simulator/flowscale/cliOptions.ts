import { parseArgs } from '../platform';
import { dialectChoices, openapiDialect, type Dialect } from './dialect';
import { selfSigned } from '../selfSigned';
import type { FlowscaleOptions } from './flowscaleOptions';

export interface CliOptions {
	service: FlowscaleOptions;
	/** Print one line of JSON rather than words for people. */
	isJson: boolean;
	isHelp: boolean;
}

export const usage = `Usage: npm run simulator -- [options]
       npm run simulator -- comflowy | flowai [--port N] [--json]

  --port 8188            port of the API (8188); --files-port for the download host (the next one)
  --host 127.0.0.1       address to listen on
  --key TEXT             API key to ask for; --public asks for none
  --containers 2         machines
  --run-ms 4000          work time of a run, ms
  --latency-ms 50        added to each answer, ms
  --output-delay-ms 0    between a run's end and its outputs, ms
  --link-lifetime-ms N   life of a download link, ms
  --dialect a=b,c=d      ways to speak, e.g. list=grouped,start=array; "openapi" alone is the vendor's OpenAPI
  --chaos 0.05           share of requests that suffer a fault; --seed makes it repeatable
  --tls                  speaks HTTPS with a certificate that nobody vouches for
  --round-trip-ms N      a network in between, on both hosts: N ms there and back;
                         --lost-share 0.01 and --lost-ms 200 hold segments back
  --json                 one JSON line {baseUrl, filesUrl, controlUrl, apiKey, pid}, no log`;

/**
 * Reads `list=grouped,start=array`; `openapi` alone stands for a whole dialect. Throws for an
 * unknown switch or value.
 */
export function readDialect(text: string): Partial<Dialect> {
	const choices: Record<string, ReadonlyArray<string | number | boolean>> = dialectChoices;
	const received: Record<string, unknown> = {};
	for (const pair of text.split(',').filter((part) => part !== '')) {
		const [name, value = ''] = pair.split('=');
		if (pair === 'openapi') {
			Object.assign(received, openapiDialect);
			continue;
		}
		const ways = choices[name];
		if (!ways)
			throw new Error(`No dialect switch "${name}"; there are: ${Object.keys(choices).join(', ')}`);
		const way = ways.find((choice) => String(choice) === value);
		if (way === undefined)
			throw new Error(`No way "${value}" to speak for "${name}"; there are: ${ways.join(', ')}`);
		received[name] = way;
	}
	return received;
}

const numberOf = (name: string, text: string | undefined): number | undefined => {
	if (text === undefined) return undefined;
	const value = Number(text);
	if (!Number.isFinite(value) || value < 0)
		throw new Error(`--${name} needs a number, not "${text}"`);
	return value;
};

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const flags = {
	port: text,
	'files-port': text,
	host: text,
	key: text,
	public: flag,
	containers: text,
	'run-ms': text,
	'latency-ms': text,
	'output-delay-ms': text,
	'link-lifetime-ms': text,
	dialect: text,
	chaos: text,
	seed: text,
	tls: flag,
	'round-trip-ms': text,
	'lost-share': text,
	'lost-ms': text,
	json: flag,
	help: flag,
};

/** The key to ask for: none for a public project, the usual one where nothing is said. */
function keyOf({ key, public: isPublic }: { key?: string; public?: boolean }) {
	if (isPublic) return { apiKey: null };
	return key === undefined ? {} : { apiKey: key };
}

/** Options from the command line. Throws, with a text for the user, for what it does not know. */
export function readCliOptions(args: readonly string[]): CliOptions {
	const { values } = parseArgs({ args: [...args], options: flags });
	const number = (name: Exclude<keyof typeof flags, 'public' | 'tls' | 'json' | 'help'>) =>
		numberOf(name, values[name]);
	const port = number('port') ?? (values.json ? 0 : 8188);
	// ids must differ from one start to the next: a trigger in n8n remembers them
	const seed = number('seed') ?? Date.now() % 2 ** 31;
	const rate = number('chaos');
	const roundTripMs = number('round-trip-ms');
	return {
		isJson: values.json,
		isHelp: values.help,
		service: {
			port,
			filesPort: number('files-port') ?? (port === 0 ? 0 : port + 1),
			host: values.host,
			...keyOf(values),
			containers: number('containers'),
			runMs: number('run-ms') ?? 4000,
			latencyMs: number('latency-ms'),
			outputDelayMs: number('output-delay-ms'),
			linkLifetimeMs: number('link-lifetime-ms'),
			dialect: readDialect(values.dialect ?? ''),
			seed,
			...(values.tls && { tls: selfSigned }),
			...(roundTripMs !== undefined && {
				network: {
					roundTripMs,
					lostShare: number('lost-share') ?? 0,
					lostMs: number('lost-ms') ?? 200,
				},
			}),
			...(rate === undefined ? {} : { chaos: { rate, seed } }),
		},
	};
}
