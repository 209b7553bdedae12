// NodeType: the behaviour of a node. One constant object for each type, made by its make_<name>()
// and owned by the Catalog; it has no state, a run has a context. run() is called on the loop of
// its execution; destroying its task cancels it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/async/task.h"
#include "base/core/result.h"
#include "engine/model/item.h"
#include "engine/nodes/description.h"
#include "engine/nodes/webhook_setup.h"

namespace vaettir::engine {

class NodeContext;
class PreparedNode;

class NodeType {
 public:
  virtual ~NodeType() = default;
  // One list for each output. Errors stop the node; what may go on item by item
  // (ctx.continues_on_error()) puts the error into the item instead.
  virtual Task<Result<Outputs>> run(NodeContext& ctx) const = 0;
  // May depend on parameters (HTTP Request reads or writes); the description's by default.
  virtual Effect effect(const NodeContext& ctx) const;
  // Main outputs of this node, without the error output.
  virtual std::uint32_t outputs(const PreparedNode& node) const;
  // What the trigger registers; nothing for nodes that are no webhook.
  virtual Result<std::vector<WebhookSetup>> webhooks(const PreparedNode& node) const;
};

}  // namespace vaettir::engine
