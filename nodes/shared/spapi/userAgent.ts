import { version } from '../../../package.json';

/** Amazon requests the form `AppId/AppVersionId (Language=…; Platform=…)`. */
export const USER_AGENT = `n8n-nodes-amazon-seller-feedback/${version} (Language=JavaScript; Platform=n8n)`;
