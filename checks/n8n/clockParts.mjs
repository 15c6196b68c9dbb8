/** What the clocks that are loaded into an n8n have in common. */

const RealDate = Date;

/**
 * Replaces `Date` by one whose present is `now`. Not by a subclass: dates made by the engine itself must
 * be instances of it, too.
 *
 * @param {() => number} now milliseconds since 1970
 */
export function replaceDate(now) {
	globalThis.Date = new Proxy(RealDate, {
		construct: (target, args, newTarget) =>
			Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
		apply: () => new RealDate(now()).toString(),
	});
	RealDate.now = now;
	RealDate.prototype.constructor = globalThis.Date;
}

/**
 * The file of the code that called this function.
 *
 * @param {Function} calledFunction
 * @returns {string}
 */
export function callerFile(calledFunction) {
	const { stackTraceLimit, prepareStackTrace } = Error;
	Error.stackTraceLimit = 1;
	Error.prepareStackTrace = (_error, [caller]) => caller?.getFileName() ?? '';
	try {
		const trace = { stack: '' };
		Error.captureStackTrace(trace, calledFunction);
		return trace.stack;
	} finally {
		Object.assign(Error, { stackTraceLimit, prepareStackTrace });
	}
}
