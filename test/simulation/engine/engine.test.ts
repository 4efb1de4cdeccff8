import { fs, join, tmpdir } from '../../../simulator/platform';
import { mutants } from '../mutants';
import type { Batch } from '../play';
import { brokenPackage } from './brokenPackage';
import type { Listed, Played } from './play';
import { startWorker } from './worker';

/** Always the same worlds; `npm run test:simulate -- engine` plays new ones. */
const SEED = 1;
const BATCHES = 3;

/** Plays worlds in a process of their own. */
async function played(list: Listed[]): Promise<Played[]> {
	const folder = await fs.mkdtemp(join(tmpdir(), 'worlds-'));
	const file = join(folder, 'worlds.json');
	await fs.writeFile(file, JSON.stringify(list));
	const results: Played[] = [];
	await startWorker(['plays', file], (line) => void results.push(JSON.parse(line) as Played));
	await fs.rm(folder, { recursive: true });
	expect(results).toHaveLength(list.length);
	return results;
}

it('nothing is lost, swapped or paid for twice on n8n’s engine in the worlds of a seed', async () => {
	const batches: Batch[] = [];
	await startWorker(
		['batches', `${SEED}`, '1', `${BATCHES}`],
		(line) => void batches.push(JSON.parse(line) as Batch),
	);
	expect(batches).toHaveLength(BATCHES);
	const again = ({ world, complaints }: Batch['failures'][number]) =>
		`${complaints.join('\n')}\nnpm run test:simulate -- engine replay '${world}'`;
	expect(batches.flatMap(({ failures }) => failures.map(again))).toEqual([]);
}, 600_000);

/** Worlds with files on disk, a suspended wait, a kill, a stop, and a loop. */
const SAME_EACH_TIME = [
	'{"store":"filesystem","seed":7,"killsMs":[100000],"workMs":200000,"faults":[{"gap":2,"fate":"520Done"}],"executions":[{"items":[{"file":"cat"},{"prompt":"b","file":"dog"}],"waitMode":"suspended"},{"items":[{"prompt":"7"},{"prompt":"07"}],"shape":"loop","stopMs":300000}],"trigger":{"everySeconds":60,"events":["completed"],"group":"","outputItems":"perRun","simplify":true}}',
];

it('plays the same world in the same way each time', async () => {
	const [world] = SAME_EACH_TIME;
	const [first, second] = await played([{ world }, { world }]);
	expect(second.lines).toEqual(first.lines);
	expect(first.lines.length).toBeGreaterThan(40);
	expect(first.complaints).toEqual([]);
}, 600_000);

/** Worlds in which something was wrong once. */
const FIXED = [
	// Stop while n8n waits to repeat a start that may have run: nothing named that run.
	'{"outages":[{"fromMs":0,"lengthMs":30000,"fate":"lostDone","kind":"start"}],"workMs":2000000,"executions":[{"items":[{"file":"dog"}],"tries":3,"group":"none","stopMs":500}]}',
	// Stop while a lost start is searched for, and the list shows its run later than that.
	'{"setups":[{"call":"whole","order":"v1","agent":3},{"call":"whole","order":"v0","agent":3},{"call":"whole","order":"v1","agent":3}],"seed":253553569,"service":{"listLagMs":5000,"events":"short"},"workMs":200000,"faults":[{"gap":3,"fate":"504Done"}],"executions":[{"operation":"run.cancel","items":[{"prompt":"ü","target":2},{"prompt":"b"}],"onError":"continueErrorOutput","tries":3,"alwaysOutputData":true,"waitMode":"suspended","group":"none","options":{"timeout":0,"cancelRemote":"never","download":false,"outputItems":"perOutput"},"stopMs":0,"shape":"merge"},{"operation":"group.cancel","items":[{"prompt":"07","file":"cat"}],"waitMode":"suspended","group":"none","options":{"pollInterval":30,"liveEvents":true,"download":false},"stopMs":100000,"shape":"loop"},{"items":[{"prompt":"ü","file":"cat"},{"prompt":"ü"},{"target":1},{"target":3}],"onError":"continueRegularOutput","group":"shared","options":{"timeout":5,"maxConcurrent":2,"liveEvents":true},"startMs":3000,"stopMs":3000,"handRetries":1,"shape":"merge"}],"others":[{"atMs":0,"prompt":"a","group":"none"},{"atMs":0,"prompt":"7","group":"none"},{"atMs":60000,"prompt":"z","group":"none"},{"atMs":0,"prompt":"7","group":"shared"},{"atMs":5000,"prompt":"b","group":"none"}],"crashes":[{"atMs":15000,"container":7,"run":"stuck"}]}',
];

it('what it found once is still fixed', async () => {
	const results = await played(FIXED.map((world) => ({ world })));
	expect(results.flatMap(({ complaints }) => complaints)).toEqual([]);
}, 600_000);

/** Faults in the built package, and the smallest worlds that notice them. */
const BROKEN = [
	{
		name: 'a start is repeated after 504',
		world: '{"faults":[{"gap":0,"fate":"504Done"}],"executions":[{}]}',
		complaint: /2 paid runs/,
	},
	{
		name: 'a link to the input item is dropped',
		world:
			'{"failingShare":1,"executions":[{"items":[{},{"prompt":"b"}],"onError":"continueRegularOutput"}]}',
		complaint: /items 0,0 for the input items 0,1/,
	},
	{
		name: 'a failed run is a success',
		world: '{"failingShare":1,"executions":[{}]}',
		complaint: /did not succeed \(failed\), and is no failure/,
	},
	{
		name: 'Stop cancels nothing',
		world: '{"workMs":200000,"executions":[{"stopMs":3000}]}',
		complaint: /Stop leaves run-000000 going/,
	},
	{
		name: 'Retry On Fail starts every run again',
		world:
			'{"workMs":200000,"outages":[{"fromMs":2000,"lengthMs":200000,"fate":"404","kind":"read"}],"executions":[{"tries":2}]}',
		complaint: /2 paid runs/,
	},
];

it('notices faults that are put into the built package', async () => {
	const codes = await Promise.all(
		BROKEN.map(async ({ name }) => {
			const mutant = mutants.find((one) => one.name === name);
			if (mutant === undefined) throw new Error(`There is no mutant "${name}"`);
			return await brokenPackage(mutant);
		}),
	);
	const results = await played(
		BROKEN.flatMap(({ world }, place) => [{ world }, { world, code: codes[place] }]),
	);
	const complaints = results.map((one) => one.complaints.join('\n'));
	for (const [place, { complaint }] of BROKEN.entries()) {
		expect(complaints[2 * place]).toBe('');
		expect(complaints[2 * place + 1]).toMatch(complaint);
	}
}, 600_000);
