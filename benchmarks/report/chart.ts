import type { Row } from '../measurement';

interface Panel {
	title: string;
	/** `note`: what is compared, shown under the bar. */
	bars: Array<[id: string, label: string, note: string]>;
	format(value: number): string;
}

const OURS = 'n8n-nodes-flowscale';
const LOOP = 'HTTP Request + Wait + If';
const SDK = 'SDK’s algorithm';

const panels: Panel[] = [
	{
		title: '100 items on 8 containers: wall time over the ideal',
		bars: [
			['batchWall', OURS, 'items side by side, live events once few runs are left'],
			['loopBatchWall', LOOP, 'items side by side, polled every 2 s'],
			['sdkBatchWall', SDK, 'items in a row, polled every 2 s'],
		],
		format: (value) => `${value.toFixed(2)} ×`,
	},
	{
		title: 'One run of 3 s: from its end to the item',
		bars: [
			['streamDelay', OURS, 'with live events'],
			['pollDelay', OURS, 'without live events'],
			['loopDelay', LOOP, 'polled every 2 s'],
			['sdkDelay', SDK, 'polled every 2 s'],
		],
		format: (value) => `${value.toFixed(0)} ms`,
	},
	{
		title: 'One run of 10 min: requests, without event stream',
		bars: [
			['longRun', OURS, 'without live events'],
			['sdkLongRun', SDK, 'polled every 2 s'],
		],
		format: (value) => value.toFixed(0),
	},
];

const WIDTH = 720;
const LABEL_X = 190;
const BAR_WIDTH = WIDTH - LABEL_X - 90;
const LINE = 42;

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

function drawPanel({ title, bars, format }: Panel, rows: Row[], top: number): string {
	const values = bars.map(([id]) => rows.find((row) => row.id === id)?.value ?? 0);
	const most = Math.max(...values, Number.MIN_VALUE);
	const drawn = bars.map(([, label, note], n) => {
		const y = top + 14 + n * LINE;
		const width = Math.max(2, (values[n] / most) * BAR_WIDTH);
		return `<text class="label" x="${LABEL_X - 10}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>
<rect class="${label === OURS ? 'ours' : 'other'}" x="${LABEL_X}" y="${y}" width="${width.toFixed(1)}" height="18" rx="3"/>
<text class="value" x="${(LABEL_X + width + 8).toFixed(1)}" y="${y + 14}">${escaped(format(values[n]))}</text>
<text class="note" x="${LABEL_X}" y="${y + 31}">${escaped(note)}</text>`;
	});
	return `<text class="title" x="16" y="${top}">${escaped(title)}</text>\n${drawn.join('\n')}`;
}

/**
 * Bars of what a user would pick instead; shorter is better. Readable on a light and on a dark
 * page.
 */
export function drawChart(rows: Row[]): string {
	let top = 30;
	const drawn = panels
		.filter(({ bars }) => bars.every(([id]) => rows.some((row) => row.id === id)))
		.map((panel) => {
			const text = drawPanel(panel, rows, top);
			top += 14 + panel.bars.length * LINE + 34;
			return text;
		});
	const height = top - 16;
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Benchmark: shorter is better">
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.note { font-size: 11px; opacity: 0.75 }
.ours { fill: #e8590c }
.other { fill: #8b949e }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .other { fill: #6e7681 } }
</style>
${drawn.join('\n')}
</svg>
`;
}
