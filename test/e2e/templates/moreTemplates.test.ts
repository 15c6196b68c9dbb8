import { testErrorsToMe } from './errorsToMe';
import { testFeedbackJoinedWithCrm } from './feedbackJoinedWithCrm';
import { testNegativeFeedbackAlerts } from './negativeFeedbackAlerts';
import { testReputationAssistant } from './reputationAssistant';
import { useTemplateRig } from './rig/useTemplateRig';
import { testScorecards } from './scorecards';

const rig = useTemplateRig();

testFeedbackJoinedWithCrm(rig);
testNegativeFeedbackAlerts(rig);
testReputationAssistant(rig);
testScorecards(rig);
testErrorsToMe(rig);
