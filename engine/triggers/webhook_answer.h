// What a webhook answers when no node of the workflow does it (facts/n8n.md 6.3). Pure.
#pragma once
#include "engine/executor/state.h"
#include "engine/nodes/webhook_setup.h"

namespace vaettir::engine {

// Mode onReceived.
WebhookAnswer received_answer(const WebhookSetup& setup);
// The execution has ended well. Errors (workflow_failed): there is nothing to answer with; the text
// is n8n's. (workflow_timeout, workflow_failed) where it did not end well.
Result<WebhookAnswer> final_answer(const WebhookSetup& setup, const State& state);

// Fields of an answer that may be sent: without those that frame the message, that would change how
// the whole site is treated, or that no field may hold; HTML gets a sandbox unless `trust_html`.
std::vector<std::pair<std::string, std::string>> safe_fields(
    std::vector<std::pair<std::string, std::string>> fields, bool trust_html);

}  // namespace vaettir::engine
