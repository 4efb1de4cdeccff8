import { comflowySimulator } from './comflowy/comflowySimulator';
import { flowAiSimulator } from './flowai/flowAiSimulator';
import type { Sibling } from './sibling';

/** The services of the sibling packages: `npm run simulator -- comflowy`. */
const siblings: Record<string, Sibling> = { comflowy: comflowySimulator, flowai: flowAiSimulator };

/** The sibling that a command line begins with; undefined where it names none. */
export function siblingNamed(name: string | undefined): Sibling | undefined {
	return name !== undefined && Object.hasOwn(siblings, name) ? siblings[name] : undefined;
}
