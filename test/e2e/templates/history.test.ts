import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import { DataTables } from '../../../checks/n8n/dataTables';
import { readTemplate, type Template } from '../../../checks/lib/templates';
import { TemplateRig, type Choices } from './rig/templateRig';

/**
 * The tables that keep a history, after two days of hourly runs in a real n8n that is killed in the
 * middle of some of them.
 */

const DAYS = 2;
const RUNS_A_DAY = 24;

/** By day and hour: how far a run is when n8n is killed, as a share of the time of the run before. */
const KILLS: ReadonlyMap<string, number> = new Map([
	['0 7', 0.5],
	['0 16', 0.7],
	['1 0', 0.85],
	['1 12', 0.95],
]);

interface History {
	readonly name: string;
	readonly table: string;
	readonly trigger: string;
	readonly choices: Choices;
	readonly key: readonly string[];
	/** Columns that each row must have. */
	readonly filled: readonly string[];
	readonly marketplaces: readonly string[];
}

const HISTORIES: readonly History[] = [
	{
		name: 'morning-scorecard',
		table: 'Amazon scorecards',
		trigger: 'Every morning at 7',
		choices: { 'Send to Slack': { disabled: true } },
		key: ['day', 'seller', 'marketplace'],
		filled: ['summary', 'negativesLast7Days', 'accountStatus'],
		marketplaces: ['US', 'CA', 'MX'],
	},
	{
		name: 'daily-reputation-digest',
		table: 'Amazon rating history',
		trigger: 'Every morning at 8',
		choices: { 'Send the digest': { disabled: true } },
		key: ['date', 'seller', 'marketplace'],
		filled: ['status', 'total', 'reason'],
		marketplaces: ['US'],
	},
];

/** The template, whose rows are those of a later day: n8n's expressions have a clock of their own. */
function onDay(name: string, day: number): Template {
	const today = '$now.toISODate()';
	const text = JSON.stringify(readTemplate(name));
	expect(text.split(today)).toHaveLength(2);
	return JSON.parse(text.replace(today, `$now.plus({ days: ${day} }).toISODate()`)) as Template;
}

jest.setTimeout(600_000);

describe.each(HISTORIES)('the history of $name', (history) => {
	let rig: TemplateRig;

	beforeAll(async () => {
		rig = await TemplateRig.start();
	});

	afterAll(async () => await rig?.stop());

	test('has one complete row per day and marketplace, however often n8n was killed', async () => {
		const { name, table, trigger, choices, key, filled, marketplaces } = history;
		let id = '';
		let lastMs = 1000;
		let killed = 0;
		for (let run = 0; run < DAYS * RUNS_A_DAY; run += 1) {
			const [day, hour] = [Math.floor(run / RUNS_A_DAY), run % RUNS_A_DAY];
			if (hour === 0) id = await rig.import(onDay(name, day), choices);
			const share = KILLS.get(`${day} ${hour}`);
			const began = performance.now();
			if (share === undefined) {
				expect((await rig.run(id, trigger)).error).toBeUndefined();
				lastMs = performance.now() - began;
				continue;
			}
			const { executionId } = await rig.n8n.post<{ executionId: string }>(`workflows/${id}/run`, {
				triggerToStartFrom: { name: trigger },
			});
			await sleep(share * lastMs);
			await rig.n8n.killMain();
			await rig.n8n.start();
			const { status } = await rig.n8n.readExecution(executionId);
			if (status !== 'success') killed += 1;
		}

		expect(killed).toBeGreaterThan(0);
		const rows = (await new DataTables(rig.n8n).rowsOf(table)) ?? [];
		const keyOf = (row: IDataObject) => key.map((column) => row[column]).join(' ');
		expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
		expect(new Set(rows.map((row) => row[key[0] ?? ''])).size).toBe(DAYS);
		expect(rows.map(({ marketplace }) => marketplace).toSorted()).toEqual(
			marketplaces.flatMap((each) => Array.from({ length: DAYS }, () => each)).toSorted(),
		);
		for (const row of rows) {
			for (const column of filled) expect([column, row[column]]).not.toEqual([column, null]);
		}
	});
});
