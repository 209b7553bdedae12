// Small graphs for tests of the order of execution: nodes by name, edges as text, and a driver that
// runs nodes by plain functions and writes down the order.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/executor/step.h"

namespace vaettir::engine {

inline Item item(json::Value json) {
  Item made;
  made.json = std::move(json);
  return made;
}
inline Item item_of(int number) {
  return item(json::ObjectBuilder().set("n", json::Value(number)).finish());
}
inline Items items_of(std::initializer_list<int> numbers) {
  Items items;
  for (int number : numbers) items.push_back(item_of(number));
  return items;
}
inline json::Value failure(std::string_view message) {
  return json::ObjectBuilder().set("message", message).finish();
}

class GraphKit {
 public:
  using Behaviour = std::function<Finished(const RunNode&)>;

  // Places: x grows to the right, y downwards.
  NodeIndex add(std::string name, double x, double y, GraphNode node = {}) {
    node.x = x;
    node.y = y;
    names_.push_back(std::move(name));
    nodes_.push_back(node);
    return static_cast<NodeIndex>(nodes_.size() - 1);
  }
  void link(NodeIndex from, NodeIndex to, std::uint32_t output = 0, std::uint32_t input = 0) {
    edges_.push_back({from, output, to, input});
  }
  void behaves(NodeIndex node, Behaviour behaviour) { behaviours_[node] = std::move(behaviour); }
  Graph graph() const { return Graph(nodes_, edges_); }

  // Runs from `start` to the end; gives "A B B" in order of execution. Nodes pass on their first
  // input unless they were told otherwise.
  std::string run(NodeIndex start, Items items = items_of({0})) {
    const Graph graph = this->graph();
    state.emplace(graph.size());
    std::string order;
    Actions next =
        step(graph, *state, Begin{.trigger = start, .start_output = 0, .items = items}, 1);
    note(next, order);
    while (next.run) {
      runs.push_back(*next.run);
      EXPECT_LT(runs.size(), 1000u) << "no end";
      next = step(graph, *state, act(*next.run), 2);
      note(next, order);
    }
    return order;
  }
  Finished act(const RunNode& run) {
    const auto found = behaviours_.find(run.node);
    if (found != behaviours_.end()) return found->second(run);
    return {.outputs = {run.inputs.empty() ? Items() : run.inputs[0]}};
  }
  const std::string& name(NodeIndex node) const { return names_[node]; }

  std::optional<State> state;
  std::vector<RunNode> runs;
  std::vector<RunRecordPtr> records;

 private:
  void note(const Actions& actions, std::string& order) {
    for (const RunRecordPtr& record : actions.records) {
      if (!order.empty()) order += ' ';
      order += names_[record->node];
      records.push_back(record);
    }
  }
  std::vector<std::string> names_;
  std::vector<GraphNode> nodes_;
  std::vector<Edge> edges_;
  std::map<NodeIndex, Behaviour> behaviours_;
};

// Outputs with these lists.
inline GraphKit::Behaviour gives(Outputs outputs) {
  return [outputs](const RunNode&) { return Finished{.outputs = outputs}; };
}
inline GraphKit::Behaviour fails_with(std::string message) {
  return [message](const RunNode&) { return Finished{.error = failure(message)}; };
}

}  // namespace vaettir::engine
