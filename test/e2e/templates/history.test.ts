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

/** By day and hour: milliseconds after the start of a run at which n8n is killed. */
const KILLS: ReadonlyMap<string, number> = new Map([
	['0 7', 300],
	['0 16', 0],
	['1 0', 100],
	['1 12', 600],
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

jest.setTimeout(900_000);

describe('the tables that keep a history', () => {
	let rig: TemplateRig;

	beforeAll(async () => {
		rig = await TemplateRig.start();
	});

	afterAll(async () => await rig?.stop());

	/** Starts a workflow, as "Execute workflow" in the editor does; returns the execution's ID. */
	async function start(id: string, trigger: string): Promise<string> {
		const body = { triggerToStartFrom: { name: trigger } };
		const path = `workflows/${id}/run`;
		return (await rig.n8n.post<{ executionId: string }>(path, body)).executionId;
	}

	test('have one complete row per day and marketplace, however often n8n was killed', async () => {
		let ids: string[] = [];
		let interrupted = 0;
		for (let run = 0; run < DAYS * RUNS_A_DAY; run += 1) {
			const [day, hour] = [Math.floor(run / RUNS_A_DAY), run % RUNS_A_DAY];
			if (hour === 0) {
				const imported = HISTORIES.map(async ({ name, choices }) =>
					rig.import(onDay(name, day), choices),
				);
				ids = await Promise.all(imported);
			}
			const killAfterMs = KILLS.get(`${day} ${hour}`);
			const executions = await Promise.all(
				HISTORIES.map(async ({ trigger }, index) => await start(ids[index] ?? '', trigger)),
			);
			if (killAfterMs === undefined) {
				for (const id of executions) expect((await rig.ended(id)).error).toBeUndefined();
				continue;
			}
			await sleep(killAfterMs);
			await rig.n8n.killMain();
			await rig.n8n.start();
			for (const id of executions) {
				if ((await rig.n8n.readExecution(id)).status !== 'success') interrupted += 1;
			}
		}

		expect(interrupted).toBeGreaterThan(0);
		for (const { table, key, filled, marketplaces } of HISTORIES) {
			const rows = (await new DataTables(rig.n8n).rowsOf(table)) ?? [];
			const keyOf = (row: IDataObject) => key.map((column) => row[column]).join(' ');
			const days = new Set(rows.map((row) => row[key[0] ?? '']));
			expect(days.size).toBe(DAYS);
			expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
			expect(rows.map(({ marketplace }) => marketplace).toSorted()).toEqual(
				[...days].flatMap(() => marketplaces).toSorted(),
			);
			for (const row of rows) {
				expect(filled.filter((column) => row[column] === null)).toEqual([]);
			}
		}
	});
});
