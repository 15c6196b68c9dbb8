/**
 * `npm run check -- <name> [options]`: checks that take minutes or need more than `npm test` does.
 * Each is the file of that name in this folder.
 */
import { runMain, SetupError } from '../scripts/lib/output.mjs';
import { endAll, endOnSignals } from './lib/atEnd';

interface Check {
	/** @returns the exit code, or nothing if all is well */
	run(args: string[]): Promise<number | void>;
}

/** What each check is for, and its file. */
const CHECKS: Readonly<Record<string, readonly [about: string, load: () => Promise<Check>]>> = {
	audit: ['known vulnerabilities of the bundled libraries', async () => await import('./audit')],
	chaos: ['all nodes while everything around them fails', async () => await import('./chaos')],
	compatibility: [
		'the same flow in several versions of n8n',
		async () => await import('./compatibility'),
	],
	desk: ['a month of the feedback desk in scaled time', async () => await import('./desk')],
	film: ['the film of the README', async () => await import('./film')],
	golden: ['precision and recall of the word lists', async () => await import('./golden')],
	mutation: [
		'whether tests notice small changes of the pure rules',
		async () => await import('./mutation'),
	],
	nine: ['digest and weekly report for nine marketplaces', async () => await import('./nine')],
	panels: ['every panel in a real editor', async () => await import('./panels')],
	pictures: ['retakes the pictures of the docs', async () => await import('./pictures')],
	pulse: ['60 days of a pulse test, measured', async () => await import('./pulse')],
	queue: ['queue mode while workers are killed; two sellers', async () => await import('./queue')],
	requests: ['two days of the review request template', async () => await import('./requests')],
	returns: ['two days of review requests without returns', async () => await import('./returns')],
	scale: ['many sellers for a day in scaled time', async () => await import('./scale')],
	scan: ["n8n's package scan on the sources and the tarball", async () => await import('./scan')],
	trigger: ['a day of the trigger in scaled time', async () => await import('./trigger')],
};

void runMain(async () => {
	const [name = '', ...args] = process.argv.slice(2);
	const check = CHECKS[name];
	if (check === undefined) {
		const list = Object.entries(CHECKS).map(([each, [about]]) => `  ${each.padEnd(16)}${about}`);
		const text = `npm run check -- <name> [options]\n\n${list.join('\n')}`;
		if (name === '') return console.log(text);
		throw new SetupError(`There is no check ${name}.\n\n${text}`);
	}
	const [, load] = check;
	endOnSignals();
	try {
		return await (await load()).run(args);
	} finally {
		await endAll();
	}
});
