import type { IPollFunctions, WorkflowActivateMode } from 'n8n-workflow';

import { PollMemory } from '../../nodes/AmazonSellerFeedbackTrigger/pollMemory';

/** The parts of n8n's poll functions that the poll memory uses: a new object for each poll, or one for all. */
const contextOf = (workflow: string, mode: WorkflowActivateMode = 'update') =>
	({
		getWorkflow: () => ({ id: workflow }),
		getNode: () => ({ id: 'Trigger' }),
		getActivationMode: () => mode,
	}) as unknown as IPollFunctions;

/** Polls this many other workflows once each. */
const pollOthers = (count: number): void => {
	for (let other = 0; other < count; other += 1) PollMemory.of(contextOf(`other ${other}`));
};

describe('what a trigger keeps in the process', () => {
	it('is kept while it is polled, even if many others come and go', () => {
		const durable = () => PollMemory.of(contextOf('durable'));
		const plainContext = contextOf('plain', 'init');
		for (const memory of [durable(), PollMemory.of(plainContext)]) memory.failed('account');
		for (let minute = 0; minute < 10; minute += 1) {
			pollOthers(500);
			expect(durable().failuresOf('account')).toBe(1);
			expect(PollMemory.of(plainContext).failuresOf('account')).toBe(1);
		}
		// After an update by its user, it continues where it was.
		expect(PollMemory.of(contextOf('plain')).failuresOf('account')).toBe(1);
	});

	it('is discarded for workflows that are no longer polled when there are too many', () => {
		PollMemory.of(contextOf('gone')).failed('account');
		pollOthers(5_000);
		expect(PollMemory.of(contextOf('gone')).failuresOf('account')).toBe(0);
	});

	it('queues a few errors to report, and returns whether it accepted each', () => {
		const memory = PollMemory.of(contextOf('errors'));
		const accepted = Array.from({ length: 7 }, (_, each) =>
			memory.reportLater(new Error(`${each}`)),
		);
		expect(accepted).toEqual([true, true, true, true, true, false, false]);
		// An error that is already queued will be reported.
		expect(memory.reportLater(new Error('0'))).toBe(true);
		expect(memory.takeProblem()?.message).toBe('0');
		expect(memory.reportLater(new Error('6'))).toBe(true);
	});

	it('has the newest query of each seller, and none from a clock that was ahead', () => {
		const memory = PollMemory.of(contextOf('queries'));
		const query = (id: string, askedAt: string) => ({ id, askedAt });
		memory.rememberQuery('one', query('2', '2026-01-02T00:00:00Z'));
		memory.rememberQuery('one', query('1', '2026-01-01T00:00:00.000Z'));
		expect(memory.newestQuery('one')?.id).toBe('2');
		expect(memory.newestQuery('other')).toBeUndefined();
		memory.rememberQuery('one', query('3', '9999-01-01T00:00:00Z'));
		expect(memory.newestQuery('one')).toBeUndefined();
		memory.rememberQuery('one', query('4', '2026-01-03T00:00:00Z'));
		expect(memory.newestQuery('one')?.id).toBe('4');
	});

	it('limits the feedback reports it keeps, even if the seller changes many times', () => {
		const memory = PollMemory.of(contextOf('sellers'));
		const report = { id: '1', askedAt: '2026-11-01T00:00:00Z' };
		for (let seller = 0; seller < 200; seller += 1) memory.remember(`${seller} US`, report);
		expect(memory.feedbackReports('199 US')).toEqual([report]);
		expect(memory.feedbackReports('0 US')).toEqual([]);
	});
});
