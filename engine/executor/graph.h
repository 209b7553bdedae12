// Graph: what the order of execution depends on, taken from a workflow version: nodes with their
// flags and places, and the main connections. Built once for each version (or by a test),
// immutable, any thread.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/workflow.h"

namespace vaettir::engine {

class PreparedWorkflow;

// Which inputs of a node with several must have data before it may run without the rest (n8n:
// requiredInputs of the description). Nothing said: any one will do.
struct RequiredInputs {
  std::uint32_t count = 0;            // so many, whichever
  std::vector<std::uint32_t> inputs;  // these
};

struct GraphNode {
  double x = 0;
  double y = 0;
  bool disabled = false;
  bool execute_once = false;
  bool always_output_data = false;
  OnError on_error = OnError::kStopWorkflow;
  int tries = 1;
  Duration wait_between_tries{};
  std::uint32_t inputs = 1;   // main inputs, as far as they are connected
  std::uint32_t outputs = 1;  // main outputs; the error output, where there is one, is the last
  RequiredInputs required;
};

class Graph {
 public:
  Graph(std::vector<GraphNode> nodes, std::vector<Edge> edges,
        ExecutionOrder order = ExecutionOrder::kV1);
  static Graph of(const PreparedWorkflow& workflow);

  ExecutionOrder order() const { return order_; }
  std::size_t size() const { return nodes_.size(); }
  const GraphNode& node(NodeIndex index) const { return nodes_[index]; }
  // By output, then in the order of the file.
  std::span<const Edge> outgoing(NodeIndex node) const { return outgoing_[node]; }
  // Can items of `ancestor` reach `node`? A node is no ancestor of itself.
  bool is_ancestor(NodeIndex ancestor, NodeIndex node) const;

 private:
  std::vector<GraphNode> nodes_;
  std::vector<std::vector<Edge>> outgoing_;
  ExecutionOrder order_;
};

}  // namespace vaettir::engine
