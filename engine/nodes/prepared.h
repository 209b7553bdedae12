// PreparedWorkflow: a workflow version bound to the catalog: types found, parameters normalised,
// expressions parsed. Made once for each version, immutable, shared by all its executions
// (shared_ptr<const PreparedWorkflow>); the Catalog outlives it. Any thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expressions/evaluator.h"
#include "engine/model/workflow.h"
#include "engine/nodes/node.h"
#include "engine/nodes/parameters.h"

namespace vaettir::engine {

class Catalog;

class PreparedNode {
 public:
  PreparedNode(const Node& node, const Catalog& catalog);

  const Node& node() const { return *node_; }
  // nullptr: a type or version we do not have; such a node refuses to run.
  const NodeType* type() const { return type_; }
  const NodeDescription* description() const { return description_; }
  double version() const { return version_; }
  bool is_trigger() const { return description_ != nullptr && description_->trigger; }
  // False for notes and the like, which are never executed.
  bool runs() const { return description_ == nullptr || description_->runs; }
  // Main outputs, the error output included.
  std::uint32_t outputs() const;
  // Normalised parameters with their expressions.
  const ParameterTemplate& parameters() const { return parameters_; }
  // A parameter that holds no expression; undefined otherwise and where there is none.
  json::Value fixed_parameter(std::string_view path) const;
  // Does the value at the path depend on an expression?
  bool has_expression(std::string_view path) const;

 private:
  const Node* node_;
  const NodeType* type_ = nullptr;
  const NodeDescription* description_ = nullptr;
  double version_ = 1;
  ParameterTemplate parameters_;
};

// A node that cannot run, for the report: "'Ask' is of type n8n-nodes-base.slack, version 2.3,
// which this version does not have".
struct UnsupportedNode {
  std::string node;
  std::string type;
  double version = 0;
  bool known_type = false;  // another version of it can run
  std::string text() const;
};

class PreparedWorkflow {
 public:
  static std::shared_ptr<const PreparedWorkflow> prepare(WorkflowPtr workflow,
                                                         const Catalog& catalog);
  const Workflow& workflow() const { return *workflow_; }
  const WorkflowPtr& workflow_ptr() const { return workflow_; }
  const PreparedNode& node(NodeIndex index) const { return nodes_[index]; }
  // Nodes that are not disabled and cannot run. Not empty: the workflow refuses to be activated.
  std::span<const UnsupportedNode> unsupported() const { return unsupported_; }

 private:
  explicit PreparedWorkflow(WorkflowPtr workflow) : workflow_(std::move(workflow)) {}
  WorkflowPtr workflow_;
  std::vector<PreparedNode> nodes_;
  std::vector<UnsupportedNode> unsupported_;
};

}  // namespace vaettir::engine
