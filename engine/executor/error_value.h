// The JSON of an error as viewers and workflows know it from n8n (facts/n8n.md 2.2): name, message,
// level, timestamp, context, node, messages; our cause lies in context.cause. Pure.
#pragma once
#include <cstdint>
#include <string>

#include "base/core/json.h"
#include "base/core/result.h"
#include "engine/model/workflow.h"

namespace vaettir::engine {

// `node`: where it happened; nullptr: between nodes.
json::Value error_value(const Error& error, const Node* node, std::int64_t now_ms);
// Ends by hand, by the clock, by a stop (facts/n8n.md 2.3).
json::Value cancel_value(std::string_view name, std::string_view message, std::int64_t now_ms);
// "node 'X': message", or the message alone where it names the node already.
std::string error_sentence(const json::Value& error);

}  // namespace vaettir::engine
