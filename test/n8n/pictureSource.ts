import { resources } from '../../nodes/Flowscale/operations';
import { triggerFields } from '../../nodes/Flowscale/triggerFields';
import { createHash, fs, join, projectDir } from '../../simulator/platform';

/** Where each picture of the editor has the mark of what it shows; a house test holds them against what is there now. */
export const marksFile = join(projectDir, 'docs/images.json');

const shown = ['displayName', 'placeholder', 'hint', 'action'];

/** Texts that the editor shows without being asked: labels, choices, hints, actions. */
function textsIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(textsIn);
	if (typeof value !== 'object' || value === null) return [];
	const isChoice = 'name' in value && 'value' in value;
	return Object.entries(value).flatMap(([key, inner]) => (shown.includes(key) || (isChoice && key === 'name') ? [JSON.stringify(inner)] : textsIn(inner)));
}

/** A mark of all that a picture shows and this repository writes: an example, or the texts of the nodes. */
export async function markOf(picture: string): Promise<string> {
	const [, example] = /^canvas-(.+)$/.exec(picture) ?? [];
	const text = example ? await fs.readFile(join(projectDir, 'examples', `${example}.json`), 'utf8') : JSON.stringify(textsIn([resources, triggerFields]));
	return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

export async function readMarks(): Promise<Record<string, string>> {
	return JSON.parse(await fs.readFile(marksFile, 'utf8').catch(() => '{}')) as Record<string, string>;
}

/** Notes that a picture was made of what is there now. */
export async function mark(picture: string): Promise<void> {
	const marks = Object.entries({ ...(await readMarks()), [picture]: await markOf(picture) }).sort(([a], [b]) => a.localeCompare(b));
	await fs.writeFile(marksFile, `${JSON.stringify(Object.fromEntries(marks), null, '\t')}\n`);
}
