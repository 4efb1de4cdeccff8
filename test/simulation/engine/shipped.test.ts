import { brokenPackage } from './brokenPackage';
import { mutants } from '../mutants';
import { readShipped } from './shipped';

const NODES = ['n8n-nodes-flowscale.flowscale', 'n8n-nodes-flowscale.flowscaleTrigger'];

it.each([
	['the built package', async () => await Promise.resolve(undefined)],
	['a package with a fault', async () => await brokenPackage(mutants[0])],
])('each process of n8n loads %s anew, with its icons and categories', async (_, codeOf) => {
	const { load } = await readShipped(await codeOf());
	const [first, second] = [load(), load()];
	expect(Object.keys(first).sort()).toEqual(NODES);
	for (const name of NODES) {
		expect(first[name].constructor.name).toBe(second[name].constructor.name);
		expect(first[name].constructor).not.toBe(second[name].constructor);
		expect(first[name].description).toMatchObject({ iconUrl: expect.anything() as object });
	}
});
