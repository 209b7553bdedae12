#include "engine/nodes/prepared.h"

#include "engine/nodes/catalog.h"
#include "engine/nodes/normalise.h"

namespace vaettir::engine {

PreparedNode::PreparedNode(const Node& node, const Catalog& catalog) : node_(&node) {
  const Catalog::Found found = catalog.find(node.type, node.version);
  version_ = found.version;
  if (found.entry == nullptr) {
    parameters_ = ParameterTemplate::build(node.parameters);
    return;
  }
  type_ = found.entry->type.get();
  description_ = found.entry->description;
  parameters_ = ParameterTemplate::build(normalise(*description_, version_, node.parameters));
}

std::uint32_t PreparedNode::outputs() const {
  const std::uint32_t regular = type_ != nullptr ? type_->outputs(*this) : 1;
  return regular + (node_->on_error == OnError::kContinueErrorOutput ? 1 : 0);
}

json::Value PreparedNode::fixed_parameter(std::string_view path) const {
  const ParameterTemplate::Place place = parameters_.find(path);
  if (place.slot == nullptr) return place.inner;
  const bool is_fixed = place.slot->kind == ParameterTemplate::Slot::Kind::kFixed;
  return is_fixed ? place.slot->fixed : json::Value();
}

bool PreparedNode::has_expression(std::string_view path) const {
  const ParameterTemplate::Place place = parameters_.find(path);
  return place.slot != nullptr && place.slot->kind != ParameterTemplate::Slot::Kind::kFixed;
}

std::string UnsupportedNode::text() const {
  if (known_type) {
    return fmt::format("node '{}' is {} in version {}, which this program does not have", node,
                       type, json::number_text(version));
  }
  return fmt::format("node '{}' is of type {}, which this program does not have", node, type);
}

std::shared_ptr<const PreparedWorkflow> PreparedWorkflow::prepare(WorkflowPtr workflow,
                                                                  const Catalog& catalog) {
  std::shared_ptr<PreparedWorkflow> prepared(new PreparedWorkflow(std::move(workflow)));
  prepared->nodes_.reserve(prepared->workflow_->size());
  for (const Node& node : prepared->workflow_->nodes()) {
    const PreparedNode& added = prepared->nodes_.emplace_back(node, catalog);
    if (added.type() != nullptr || node.disabled) continue;
    const Catalog::Found found = catalog.find(node.type, node.version);
    prepared->unsupported_.push_back({node.name, node.type, found.version, found.known_type});
  }
  return prepared;
}

}  // namespace vaettir::engine
