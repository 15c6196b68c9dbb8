import type { PollFigures } from './figures';

/** Scaled minutes over which polls are counted. */
const WINDOW_MINUTES = 30;

/** The smallest part of the polls that must have run alone. */
const LEAST = 0.5;

type Counted = Pick<PollFigures, 'polls' | 'overlapping'>;

/** Whether n8n polls each workflow every minute, in the last half hour. */
export class KeepingUp {
	private readonly counted: Array<{ readonly minute: number; readonly polls: Counted }> = [];

	constructor(private readonly workflows: number) {}

	/**
	 * @param minute of scaled time
	 * @returns why n8n does not keep up, if so
	 */
	look(minute: number, polls: Counted): string | undefined {
		this.counted.push({ minute, polls });
		while ((this.counted[1]?.minute ?? Infinity) <= minute - WINDOW_MINUTES) this.counted.shift();
		const [first] = this.counted;
		if (first === undefined || first.minute > minute - WINDOW_MINUTES) return undefined;
		const due = (minute - first.minute) * this.workflows;
		const done = polls.polls - first.polls.polls;
		const overlapping = polls.overlapping - first.polls.overlapping;
		if (done - overlapping >= LEAST * due) return undefined;
		return `minute ${minute.toFixed()}: of ${due.toFixed()} polls that were due in the last ${(minute - first.minute).toFixed()} minutes, ${done} ended, ${overlapping} of them while another one ran`;
	}
}
