const asyncHooks = require('node:async_hooks');
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

/**
 * Jest opens a storage for each test file and never closes it. Before Node 24, every promise of all
 * later test files of the process copies every open storage.
 *
 * @type {Set<asyncHooks.AsyncLocalStorage<unknown>>}
 */
const storages = new Set();

/**
 * @template T
 * @extends {asyncHooks.AsyncLocalStorage<T>}
 */
class ClosedAtEnd extends asyncHooks.AsyncLocalStorage {
	/** @param {ConstructorParameters<typeof asyncHooks.AsyncLocalStorage<T>>} args */
	constructor(...args) {
		super(...args);
		storages.add(this);
	}
}

Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value: ClosedAtEnd });

module.exports = class extends TestEnvironment {
	/** @override */
	async teardown() {
		await super.teardown();
		for (const storage of storages) storage.disable();
		storages.clear();
	}
};
