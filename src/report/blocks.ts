// Slack messages, as pure functions from what is known to { text, blocks }. Nothing here posts anything.
export { type LastKnownAbout, lastKnownMessage, recalledDetails } from './black-box-message.ts';
export { type Content, contentOf, type SlackMessage, textContent } from './elements.ts';
export { fixLine, fixMessage } from './fix-message.ts';
export {
  elsewhereMessage,
  INCIDENT_SERVICE_ACTION,
  type IncidentAbout,
  incidentMessage,
  serviceFoundMessage,
  whichServiceMessage,
} from './incident-message.ts';
export {
  type FailureAbout,
  failureMessage,
  isCalm,
  type ProgressAbout,
  progressMessage,
  type VerdictAbout,
  verdictMessage,
} from './root-message.ts';
export { fullStacksFile } from './stacks.ts';
export { type ThreadStyle, threadMessages } from './thread-messages.ts';
export { uploadMessage } from './upload-message.ts';
