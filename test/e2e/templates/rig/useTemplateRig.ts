import { TemplateRig } from './templateRig';

/** Packing this package, and the first start of n8n, take minutes on a busy machine. */
const START_PATIENCE_MS = 900_000;

/**
 * For the tests of a file: a real n8n with its real nodes, against Amazon's sandbox. Only the outside
 * services (Slack, email, Google and so on) are replaced by servers on this machine.
 */
export function useTemplateRig(): () => TemplateRig {
	jest.setTimeout(900_000);
	// All templates of a file share one n8n and its timers: delayed events of one test may arrive in
	// another.
	jest.retryTimes(2, { logErrorsBeforeRetry: true });
	let rig: TemplateRig;
	beforeAll(async () => {
		rig = await TemplateRig.start();
	}, START_PATIENCE_MS);
	afterAll(async () => await rig?.stop());
	return () => rig;
}
