/**
 * `npm start`: a real n8n editor with this package installed, on top of the SP-API sandbox. `npm
 * start -- --once`: runs the demo workflows there without the editor, prints their output and
 * compares it with the sandbox's own record.
 *
 * Environment: `N8N_PORT` (5678), `SANDBOX_PORT` (4010), `MAILBOX_PORT` (4020), `N8N_LISTEN_ADDRESS` (127.0.0.1) and
 * `N8N_RUNTIME_DIR`, a folder for Node 24 and n8n that several clones can share.
 */
import { join } from 'node:path';
import { demoWorkflows, runDemo } from './lib/demo.mjs';
import { compareWithSandbox, describeComparison, describeResults } from './lib/demoReport.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { demoLogin, prepareInstance } from './lib/instance.mjs';
import { logIn, startProcess } from './lib/n8n.mjs';
import { createProgress, runMain, SetupError } from './lib/output.mjs';
import { SMTP_PORT, startMailbox } from './lib/mailbox.mjs';
import { ensureTarball } from './lib/package.mjs';
import { stateDir, userFolder } from './lib/paths.mjs';
import { pickFreePort, requireFreePorts } from './lib/ports.mjs';
import { killServices, stopServices, tail } from './lib/processes.mjs';
import { ensureN8n, ensureNode24, isRuntimeReady, N8N_VERSION } from './lib/runtime.mjs';
import { startSandbox } from './lib/sandbox.mjs';

const once = process.argv.includes('--once');
const port = Number(process.env.N8N_PORT ?? 5678);
const sandboxPort = Number(process.env.SANDBOX_PORT ?? 4010);
const sandboxLog = join(stateDir, once ? 'once-sandbox.log' : 'sandbox.log');
const mailboxPort = Number(process.env.MAILBOX_PORT ?? 4020);
const mailboxLog = join(stateDir, 'mailbox.log');
const n8nLog = join(stateDir, 'n8n.log');

/** Once ready, Ctrl+C is the normal way to end it, not an interruption. */
let ready = false;
let stopping = false;

await runMain(async () => {
	const unknown = process.argv.slice(2).filter((argument) => argument !== '--once');
	if (unknown.length > 0)
		throw new SetupError(`Unknown option ${unknown[0]}. The only option is --once.`);
	stopOnSignals();
	try {
		return await (once ? runOnce() : openEditor());
	} finally {
		await stopServices();
	}
});

/**
 * Steps 1 to 4, which are the same with and without `--once`.
 *
 * @param {ReturnType<typeof createProgress>} progress
 */
async function setUp(progress) {
	await progress.step('Dependencies', ensureDependencies);
	const { node } = await progress.step('Node 24', ensureNode24);
	const patience = isRuntimeReady() ? '' : ', 3 GB: a few minutes, only the first time';
	const runtime = await progress.step(
		`n8n ${N8N_VERSION}${patience}`,
		async () => await ensureN8n(node),
	);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	return { runtime, tarball };
}

async function openEditor() {
	// Checks the ports first: taken ones are reported right away, not after minutes of installing.
	await requireFreePorts([
		{ port, purpose: 'the n8n editor', variable: 'N8N_PORT' },
		{ port: sandboxPort, purpose: 'the SP-API sandbox', variable: 'SANDBOX_PORT' },
		{ port: mailboxPort, purpose: 'the mailbox', variable: 'MAILBOX_PORT' },
	]);
	const progress = createProgress(7);
	const { runtime, tarball } = await setUp(progress);
	const brokerPort = await pickFreePort(5679);
	const instance = { runtime, userFolder, port, brokerPort };

	const smtpPort = await pickFreePort(SMTP_PORT);
	const [sandbox, mailbox] = await progress.step(
		'SP-API sandbox and mailbox',
		async () =>
			await Promise.all([
				startSandbox({ port: sandboxPort, logFile: sandboxLog }),
				startMailbox({ port: mailboxPort, smtpPort, logFile: mailboxLog }),
			]),
	);
	await progress.step(
		'Package, credentials and demo workflows into n8n',
		async () => await prepareInstance(instance, tarball, sandbox.url, smtpPort),
	);
	const url = `http://localhost:${port}`;
	const login = demoLogin(userFolder);
	const server = await progress.step('Starting n8n', async () => {
		const started = await startProcess(instance, { logFile: n8nLog });
		await logIn(url, login);
		return started;
	});

	ready = true;
	console.log(`
n8n is ready:  ${url}
Email:         ${login.email}
Password:      ${login.password}
Mailbox:       ${mailbox.url}  (every email that n8n sends; nothing leaves this machine)

Log in, then open one of these and click "Execute workflow":
${demoWorkflows()
	.map(({ name, id }) => `  ${name}\n    ${url}/workflow/${id}`)
	.join('\n')}

To post new feedback as a buyer, after you have published a workflow with the trigger (Demo 4 reports it
within six minutes, as does your own with 'Feedback Interval (Minutes)' 5):
  curl ${sandbox.url}/sandbox/world/feedback -d '{ "rating": 1, "comment": "Came broken" }'

The workflows use the SP-API sandbox at ${sandbox.url}; nothing reaches Amazon.
Amazon is slower: the sandbox's limits, including those per report type, refill 1000 times as fast.
What to try: docs/getting-started.md. Logs: ${n8nLog} and ${sandboxLog}. Ctrl+C stops all.`);

	const first = await Promise.race([
		server.exited.then(() => server),
		sandbox.service.exited.then(() => sandbox.service),
		mailbox.service.exited.then(() => mailbox.service),
	]);
	if (stopping) return 0;
	throw new SetupError(`${first.name} stopped. The end of its log:\n${tail(first.logFile)}`);
}

async function runOnce() {
	const progress = createProgress(7);
	const { runtime, tarball } = await setUp(progress);
	// Uses its own user folder: the user's changes in the editor stay out of the comparison, and an
	// editor may run at the same time. For the same reason it uses any free ports.
	const instance = {
		runtime,
		userFolder: join(stateDir, 'once'),
		port: await pickFreePort(),
		brokerPort: await pickFreePort(),
	};
	const sandbox = await progress.step(
		'SP-API sandbox',
		async () => await startSandbox({ port: await pickFreePort(4010), logFile: sandboxLog }),
	);
	await progress.step(
		'Package, credential and demo workflows into n8n',
		async () => await prepareInstance(instance, tarball, sandbox.url),
	);
	const results = await progress.step(
		'Running the demo workflows in n8n',
		async () => await runDemo(instance),
	);
	console.log(describeResults(results));
	const comparisons = await compareWithSandbox(results, sandbox.url);
	console.log(describeComparison(comparisons));
	return comparisons.every(({ differences }) => differences.length === 0) ? 0 : 1;
}

function stopOnSignals() {
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		process.on(signal, async () => {
			// The second Ctrl+C does not wait.
			if (stopping) return killServices();
			stopping = true;
			console.log(
				ready
					? '\nStopping ...'
					: '\nStopping after the current step (press Ctrl+C again to stop now) ...',
			);
			await stopServices();
			console.log('Stopped.');
			process.exit(ready ? 0 : 130);
		});
	}
}
