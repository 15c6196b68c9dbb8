import { testDailyReputationDigest } from './dailyReputationDigest';
import { testNegativeFeedbackAlerts } from './negativeFeedbackAlerts';
import { testReviewRequestsWithLedger } from './reviewRequestsWithLedger';
import { TemplateRig } from './rig/templateRig';

/**
 * Every template as a seller imports it, in a real n8n with its real nodes, against Amazon's sandbox.
 * Only the services outside (Slack, mail, Google and so on) are stand-ins on this machine.
 */
jest.setTimeout(180_000);

let rig: TemplateRig;

beforeAll(async () => {
	rig = await TemplateRig.start();
});

afterAll(async () => await rig?.stop());

testDailyReputationDigest(() => rig);
testNegativeFeedbackAlerts(() => rig);
testReviewRequestsWithLedger(() => rig);
