import { Coverage, type FileCounters } from '../../fuzz/engine/coverage';
import { Fuzzer, SlowRun, type Crash } from '../../fuzz/engine/fuzzer';
import { mutateJson } from '../../fuzz/engine/mutateJson';
import type { FuzzTarget } from '../../fuzz/target';
import { seeded } from '../seeded';

const SECRET = 'n8n';

/** A program that fails on only one text, with a counter for each correct letter. */
function lockedProgram(): { target: FuzzTarget; counters: FileCounters } {
	const counters: FileCounters = {
		s: Object.fromEntries([...SECRET].map((_, index) => [index, 0])),
		f: {},
		b: {},
	};
	const fuzz = (data: Buffer): void => {
		const text = data.toString('latin1');
		for (let index = 0; index < SECRET.length; index += 1) {
			if (text[index] !== SECRET[index]) return;
			const lines = counters.s as Record<number, number>;
			lines[index] = (lines[index] ?? 0) + 1;
		}
		throw new Error('opened');
	};
	return { target: { fuzz, covers: ['program.ts'], words: ['a'] }, counters };
}

const MOST_RUNS = 60_000;

function crashesOf(target: FuzzTarget, coverage: Coverage): Crash[] {
	const crashes: Crash[] = [];
	const events = { found: () => undefined, crashed: (crash: Crash) => crashes.push(crash) };
	const fuzzer = new Fuzzer(target, coverage, seeded(5), events);
	fuzzer.addSeeds([Buffer.from('....')]);
	fuzzer.run(() => crashes.length > 0 || fuzzer.executions > MOST_RUNS);
	return crashes;
}

describe('the fuzzer', () => {
	it('finds the one text a program fails on, guided by coverage, and minimizes the input', () => {
		const { target, counters } = lockedProgram();
		const coverage = new Coverage({ '/program.ts': counters });
		const [crash] = crashesOf(target, coverage);
		expect(crash?.data.toString()).toBe(SECRET);
		expect(crash?.error).toEqual(new Error('opened'));
		// Only the failing input reached the last counter.
		expect(coverage.figuresOf(['program.ts']).statements).toEqual([2, 3]);
	});

	it('does not find it in as many runs without coverage', () => {
		expect(crashesOf(lockedProgram().target, new Coverage({}))).toEqual([]);
	});

	it('treats an input that is repeatedly slow as a failure', () => {
		const fuzz = (data: Buffer): void => {
			const end = performance.now() + (data.includes('slow') ? 450 : 0);
			while (performance.now() < end);
		};
		const crashes: Crash[] = [];
		const events = { found: () => undefined, crashed: (crash: Crash) => crashes.push(crash) };
		const fuzzer = new Fuzzer(
			{ fuzz, covers: [], words: ['a'] },
			new Coverage({}),
			seeded(1),
			events,
		);
		fuzzer.addSeeds([Buffer.from('fast'), Buffer.from('slow')]);
		expect(crashes.map(({ error }) => error)).toEqual([expect.any(SlowRun)]);
	});

	it('changes JSON documents to other JSON documents, whatever they contain', () => {
		const random = seeded(3);
		const mutate = mutateJson(['word', '__proto__']);
		const other = Buffer.from('{"__proto__":[1,{"a":null}],"constructor":"x","toString":{}}');
		let data = Buffer.from('{"a":[true,"text",{"b":-1.5}]}');
		const seen = new Set<string>();
		for (let run = 0; run < 1500; run += 1) {
			data = Buffer.from(mutate(data, other, random));
			JSON.parse(data.toString());
			seen.add(data.toString());
		}
		expect(seen.size).toBeGreaterThan(700);
		expect(Object.keys(Object.prototype)).toEqual([]);
	});
});
