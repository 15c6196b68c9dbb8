const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/**
 * Jest compiles every module again for every test file. V8 keeps what it found out about the source
 * the first time, for the later test files of a process: this saves most of that work.
 *
 * @type {Map<string, { source: string, data: Buffer }>}
 */
const compiled = new Map();

const { compileFunction } = vm;

/** @type {typeof compileFunction} */
vm.compileFunction = (source, params, options = {}) => {
	const name = options.filename ?? '';
	const known = compiled.get(name);
	if (known?.source === source) {
		return compileFunction(source, params, { ...options, cachedData: known.data });
	}
	const made = compileFunction(source, params, { ...options, produceCachedData: true });
	if (made.cachedData) compiled.set(name, { source, data: made.cachedData });
	return made;
};

module.exports = TestEnvironment;
