#include "engine/executor/error_value.h"

#include <fmt/format.h>

namespace vaettir::engine {

json::Value error_value(const Error& error, const Node* node, std::int64_t now_ms) {
  json::ObjectBuilder out;
  // What a service answered or did not answer is n8n's "API error", the rest is the node's own.
  const bool of_service = error.side() == Side::kUpstream;
  out.set("name", node == nullptr ? "WorkflowOperationError"
                  : of_service    ? "NodeApiError"
                                  : "NodeOperationError");
  out.set("message", error.text());
  out.set("level", of_service ? "warning" : "error");
  out.set("tags", json::Value::object({}));
  out.set("timestamp", json::Value(now_ms));
  json::ObjectBuilder context;
  context.set("cause", facts(error.cause()).name);
  out.set("context", context.finish());
  if (node != nullptr) {
    json::ObjectBuilder about;
    about.set("id", node->id).set("name", node->name).set("type", node->type);
    if (node->version) about.set("typeVersion", *node->version);
    out.set("node", about.finish());
  }
  out.set("messages", json::Value::array({}));
  return out.finish();
}

json::Value cancel_value(std::string_view name, std::string_view message, std::int64_t now_ms) {
  return json::ObjectBuilder()
      .set("name", name)
      .set("message", message)
      .set("level", "warning")
      .set("timestamp", json::Value(now_ms))
      .finish();
}

std::string error_sentence(const json::Value& error) {
  const std::string_view message = error["message"].string_or("unknown error");
  const std::string_view node = error["node"]["name"].string_or("");
  if (node.empty() || message.find(node) != std::string_view::npos) return std::string(message);
  return fmt::format("node '{}': {}", node, message);
}

}  // namespace vaettir::engine
