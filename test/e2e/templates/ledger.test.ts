import { testFeedbackDesk } from './feedbackDesk';
import { testReviewRequestsWithLedger } from './reviewRequestsWithLedger';
import { useTemplateRig } from './rig/useTemplateRig';

/** In an n8n of its own, at the same time as the other templates. */
const rig = useTemplateRig();

testReviewRequestsWithLedger(rig);
testFeedbackDesk(rig);
