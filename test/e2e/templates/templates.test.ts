import { testDailyReputationDigest } from './dailyReputationDigest';
import { testDemoNotifyMe } from './demoNotifyMe';
import { testMultiMarketplaceWeeklyReport } from './multiMarketplaceWeeklyReport';
import { testNoApiAccess } from './noApiAccess';
import { testRatingFromAnExport } from './ratingFromAnExport';
import { readTemplate, templateNames } from '../../../checks/lib/templates';
import { useTemplateRig } from './rig/useTemplateRig';
import { testThresholdAlarm } from './thresholdAlarm';

/**
 * The templates as a seller imports them; `moreTemplates.test.ts` and `ledger.test.ts` have the others,
 * because an n8n for each takes less time.
 *
 * `UPDATE_SAMPLES=1` replaces the templates' sample data with the output of their nodes.
 */
const rig = useTemplateRig();

test('use only nodes and versions that this n8n has', async () => {
	const response = await fetch(`${rig().n8n.url}/types/nodes.json`, { headers: rig().n8n.headers });
	const types = (await response.json()) as Array<{ name: string; version: number | number[] }>;
	const known = new Set(
		types.flatMap(({ name, version }) => [version].flat().map((each) => `${name} ${each}`)),
	);
	const used = templateNames().flatMap((name) =>
		readTemplate(name).nodes.map(({ type, typeVersion }) => `${type} ${typeVersion}`),
	);
	expect(used.length).toBeGreaterThan(50);
	expect(used.filter((each) => !known.has(each))).toEqual([]);
});

// The first two count the requests to Amazon. They run before any execution waits, because a
// waiting execution makes requests when its wait ends.
testNoApiAccess(rig);
testRatingFromAnExport(rig);
const thresholdAlarm = testThresholdAlarm(rig);
testDemoNotifyMe(rig);
thresholdAlarm.unanswered();
// These two make reports fail for a while, which an alarm whose wait ends then would see.
testDailyReputationDigest(rig);
testMultiMarketplaceWeeklyReport(rig);
