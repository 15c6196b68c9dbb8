/** How late Node's timers are, roughly, in milliseconds. */
const LATE_MS = 1;

/** Node's timers are accurate to a millisecond or two; shorter waits are busy waits. */
const NEAR_MS = 2;

/**
 * Makes this process's `Date.now`, `setTimeout` and `setInterval` run this many times faster, for a
 * client whose timing is built for Amazon's own rate.
 */
export function speedUpClock(factor: number): void {
	const realTimeout = globalThis.setTimeout;
	const epoch = Date.now();
	const start = performance.now();
	Date.now = () => Math.floor(epoch + (performance.now() - start) * factor);

	class Timer {
		private live = true;

		wait(milliseconds: number, then: () => void): void {
			const due = performance.now() + (Math.max(1, milliseconds) + LATE_MS) / factor;
			const look = (): void => {
				if (!this.live) return;
				const left = due - performance.now();
				if (left <= 0) then();
				else if (left > NEAR_MS) realTimeout(look, left - NEAR_MS);
				else setImmediate(look);
			};
			look();
		}

		stop(): void {
			this.live = false;
		}

		ref = () => this;

		unref = () => this;
	}

	const setTimeout = (work: (...all: unknown[]) => void, ms = 1, ...all: unknown[]): Timer => {
		const timer = new Timer();
		timer.wait(ms, () => work(...all));
		return timer;
	};
	const setInterval = (work: (...all: unknown[]) => void, ms = 1, ...all: unknown[]): Timer => {
		const timer = new Timer();
		const again = () =>
			timer.wait(ms, () => {
				again();
				work(...all);
			});
		again();
		return timer;
	};
	const clear = (timer: Timer | undefined) => timer?.stop?.();
	Object.assign(globalThis, { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear });
}
