#include "engine/nodes/node.h"

#include "engine/nodes/context.h"
#include "engine/nodes/prepared.h"

namespace vaettir::engine {

Effect NodeType::effect(const NodeContext& ctx) const {
  return ctx.prepared().description()->effect;
}

std::uint32_t NodeType::outputs(const PreparedNode& node) const {
  return node.description()->outputs;
}

Result<std::vector<WebhookSetup>> NodeType::webhooks(const PreparedNode&) const {
  return std::vector<WebhookSetup>();
}

}  // namespace vaettir::engine
