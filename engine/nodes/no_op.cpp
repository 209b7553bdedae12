// No Operation: passes its items on.
#include "engine/nodes/context.h"
#include "engine/nodes/node.h"

namespace vaettir::engine {
namespace {

class NoOp final : public NodeType {
 public:
  Task<Result<Outputs>> run(NodeContext& ctx) const override {
    return Result<Outputs>(Outputs{passed_through(ctx.items())});
  }
};

}  // namespace

std::unique_ptr<const NodeType> make_no_op() { return std::make_unique<NoOp>(); }

}  // namespace vaettir::engine
