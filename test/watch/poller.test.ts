import type { IPollFunctions, WorkflowActivateMode } from 'n8n-workflow';

import { PollMemory } from '../../nodes/AmazonSellerFeedbackTrigger/pollMemory';

/** What n8n gives a poll, as far as the poller looks at it: made anew for each poll, or one for all. */
const contextOf = (workflow: string, mode: WorkflowActivateMode = 'update') =>
	({
		getWorkflow: () => ({ id: workflow }),
		getNode: () => ({ id: 'Trigger' }),
		getActivationMode: () => mode,
	}) as unknown as IPollFunctions;

/** Polls of so many other workflows, each of which then goes away. */
const pollOthers = (count: number): void => {
	for (let other = 0; other < count; other += 1) PollMemory.of(contextOf(`other ${other}`));
};

describe('what a trigger keeps in the process', () => {
	it('is kept while it is polled, however many others come and go', () => {
		const durable = () => PollMemory.of(contextOf('durable'));
		const plainContext = contextOf('plain', 'init');
		for (const poller of [durable(), PollMemory.of(plainContext)]) poller.failed('account');
		for (let minute = 0; minute < 10; minute += 1) {
			pollOthers(500);
			expect(durable().failuresOf('account')).toBe(1);
			expect(PollMemory.of(plainContext).failuresOf('account')).toBe(1);
		}
		// Updated by its user, it goes on where it was.
		expect(PollMemory.of(contextOf('plain')).failuresOf('account')).toBe(1);
	});

	it('is forgotten of workflows that went away, before they become too many', () => {
		PollMemory.of(contextOf('gone')).failed('account');
		pollOthers(5_000);
		expect(PollMemory.of(contextOf('gone')).failuresOf('account')).toBe(0);
	});

	it('holds a few things to be told, and says which it did not take', () => {
		const poller = PollMemory.of(contextOf('told'));
		const taken = Array.from({ length: 7 }, (_, each) => poller.tellLater(new Error(`${each}`)));
		expect(taken).toEqual([true, true, true, true, true, false, false]);
		// What waits already is told.
		expect(poller.tellLater(new Error('0'))).toBe(true);
		expect(poller.takeProblem()?.message).toBe('0');
		expect(poller.tellLater(new Error('6'))).toBe(true);
	});

	it('has no more feedback reports than a region has marketplaces, whoever was its seller before', () => {
		const poller = PollMemory.of(contextOf('sellers'));
		const report = { id: '1', askedAt: '2026-11-01T00:00:00Z' };
		for (let seller = 0; seller < 200; seller += 1) poller.remember(`${seller} US`, report);
		expect(poller.feedbackReports('199 US')).toEqual([report]);
		expect(poller.feedbackReports('0 US')).toEqual([]);
	});
});
