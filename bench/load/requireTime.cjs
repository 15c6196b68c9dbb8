/**
 * A process of its own: the processor time it takes to load the files, and then to call each node for
 * the first time, printed in milliseconds. n8n-workflow is there before, as it is in n8n.
 */
const [, , ...files] = process.argv;
require('n8n-workflow');

/** n8n's context of a run; the node fails as soon as it looks at it. */
const nothing = new Proxy(
	{},
	{
		get() {
			throw new Error('nothing here');
		},
	},
);

/** @returns {() => number} the processor time since the call, in milliseconds */
function stopwatch() {
	const start = process.cpuUsage();
	return () => {
		const { user, system } = process.cpuUsage(start);
		return (user + system) / 1000;
	};
}

async function main() {
	const loading = stopwatch();
	const nodes = files.flatMap((file) => Object.values(require(file)).map((Type) => new Type()));
	const load = loading();
	const running = stopwatch();
	for (const node of nodes) {
		const run = node.execute ?? node.poll;
		await Promise.resolve(nothing)
			.then((context) => run?.call(context))
			.catch(() => undefined);
	}
	process.stdout.write(JSON.stringify({ load, firstRun: running() }));
	process.exit();
}

void main();
