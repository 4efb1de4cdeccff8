import { env, execFile } from '../../simulator/platform';

export interface CommandResult {
	stdout: string;
	stderr: string;
	code: number;
}

/** Jest's NODE_ENV makes n8n's lint rules believe that they are being tested themselves. */
const plainEnv = { ...env, NODE_ENV: undefined };

/** Runs a command to its end; a failure is a result like any other. */
export async function runCommand(
	command: string,
	args: string[],
	cwd: string,
	extraEnv: Record<string, string> = {},
): Promise<CommandResult> {
	return await new Promise((resolve) => {
		execFile(
			command,
			args,
			{ cwd, env: { ...plainEnv, ...extraEnv }, maxBuffer: 64 * 1024 * 1024 },
			(error, stdout, stderr) => {
				resolve({ stdout, stderr, code: error ? Number(error.code ?? 1) : 0 });
			},
		);
	});
}
