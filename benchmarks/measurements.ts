import type { Measurement } from './measurement';
import { batch, batchByLoop } from './rows/batch';
import { bigInput, bigOutput } from './rows/bigFiles';
import { idleWait } from './rows/idleWait';
import { longRun } from './rows/longRun';
import { manyLocalReads, manyReads } from './rows/manyReads';
import { thousandItems, threeExecutions } from './rows/manyItems';
import { oneRun, oneRunByLoop, oneRunByReplicate, oneRunBySdk, oneRunPolled } from './rows/oneRun';
import { loadTime, packageSize } from './rows/packageSize';
import { batchByReplicate, batchBySdk, batchBySdkSideBySide } from './rows/sdkBatch';
import { suspendedItems } from './rows/suspendedItems';
import { tenThousand } from './rows/tenThousand';
import { triggerHistory } from './rows/triggerHistory';
import { networkBatch, networkRun } from './rows/userNetwork';

/**
 * In the order of the table. The names can be given to `npm run bench` to measure some of them
 * only.
 */
export const measurements: Record<string, Measurement> = {
	batch,
	batchByLoop,
	batchBySdk,
	batchBySdkSideBySide,
	batchByReplicate,
	oneRun,
	oneRunPolled,
	oneRunByLoop,
	oneRunBySdk,
	oneRunByReplicate,
	longRun,
	networkRun,
	networkBatch,
	thousandItems,
	threeExecutions,
	tenThousand,
	suspendedItems,
	triggerHistory,
	bigOutput,
	bigInput,
	manyReads,
	manyLocalReads,
	idleWait,
	packageSize,
	loadTime,
};
