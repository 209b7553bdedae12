#include "engine/executor/graph.h"

#include <algorithm>
#include <utility>

#include "engine/nodes/prepared.h"

namespace vaettir::engine {

Graph::Graph(std::vector<GraphNode> nodes, std::vector<Edge> edges, ExecutionOrder order)
    : nodes_(std::move(nodes)), outgoing_(nodes_.size()), order_(order) {
  for (const Edge& edge : edges) {
    std::vector<Edge>& leaving = outgoing_[edge.source];
    leaving.insert(std::ranges::upper_bound(leaving, edge.output, {}, &Edge::output), edge);
    GraphNode& target = nodes_[edge.target];
    target.inputs = std::max(target.inputs, edge.input + 1);
    GraphNode& source = nodes_[edge.source];
    source.outputs = std::max(source.outputs, edge.output + 1);
  }
}

Graph Graph::of(const PreparedWorkflow& prepared) {
  const Workflow& workflow = prepared.workflow();
  std::vector<GraphNode> nodes;
  std::vector<Edge> edges;
  nodes.reserve(workflow.size());
  for (NodeIndex index = 0; index < workflow.size(); ++index) {
    const Node& node = workflow.node(index);
    nodes.push_back({.x = node.x,
                     .y = node.y,
                     .disabled = node.disabled,
                     .execute_once = node.execute_once,
                     .always_output_data = node.always_output_data,
                     .on_error = node.on_error,
                     .tries = node.tries,
                     .wait_between_tries = node.wait_between_tries,
                     .inputs = workflow.inputs(index),
                     .outputs = prepared.node(index).outputs(),
                     .required = {}});
    const std::span<const Edge> leaving = workflow.outgoing(index);
    edges.insert(edges.end(), leaving.begin(), leaving.end());
  }
  return Graph(std::move(nodes), std::move(edges), workflow.settings().order);
}

bool Graph::is_ancestor(NodeIndex ancestor, NodeIndex node) const {
  if (ancestor == node) return false;
  std::vector<bool> seen(nodes_.size(), false);
  std::vector<NodeIndex> open{ancestor};
  seen[ancestor] = true;
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const Edge& edge : outgoing_[at]) {
      if (edge.target == node) return true;
      if (!seen[edge.target]) {
        seen[edge.target] = true;
        open.push_back(edge.target);
      }
    }
  }
  return false;
}

}  // namespace vaettir::engine
