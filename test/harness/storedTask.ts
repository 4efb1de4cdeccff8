import type { INodeExecutionData, IRun } from 'n8n-workflow';

export const rows = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { prompt: `picture ${index}` } }));

/**
 * The task that n8n keeps of a node's run, without times and places that differ from execution to
 * execution.
 */
export const taskOf = (run: IRun, node: string) =>
	(run.data.resultData.runData[node] ?? []).map(({ source, executionStatus, data }) => ({
		source,
		executionStatus,
		outputs: (data?.main ?? []).map((output) => (output ?? []).map(withoutPlaces)),
	}));

/** Links are signed again each time, and every file has a place of its own in n8n's store. */
function withoutPlaces({ json, binary, pairedItem }: INodeExecutionData) {
	return {
		json: JSON.parse(
			JSON.stringify(json).replace(/"download_url":"[^"]*"/g, '"download_url":""'),
		) as unknown,
		files: Object.entries(binary ?? {}).map(([field, { mimeType, fileName, fileSize }]) => [
			field,
			mimeType,
			fileName,
			fileSize,
		]),
		pairedItem,
	};
}
