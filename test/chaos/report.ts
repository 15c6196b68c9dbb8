import { countProblems, ROUNDS_PER_WORLD, type CampaignResult } from './campaign';

export interface Circumstances {
	readonly seed: string;
	readonly only: string;
	/** Unhandled rejections and similar. */
	readonly crashes: readonly string[];
	/** In megabytes; the heap after garbage collection. */
	readonly memory: {
		readonly rssBefore: number;
		readonly rssAfter: number;
		readonly heapAfterFirst: number;
		readonly heapAfterLast: number;
	};
}

/** This much may be kept between worlds, because libraries cache what they compile. */
const MOST_GROWTH_MB = 100;

/** How many problems are shown in full. */
const SHOWN = 12;

/** Formats what a campaign did and found, for a terminal. */
export function formatReport(
	result: CampaignResult,
	{ seed, only, crashes, memory }: Circumstances,
): { text: string; failed: boolean } {
	const {
		tally,
		problems,
		faults,
		habits,
		worstRounds,
		calls,
		seconds,
		searched,
		secrets,
		rounds,
	} = result;
	const counts = countProblems(problems);
	const grown = memory.heapAfterLast - memory.heapAfterFirst;
	const isGrowing = grown > MOST_GROWTH_MB;
	const rate = (count: number) => `${count} (${(count / seconds).toFixed(0)} per second)`;
	const struck = [...faults].map(([kind, count]) => `${kind} ${count}`);
	const drawn = [...habits].filter(([, on]) => on > 0).map(([name, on]) => `${name} ${on}`);
	const lines = [
		`Seed ${seed}: ${tally.rounds} rounds in ${seconds.toFixed(0)} s`,
		`  executions        ${rate(tally.executions)}, ${tally.canceled} of them canceled while running`,
		`  polls             ${rate(tally.polls)}`,
		`  items             ${tally.itemsIn} in, ${tally.itemsOut} out`,
		`  HTTP calls        ${rate(calls)}`,
		`  faults            ${[...faults.values()].reduce((sum, count) => sum + count, 0)}: ${struck.join(', ')}`,
		`  habits            all everyday ones in ${worstRounds} rounds; ${drawn.join(', ')}`,
		`  bad inputs        ${tally.badInputs}; errors reported ${tally.errors}`,
		`  followed up       ${tally.followed} facts checked`,
		`  searched          ${(searched / 1e6).toFixed(0)} million characters for ${secrets} secrets`,
		`  lost              ${counts.lost}`,
		`  doubled           ${counts.doubled}`,
		`  wrong             ${counts.wrong}`,
		`  unclear errors    ${counts.unclear}`,
		`  leaked            ${counts.leaked}`,
		`  crashes           ${crashes.length}`,
		`  memory            RSS ${memory.rssBefore} MB before, ${memory.rssAfter} MB after; heap in use ${memory.heapAfterFirst} MB after the first world, ${memory.heapAfterLast} MB after the last`,
		`  rounds of         ${[...rounds].map(([name, count]) => `${name} ${count}`).join(', ')}`,
	];
	const failed = problems.length > 0 || crashes.length > 0 || isGrowing;
	if (isGrowing) lines.push(`FAILED  the heap grew by ${grown} MB`);
	for (const crash of crashes.slice(0, SHOWN)) lines.push(`FAILED  ${crash}`);
	const found = new Set(
		problems.map(
			({ kind, round, scenario, text }) => `round ${round}, ${scenario}: ${kind}: ${text}`,
		),
	);
	for (const problem of [...found].slice(0, SHOWN)) lines.push(`FAILED  ${problem}`);
	if (found.size > SHOWN) lines.push(`        and ${found.size - SHOWN} more`);
	if (failed) {
		const filter = only === '' ? '' : ` --only '${only}'`;
		const first = problems[0];
		const which =
			first === undefined
				? `--rounds ${tally.rounds}`
				: `--world ${Math.ceil(first.round / ROUNDS_PER_WORLD)} --rounds ${ROUNDS_PER_WORLD}`;
		lines.push(`Rerun: npm run check -- chaos --seed ${seed} ${which}${filter} --engine-only`);
	}
	return { text: `${lines.join('\n')}\n`, failed };
}
