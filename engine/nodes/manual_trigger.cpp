// Manual Trigger: starts with one empty item, or with the items it was started with.
#include "engine/nodes/context.h"
#include "engine/nodes/node.h"

namespace vaettir::engine {
namespace {

class ManualTrigger final : public NodeType {
 public:
  Task<Result<Outputs>> run(NodeContext& ctx) const override {
    if (!ctx.items().empty()) return Result<Outputs>(Outputs{passed_through(ctx.items())});
    Item start;
    start.json = json::Value::object({});
    return Result<Outputs>(Outputs{Items({std::move(start)})});
  }
};

}  // namespace

std::unique_ptr<const NodeType> make_manual_trigger() { return std::make_unique<ManualTrigger>(); }

}  // namespace vaettir::engine
