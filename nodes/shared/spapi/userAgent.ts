import { version } from '../../../package.json';

/** Amazon asks for `AppId/AppVersionId (Language=…; Platform=…)`. */
export const USER_AGENT = `n8n-nodes-amazon-seller-feedback/${version} (Language=JavaScript; Platform=n8n)`;
