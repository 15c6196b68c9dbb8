import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	DEMO_CREDENTIAL,
	DEMO_MAILBOX,
	DEMO_SELLERS,
	demoWorkflows,
	makeDemoOrders,
} from './demo.mjs';
import { mailboxCredential, SMTP_PORT } from './mailbox.mjs';
import { importInto, installPackage, registerPackage } from './n8n.mjs';
import { sandboxCredential, sandboxCredentialOfSeveral } from './sandbox.mjs';

const DEMO_CREDENTIAL_OF_THREE = {
	id: 'amazonSandbox003',
	name: 'Amazon SP-API sandbox (demo: three sellers)',
};

/**
 * Installs the package, the credentials for the sandbox and the demo workflows in an n8n. What has not
 * changed since the last time is left alone, including the user's changes to it in the editor.
 *
 * @param {import('./n8n.mjs').Instance} instance
 * @param {import('./package.mjs').Tarball} tarball
 * @param {string} sandboxUrl
 * @param {number} [smtpPort] of the mailbox, if it runs
 * @returns {Promise<{ note?: string }>}
 */
export async function prepareInstance(instance, tarball, sandboxUrl, smtpPort) {
	mkdirSync(instance.userFolder, { recursive: true });
	const installed = await installPackage(instance, tarball);

	const imports = {
		credentials: await demoCredentials(sandboxUrl, smtpPort),
		workflow: demoWorkflows(await makeDemoOrders(sandboxUrl)),
	};
	let imported = false;
	for (const kind of /** @type {const} */ (['credentials', 'workflow'])) {
		const entities = imports[kind];
		const stamp = join(instance.userFolder, `imported-${kind}.sha256`);
		const digest = createHash('sha256').update(JSON.stringify(entities)).digest('hex');
		if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) continue;
		await importInto(instance, kind, entities);
		writeFileSync(stamp, digest);
		imported = true;
	}

	const registered = join(instance.userFolder, 'registered.sha256');
	if (!existsSync(registered) || readFileSync(registered, 'utf8') !== tarball.digest) {
		await registerPackage(instance);
		writeFileSync(registered, tarball.digest);
	}
	return installed || imported ? {} : { note: 'nothing changed' };
}

/**
 * The editor's login, created once per user folder.
 *
 * @param {string} userFolder
 * @returns {{ email: string, password: string }}
 */
export function demoLogin(userFolder) {
	const file = join(userFolder, 'login.json');
	if (!existsSync(file)) {
		// n8n requires a digit and a capital letter in at least 8 characters.
		const password = `${randomBytes(9).toString('base64url')}A1`;
		const login = { email: 'demo@example.com', password };
		writeFileSync(file, JSON.stringify(login), { mode: 0o600 });
	}
	return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * The credentials of the demo workflows: of the mailbox, of three sellers, and of one. A new node in the
 * editor gets the newest, and the one of a single seller needs no choice of a seller.
 *
 * @param {string} sandboxUrl
 * @param {number} [smtpPort]
 * @returns {Promise<Array<{ id: string, name: string, type: string, data: import('./sandbox.mjs').CredentialData }>>}
 */
export async function demoCredentials(sandboxUrl, smtpPort = SMTP_PORT) {
	const type = 'amazonSellingPartnerApi';
	const ofThree = await sandboxCredentialOfSeveral(sandboxUrl, DEMO_SELLERS);
	return [
		{ ...DEMO_MAILBOX, type: 'smtp', data: mailboxCredential(smtpPort) },
		{ ...DEMO_CREDENTIAL_OF_THREE, type, data: ofThree },
		{ ...DEMO_CREDENTIAL, type, data: await sandboxCredential(sandboxUrl) },
	];
}
