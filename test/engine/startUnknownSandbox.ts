import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';

const usedUrls = new Set<string>();

/**
 * A sandbox at a new address: at one used before, the nodes would know the seller's reports and
 * limits.
 */
export async function startUnknownSandbox(options: SandboxOptions): Promise<Sandbox> {
	const sandbox = await startSandbox(options);
	if (!usedUrls.has(sandbox.url)) {
		usedUrls.add(sandbox.url);
		return sandbox;
	}
	const another = await startUnknownSandbox(options);
	await sandbox.close();
	return another;
}
