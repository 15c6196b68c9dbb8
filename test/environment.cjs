const asyncHooks = require('node:async_hooks');
const Module = require('node:module');
const { sep } = require('node:path');
const vm = require('node:vm');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');
const { Settings } = require('luxon');

/**
 * Runs test files in Node's own context, one after the other. Jest makes a context for each, in which
 * finding a global takes about a hundred times longer, and loads every module again for each.
 *
 * Only the modules of this repository are loaded again here, through jest. Node loads installed
 * packages, such as n8n's engine, once per process, as in an n8n. `instanceof Error` and the like
 * hold everywhere, because there is one context.
 */
class OneContext {
	/** What undoes the changes of a test file. */
	#restore = [globalThis, process, process.env].map(keep);

	global = globalThis;
	moduleMocker = new ModuleMocker(globalThis);
	fakeTimers = null;

	/** @param {import('@jest/environment').JestEnvironmentConfig} config */
	constructor({ projectConfig }) {
		this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
		// Jest measures with these, whatever a test does with the clock.
		Object.assign(globalThis, {
			[Symbol.for('jest-native-now')]: Date.now.bind(Date),
			[Symbol.for('jest-native-promise')]: Promise,
		});
	}

	async setup() {}

	async teardown() {
		this.fakeTimersModern.dispose();
		this.moduleMocker.restoreAllMocks();
		for (const restore of this.#restore) restore();
		// n8n sets it for each execution.
		Settings.defaultZone = 'system';
		for (const storage of storages) storage.disable();
		storages.clear();
	}

	exportConditions() {
		return ['node', 'node-addons'];
	}

	getVmContext() {
		return NO_CONTEXT;
	}
}

/**
 * Returns a function that gives an object the properties it has now. Those that begin with `_`, such
 * as the listeners of `process`, are its own business.
 *
 * @param {object} object
 */
function keep(object) {
	const keysOf = (/** @type {object} */ each) =>
		Reflect.ownKeys(each).filter((key) => typeof key === 'symbol' || !key.startsWith('_'));
	const before = Object.getOwnPropertyDescriptors(object);
	return () => {
		for (const key of keysOf(object)) {
			// Fails for a few that cannot be deleted; these are shared by all test files.
			if (!Object.hasOwn(before, key)) Reflect.deleteProperty(object, key);
		}
		for (const key of keysOf(before)) {
			const kept = Reflect.get(before, key);
			const { value, get } = Object.getOwnPropertyDescriptor(object, key) ?? {};
			if (value !== kept.value || get !== kept.get) Reflect.defineProperty(object, key, kept);
		}
	};
}

/** Jest compiles modules in a context, which this stands for. */
const NO_CONTEXT = {};

/**
 * Files of installed packages, without those of jest itself, which keep the state of a test file, and
 * without ES modules that jest transforms.
 */
const INSTALLED =
	/[\\/]node_modules[\\/](?!@?jest|expect|pretty-format|@observablehq[\\/]plot[\\/]src|.+\.(ttf|wasm)$)/;

/**
 * V8 keeps what it found out about a module's source the first time, for the later test files of a
 * process: this saves most of the work of compiling it again.
 *
 * @type {Map<string, { source: string, data: Buffer }>}
 */
const compiled = new Map();

const { compileFunction } = vm;

/** @type {typeof compileFunction} */
vm.compileFunction = (source, params, options = {}) => {
	const { parsingContext, ...others } = options;
	if (parsingContext !== NO_CONTEXT) return compileFunction(source, params, options);
	const name = options.filename ?? '';
	if (INSTALLED.test(name)) return handIn(name);
	const known = compiled.get(name);
	if (known?.source === source) {
		return compileFunction(source, params, { ...others, cachedData: known.data });
	}
	const made = compileFunction(source, params, { ...others, produceCachedData: true });
	if (made.cachedData) compiled.set(name, { source, data: made.cachedData });
	return made;
};

/** What jest calls to load a module: returns the file of an installed package as Node loads it. */
const handIn =
	(/** @type {string} */ file) =>
	(
		/** @type {NodeModule} */ module,
		/** @type {unknown} */ _,
		/** @type {NodeJS.Require} */ ask,
	) => {
		askJest = ask;
		module.exports = require(file);
	};

/**
 * How the present test file loads modules.
 *
 * @type {NodeJS.Require | undefined}
 */
let askJest;

const BUILT = `${process.cwd()}${sep}dist${sep}`;
const load = Reflect.get(Module, '_load');

/** n8n's engine loads our built nodes itself. They too are loaded again for each test file. */
Reflect.set(Module, '_load', (/** @type {string} */ request, /** @type {unknown[]} */ ...others) =>
	askJest && request.startsWith(BUILT) ? askJest(request) : load(request, ...others),
);

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

module.exports = OneContext;
