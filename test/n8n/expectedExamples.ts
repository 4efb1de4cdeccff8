import { question } from './playExample';

/** Items at a node of an example, all of its runs together, and the files they must carry. */
export interface Expected {
	node: string;
	items: number;
	kinds: string[];
	/** A field of the items, in their order. */
	field?: { name: string; values: unknown[] };
}

export interface ExpectedExample {
	nodes: Expected[];
	/** What the caller is answered. */
	answers?: string;
	/** Names of the objects in the bucket, without their folder, and the kind of each. */
	stored?: string[];
	/** What the caller is answered piece by piece. */
	streams?: string;
}

const times = (count: number, kind: string): string[] => Array.from({ length: count }, () => kind);
const pictures = (node: string, count: number): Expected => ({
	node,
	items: count,
	kinds: times(count, 'png'),
});

export const expectedExamples: Record<string, ExpectedExample> = {
	'text-to-image': { nodes: [pictures('Use the Pictures', 4)] },
	'image-to-image-and-video': {
		nodes: [
			pictures('Use the Picture', 2),
			{ node: 'Use the Video', items: 2, kinds: times(2, 'mp4') },
		],
	},
	'batch-with-error-branch': {
		nodes: [pictures('Use the Pictures', 4), { node: 'Report', items: 1, kinds: [] }],
	},
	'scheduled-batch': {
		nodes: [
			pictures('Make the Pictures', 4),
			{ node: 'Pack a ZIP', items: 1, kinds: ['zip'] },
			{ node: 'Report', items: 1, kinds: [], field: { name: 'failed', values: [2] } },
		],
	},
	// The trigger's own workflow: the two runs that end once it is on.
	'on-finished-run': {
		nodes: [
			pictures('Fetch the Outputs', 2),
			{
				node: 'Your Next Step',
				items: 2,
				kinds: [],
				field: { name: 'received', values: ['png', 'png'] },
			},
		],
	},
	'start-and-collect': {
		nodes: [{ node: 'Use the Files', items: 8, kinds: [...times(2, 'mp4'), ...times(4, 'png')] }],
	},
	'suspended-wait': { nodes: [pictures('Use the Pictures', 2)] },
	'long-run-loop': { nodes: [pictures('Use the Pictures', 2)] },
	'upload-form': { nodes: [pictures('Restyle', 1)], answers: 'restyled.png' },
	'webhook-picture': { nodes: [pictures('Restyle', 1)], answers: 'png' },
	'five-variants': { nodes: [pictures('Choose One', 5)] },
	'hold-batch': { nodes: [pictures('Use the Pictures', 6)] },
	'group-summary': {
		nodes: [
			{ node: 'Summary', items: 1, kinds: [], field: { name: 'succeeded', values: [3] } },
			{ node: 'Post the Summary', items: 1, kinds: [] },
		],
	},
	'pictures-to-s3': {
		nodes: [
			{
				node: 'Store in S3',
				items: 2,
				kinds: [],
				field: { name: 'success', values: [true, true] },
			},
		],
		stored: ['Fog.png png', 'Harbour.png png'],
	},
	'ai-agent-tool': {
		nodes: [{ node: 'Agent', items: 1, kinds: [], field: { name: 'output', values: ['Done'] } }],
		answers: '{"output":"Done"}',
	},
	'comflowy-callback': { nodes: [pictures('Use the Images', 2)] },
	'flowai-streaming-chat': {
		nodes: [{ node: 'Answer', items: 1, kinds: [] }],
		streams: `Yes, I heard: ${question}`,
	},
};
