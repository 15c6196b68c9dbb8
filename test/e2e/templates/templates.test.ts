import { testDailyReputationDigest } from './dailyReputationDigest';
import { testDemoNotifyMe } from './demoNotifyMe';
import { testFeedbackJoinedWithCrm } from './feedbackJoinedWithCrm';
import { testMultiMarketplaceWeeklyReport } from './multiMarketplaceWeeklyReport';
import { testNegativeFeedbackAlerts } from './negativeFeedbackAlerts';
import { testNoApiAccess } from './noApiAccess';
import { testRatingFromAnExport } from './ratingFromAnExport';
import { testReputationAssistant } from './reputationAssistant';
import { testReviewRequestsWithLedger } from './reviewRequestsWithLedger';
import { testScorecards } from './scorecards';
import { readTemplate, templateNames } from '../../../checks/lib/templates';
import { TemplateRig } from './rig/templateRig';
import { testThresholdAlarm } from './thresholdAlarm';

/**
 * Every template as a seller imports it, in a real n8n with its real nodes, against Amazon's
 * sandbox. Only the outside services (Slack, email, Google and so on) are stand-ins on this
 * machine.
 *
 * `UPDATE_SAMPLES=1` replaces the templates' sample data with the output of their nodes.
 */
jest.setTimeout(180_000);

// All templates share one n8n and its timers: delayed events of one test may arrive in another.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

let rig: TemplateRig;

beforeAll(async () => {
	rig = await TemplateRig.start();
});

afterAll(async () => await rig?.stop());

test('use only nodes and versions that this n8n has', async () => {
	const response = await fetch(`${rig.n8n.url}/types/nodes.json`, { headers: rig.n8n.headers });
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
testNoApiAccess(() => rig);
testRatingFromAnExport(() => rig);
const thresholdAlarm = testThresholdAlarm(() => rig);
testDailyReputationDigest(() => rig);
testDemoNotifyMe(() => rig);
testFeedbackJoinedWithCrm(() => rig);
testMultiMarketplaceWeeklyReport(() => rig);
testNegativeFeedbackAlerts(() => rig);
testReputationAssistant(() => rig);
testReviewRequestsWithLedger(() => rig);
testScorecards(() => rig);
thresholdAlarm.unanswered();
