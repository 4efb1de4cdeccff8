import { readable, ServiceError } from '../../../nodes/core/errors';
import type { OutputFetcher } from '../../../nodes/core/files/fetchOutput';
import { outputItems, type OutputSettings } from '../../../nodes/core/files/outputItems';
import type { Output } from '../../../nodes/core/runs/run';
import { aRun, endOf } from '../../harness/runs';

const output = (filename: string): Output => ({
	filename,
	download_url: `https://files.example.com/${filename}`,
	generation_status: 'success',
	mime_type: 'image/png',
});

/** A host that has all files but these. */
const hostWithout =
	(...gone: string[]): OutputFetcher =>
	async (_, wanted) => {
		if (gone.includes(wanted.filename)) throw new ServiceError(`"${wanted.filename}" is gone`);
		const binary = { data: '', mimeType: 'image/png', fileName: wanted.filename };
		return { output: wanted, file: { binary, mimeType: 'image/png', bytes: 1 } as never };
	};

/** Items of a run with three files, its warnings, or its failure. */
async function itemsOf(gone: string[], known: Partial<OutputSettings> = {}) {
	const warnings: string[] = [];
	const settings: OutputSettings = {
		...{ isDownloaded: true, binaryField: 'data', perOutput: false, isFailedRunAnItem: false },
		...{ maxFileBytes: 0, placeOf: (field: string) => field },
		warn: (text) => warnings.push(text),
		...known,
	};
	const run = aRun('r', { status: 'completed', outputs: ['a', 'b', 'c'].map(output) });
	const end = await endOf(
		outputItems(run, settings, {
			fetchOutput: hostWithout(...gone),
			outputsOperation: 'Run > Get',
		}),
	);
	if (!('value' in end)) return { ...readable(end.error), warnings };
	const items = end.value.map(({ json, binary = {} }) => ({
		states: (json.outputs as Output[]).map(({ generation_status: state }) => state),
		files: Object.entries(binary).map(([field, { fileName }]) => [field, fileName]),
	}));
	return { items, warnings };
}

describe('a run of three files', () => {
	it('of which one is gone keeps the two others, and names the third', async () => {
		expect(await itemsOf(['b'])).toEqual({
			items: [
				{
					states: ['success', 'missing', 'success'],
					files: [
						['data', 'a'],
						['data_1', 'c'],
					],
				},
			],
			warnings: ['1 of 3 outputs missing: "b" is gone (run r)'],
		});
	});

	it('of which two are gone keeps the one, as an item for each output too', async () => {
		const { items } = await itemsOf(['a', 'c'], { perOutput: true });
		expect(items).toEqual([
			{ states: ['missing'], files: [] },
			{ states: ['success'], files: [['data', 'b']] },
			{ states: ['missing'], files: [] },
		]);
	});

	it('that are all gone fails with the reason', async () => {
		expect(await itemsOf(['a', 'b', 'c'])).toEqual({
			message: '"a" is gone',
			description: 'Fetch it later with Run > Get and this run ID.',
			warnings: [],
		});
	});

	it('that are all gone is an item where On Failed Run says so', async () => {
		const { items } = await itemsOf(['a', 'b', 'c'], { isFailedRunAnItem: true });
		expect(items).toEqual([{ states: ['missing', 'missing', 'missing'], files: [] }]);
	});
});
