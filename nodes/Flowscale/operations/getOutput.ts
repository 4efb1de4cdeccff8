import { ServiceError } from '../../core/errors';
import type { Operation } from '../../core/items/operation';
import { downloadedOutput, itemOf } from '../../core/files/outputItems';
import { isTool } from '../../core/items/agentTool';
import {
	binaryFieldOption,
	downloadOption,
	readBinaryField,
	readFilePlace,
} from '../../core/files/outputFields';
import type { FlowscaleSession } from '../runs/session';
import { waitForOutput } from '../runs/outputs';
import { outputShape } from '../../core/runs/runShape';

export const getOutput: Operation<FlowscaleSession> = {
	name: 'Get',
	value: 'get',
	action: 'Get output',
	description: 'Get an output by its file name, as file, link or text',
	output: outputShape,
	fields: [
		{
			displayName: 'File Name',
			name: 'filename',
			type: 'string',
			required: true,
			default: '={{ $json.outputs[0].filename }}',
			placeholder: 'e.g. filename_prefix_58358_5WWF7GQUYF.png',
			description: 'Name of the output, as a run lists it in outputs or output_names',
		},
		downloadOption,
		{
			...binaryFieldOption,
			hint: undefined,
			description: 'Name of the binary field for the file',
			displayOptions: { show: { download: [true] } },
		},
	],
	prepare: (item, session) => {
		const filename = item.text('filename', 'File Name');
		// An agent gets links here as elsewhere.
		const isDownloaded = item.flag('download', true) && !isTool(item.context);
		const field = isDownloaded ? readBinaryField(item, 'binaryField') : 'data';
		const placeOf = readFilePlace(item);
		return async () => {
			const answer = await waitForOutput(session, filename);
			if (answer.kind === 'timedOut')
				throw new ServiceError(`The run of output "${filename}" timed out at Flowscale`, {
					status: 408,
					hint: 'Start it again, or raise the time limit of runs in the deployment.',
				});
			if (answer.kind !== 'ready')
				throw new ServiceError(
					`Output "${filename}" is not there${answer.kind === 'failed' ? ': it failed at Flowscale' : ' (yet)'}`,
					{ hint: 'Check the name, and that its run has ended.' },
				);
			if (!isDownloaded || answer.output.download_url === undefined) return [itemOf(answer.output)];
			const { output, file } = await session.fetchOutput(undefined, answer.output, {
				maxFileBytes: 0,
			});
			const json = { ...downloadedOutput(output, file), binary_field: placeOf(field, file) };
			return [itemOf(json, { [field]: file.binary })];
		};
	},
};
