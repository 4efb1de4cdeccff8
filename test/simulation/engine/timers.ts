import { globalObject } from '../../../simulator/platform';
import type { VirtualTime } from '../virtualTime';

/** What n8n and its packages call; everything that Node itself times has timers of its own. */
interface Clockwork {
	setTimeout: unknown;
	clearTimeout: unknown;
	setInterval: unknown;
	clearInterval: unknown;
	Date: DateConstructor;
}

/** A timer as Node hands it out, as far as anybody asks for it. */
class Handle {
	isOver = false;

	constructor(private readonly leave: (handle: Handle) => void) {}

	ref(): this {
		return this;
	}

	/** n8n lets go of what it does for the life of its process, so that is not waited for. */
	unref(): this {
		this.leave(this);
		return this;
	}

	hasRef(): boolean {
		return !this.isOver;
	}
}

export interface VirtualTimers {
	/** Timers that were neither cleared nor came to their time. */
	open(): number;
	uninstall(): void;
}

type Act = (...args: unknown[]) => void;

/**
 * Puts the global timers and `Date` on the world's clock, for n8n's engine and its helpers. What was
 * timed before keeps to real time.
 */
export function installTimers(time: VirtualTime): VirtualTimers {
	const globals = globalObject as unknown as Clockwork;
	const real: Clockwork = {
		setTimeout: globals.setTimeout,
		clearTimeout: globals.clearTimeout,
		setInterval: globals.setInterval,
		clearInterval: globals.clearInterval,
		Date: globals.Date,
	};
	const open = new Set<Handle>();
	const leave = (handle: Handle) => void open.delete(handle);
	const end = (handle: unknown) => {
		if (!(handle instanceof Handle)) return;
		handle.isOver = true;
		leave(handle);
	};
	const start = (handle: Handle, ms: number, act: () => void) => {
		open.add(handle);
		time.after(
			ms,
			() => {
				if (open.has(handle)) act();
			},
			() => !open.has(handle),
		);
	};
	const waitOf = (ms: unknown) => Math.max(1, Number(ms) || 1);
	const timers: Omit<Clockwork, 'Date'> = {
		setTimeout: (act: Act, ms?: unknown, ...args: unknown[]) => {
			const handle = new Handle(leave);
			start(handle, waitOf(ms), () => {
				end(handle);
				act(...args);
			});
			return handle;
		},
		setInterval: (act: Act, ms?: unknown, ...args: unknown[]) => {
			const handle = new Handle(leave);
			const again = () => {
				act(...args);
				if (open.has(handle)) start(handle, waitOf(ms), again);
			};
			start(handle, waitOf(ms), again);
			return handle;
		},
		clearTimeout: end,
		clearInterval: end,
	};
	// A proxy keeps the one prototype, so that dates of both kinds are instances of each other's class.
	const virtualDate = new Proxy(real.Date, {
		construct: (target, args: unknown[], newTarget) =>
			Reflect.construct(target, args.length === 0 ? [time.now()] : args, newTarget) as Date,
		apply: () => new real.Date(time.now()).toString(),
	});
	Object.assign(globals, timers, { Date: virtualDate });
	return {
		open: () => open.size,
		uninstall: () => void Object.assign(globals, real),
	};
}
