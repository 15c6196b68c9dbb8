import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';
import { createCredentialStore, type CredentialStore } from './harness';
import { connect } from './sandboxCredential';

export interface InUse {
	readonly sandbox: Sandbox;
	readonly credentials: CredentialStore;
}

/**
 * A sandbox with the demo seller's credential for the tests of a file; its faults and settings are
 * as in the beginning before each test.
 */
export function useSandbox(options: SandboxOptions = {}): InUse {
	const inUse: { sandbox?: Sandbox; credentials?: CredentialStore } = {};
	beforeAll(async () => {
		inUse.sandbox = await startSandbox({ reportDelayMs: 20, rateLimits: 1000, ...options });
		inUse.credentials = await createCredentialStore();
		connect(inUse.credentials, inUse.sandbox);
	});
	afterAll(async () => await inUse.sandbox?.close());
	const settings = () => inUse.sandbox?.settings;
	let initial: ReturnType<NonNullable<ReturnType<typeof settings>>['get']> | undefined;
	beforeEach(() => {
		initial ??= settings()?.get();
		if (initial !== undefined) settings()?.set(initial);
		inUse.sandbox?.faults.clear();
	});
	return inUse as InUse;
}
