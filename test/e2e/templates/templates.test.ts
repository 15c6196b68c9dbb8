import { testDailyReputationDigest } from './dailyReputationDigest';
import { testDemoNotifyMe } from './demoNotifyMe';
import { testMultiMarketplaceWeeklyReport } from './multiMarketplaceWeeklyReport';
import { testNoApiAccess } from './noApiAccess';
import { testRatingFromAnExport } from './ratingFromAnExport';
import { useTemplateRig } from './rig/useTemplateRig';
import { testThresholdAlarm } from './thresholdAlarm';

/**
 * The templates as a seller imports them; `moreTemplates.test.ts` and `ledger.test.ts` have the others,
 * because an n8n for each takes less time.
 *
 * `UPDATE_SAMPLES=1` replaces the templates' sample data with the output of their nodes.
 */
const rig = useTemplateRig();

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
