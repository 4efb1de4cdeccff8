import { execFile } from './platform';

export interface CommandOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
}

/**
 * Runs a command to its end and gives what it printed; a failure carries the end of its complaint.
 */
export const runCommand = async (
	command: string,
	args: string[],
	options: CommandOptions = {},
): Promise<string> =>
	await new Promise((resolve, reject) => {
		execFile(
			command,
			args,
			{ ...options, maxBuffer: 64 * 1024 * 1024 },
			(error, stdout, stderr) => {
				if (!error) return resolve(stdout);
				reject(
					new Error(`${command} ${args.join(' ')} failed:\n${`${stdout}${stderr}`.slice(-3000)}`),
				);
			},
		);
	});
