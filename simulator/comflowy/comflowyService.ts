import type { Faults } from '../faults';
import type { JournalEntry } from '../journal';
import type { Random } from '../random';
import type { Timers } from '../timers';
import type { Callbacks } from './callbacks';
import type { ComflowyOptions, ComflowyRoute } from './comflowyOptions';
import type { ComflowyRun, ComflowyWorkflow } from './comflowyRun';
import type { Tokens } from './tokens';

/** State of one simulated Comflowy, which its endpoints share. */
export interface ComflowyService {
	options: ComflowyOptions;
	workflows: ComflowyWorkflow[];
	timers: Timers;
	random: Random;
	journal: JournalEntry[];
	unknown: string[];
	faults: Faults<ComflowyRoute>;
	tokens: Tokens;
	callbacks: Callbacks;
	runs: ComflowyRun[];
	/** Address of the host that serves the images. */
	filesUrl: string;
	/** Signatures that were given out; each link has one of its own. */
	signatures: number;
}
