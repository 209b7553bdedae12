// If: sends each item one way or the other.
#include "engine/nodes/context.h"
#include "engine/nodes/node.h"

namespace vaettir::engine {
namespace {

constexpr std::size_t kTrue = 0;
constexpr std::size_t kFalse = 1;

class If final : public NodeType {
 public:
  Task<Result<Outputs>> run(NodeContext& ctx) const override {
    Outputs out(2);
    for (std::size_t i = 0; i < ctx.items().size(); ++i) {
      if (NodeContext::due(i)) co_await ctx.pause();
      Item item = ctx.items()[i];
      item.paired = paired_to(i);
      Result<bool> holds = ctx.parameter("conditions", i).as_condition();
      // An item that cannot be decided goes the way of those that do not fit.
      if (!holds && !ctx.continues_on_error()) co_return std::unexpected(std::move(holds.error()));
      out[holds && *holds ? kTrue : kFalse].push_back(std::move(item));
    }
    co_return out;
  }
};

}  // namespace

std::unique_ptr<const NodeType> make_if() { return std::make_unique<If>(); }

}  // namespace vaettir::engine
