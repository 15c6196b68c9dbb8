/** A failure the user can fix: its message is one line and needs no stack trace. */
export class SetupError extends Error {}

/** @param {number} since */
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Prints numbered steps with the duration of each: `[2/7] Node 24 ... 3.2 s`.
 *
 * @param {number} total how many steps there will be
 */
export function createProgress(total) {
	const { stdout } = process;
	let current = 0;

	return {
		/**
		 * Runs one step. If `work` returns a `{ note }`, it is printed after the time.
		 *
		 * @template T
		 * @param {string} title
		 * @param {() => Promise<T>} work
		 * @returns {Promise<T>}
		 */
		async step(title, work) {
			const label = `[${++current}/${total}] ${title} ...`;
			const start = Date.now();
			stdout.write(label);
			// A long download must not look stuck: a counter on a terminal, dots in a log file.
			const ticker = stdout.isTTY
				? setInterval(() => stdout.write(`\r${label} ${seconds(start)}`), 1000)
				: setInterval(() => stdout.write('.'), 15_000);
			try {
				const result = await work();
				const note = hasNote(result) ? ` (${result.note})` : '';
				stdout.write(`${stdout.isTTY ? `\r${label}` : ''} ${seconds(start)}${note}\n`);
				return result;
			} catch (error) {
				stdout.write(' failed\n');
				throw error;
			} finally {
				clearInterval(ticker);
			}
		},
	};
}

/**
 * @param {unknown} result
 * @returns {result is { note: string }}
 */
function hasNote(result) {
	return typeof result === 'object' && result !== null && 'note' in result && Boolean(result.note);
}

/**
 * Formats rows as a plain text table.
 *
 * @param {string[]} header
 * @param {unknown[][]} rows
 */
export function formatTable(header, rows) {
	const cells = [header, ...rows].map((row) => row.map((cell) => String(cell ?? '')));
	const widths = header.map((_, column) =>
		Math.max(...cells.map((row) => row[column]?.length ?? 0)),
	);
	/** @param {string[]} row */
	const line = (row) =>
		`  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd();
	const rule = widths.map((width) => '-'.repeat(width));
	const [first = [], ...others] = cells;
	return [first, rule, ...others].map(line).join('\n');
}

/**
 * @typedef {object} Verdict whether something is as it must be
 * @property {string} what
 * @property {boolean} passed
 * @property {string} [detail] what is wrong, if it did not pass
 */

/**
 * The verdicts as text: one line each, then how many passed.
 *
 * @param {readonly Verdict[]} verdicts
 * @param {{ passed: number, failed: number }} [totals] counted in another way
 * @returns {string}
 */
export function formatVerdicts(verdicts, totals = countVerdicts(verdicts)) {
	const lines = verdicts.map(({ what, passed, detail }) =>
		passed ? `ok      ${what}` : `FAILED  ${what}${detail ? ` (${detail})` : ''}`,
	);
	return [...lines, '', `${totals.passed} passed, ${totals.failed} failed`].join('\n');
}

/**
 * Prints the verdicts.
 *
 * @param {readonly Verdict[]} verdicts
 * @param {{ onlyFailed?: boolean }} [options] `onlyFailed` does not print a line for what passed
 * @returns {number} the exit code
 */
export function printVerdicts(verdicts, { onlyFailed = false } = {}) {
	const totals = countVerdicts(verdicts);
	const shown = onlyFailed ? verdicts.filter(({ passed }) => !passed) : verdicts;
	console.log(`\n${formatVerdicts(shown, totals)}`);
	return totals.failed > 0 ? 1 : 0;
}

/** @param {readonly Verdict[]} verdicts */
function countVerdicts(verdicts) {
	const passed = verdicts.filter((verdict) => verdict.passed).length;
	return { passed, failed: verdicts.length - passed };
}

/**
 * Runs a script's main function: a `SetupError` becomes one line and exit code 1; anything else is
 * a bug and keeps its stack.
 *
 * @param {() => Promise<number | void>} main resolves to the exit code, or to nothing to continue
 */
export async function runMain(main) {
	try {
		requireNode(20, 15);
		const code = await main();
		if (typeof code === 'number') process.exitCode = code;
	} catch (error) {
		console.error(error instanceof SetupError ? `\nError: ${error.message}` : error);
		process.exitCode = 1;
	}
}

/**
 * @param {number} major
 * @param {number} minor
 */
function requireNode(major, minor) {
	const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
	if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
	const wanted = `${major}.${minor} or later`;
	throw new SetupError(`This requires Node.js ${wanted}, but this is ${process.version}.`);
}
