// Sticky Note: a text on the canvas; never executed.
#include "engine/nodes/context.h"
#include "engine/nodes/node.h"

namespace vaettir::engine {
namespace {

class StickyNote final : public NodeType {
 public:
  Task<Result<Outputs>> run(NodeContext&) const override { return Result<Outputs>(Outputs()); }
};

}  // namespace

std::unique_ptr<const NodeType> make_sticky_note() { return std::make_unique<StickyNote>(); }

}  // namespace vaettir::engine
