import {
	startSandbox,
	type Habits,
	type LoggedRequest,
	type Sandbox,
	type SandboxOptions,
	type SandboxSettings,
} from '../../sandbox';
import { ROLE_NAMES } from '../../sandbox/roles';
import { forgetReports } from './forgetReports';
import { createCredentialStore, type CredentialStore } from './harness';
import { connect } from './sandboxCredential';
import './shortWaits';

export interface InUse {
	readonly sandbox: Sandbox;
	readonly credentials: CredentialStore;
	/** The requests of the current test so far. */
	readonly requests: readonly LoggedRequest[];
}

/**
 * A sandbox with the demo seller's credential for the tests of a file. Before each test, its
 * faults, settings, habits, roles, logins and reports are reset; its world is not, because that
 * takes a second. Amazon is at its worst: a test can turn off a single habit that it is not about.
 */
export function useSandbox(options: SandboxOptions = {}): InUse {
	let requestsBefore = 0;
	const inUse: { sandbox?: Sandbox; credentials?: CredentialStore } & Pick<InUse, 'requests'> = {
		get requests() {
			return this.sandbox?.requests.slice(requestsBefore) ?? [];
		},
	};
	beforeAll(async () => {
		inUse.sandbox = await startSandbox({
			reportDelayMs: 20,
			rateLimits: 1000,
			...options,
		});
		inUse.credentials = await createCredentialStore();
		connect(inUse.credentials, inUse.sandbox);
	});
	afterAll(async () => await inUse.sandbox?.close());
	let initial: SandboxSettings | undefined;
	let habits: Habits | undefined;
	beforeEach(() => {
		const { sandbox } = inUse as InUse;
		initial ??= sandbox.settings.get();
		sandbox.settings.set(initial);
		habits ??= sandbox.habits.get();
		sandbox.habits.set(habits);
		sandbox.faults.clear();
		sandbox.forgetReports();
		forgetReports();
		for (const seller of Object.keys(sandbox.sellers)) {
			sandbox.lwa.restore(seller);
			for (const role of ROLE_NAMES) sandbox.roles.restore(seller, role);
		}
		requestsBefore = sandbox.requests.length;
	});
	return inUse as InUse;
}
