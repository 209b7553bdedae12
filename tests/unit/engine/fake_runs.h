// Run data that a test writes down: for every node its runs, each with outputs and sources.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "base/core/json.h"
#include "engine/expressions/run_data.h"

namespace vaettir::engine {

class FakeRuns final : public RunData {
 public:
  struct Run {
    Outputs outputs;
    std::vector<std::optional<Source>> sources;
  };
  void add(NodeIndex node, Run run) { runs_[node].push_back(std::move(run)); }
  // n8n's run data: {node: [{source: [...], data: {main: [[...]]}}]}
  void add(const Workflow& workflow, const json::Value& run_data) {
    for (const json::Member& member : run_data.members()) {
      const std::optional<NodeIndex> node = workflow.find(member.key());
      if (!node) continue;
      for (const json::Value& task : member.value.elements()) add(*node, read(workflow, task));
    }
  }

  std::size_t runs(NodeIndex node) const override {
    const auto found = runs_.find(node);
    return found == runs_.end() ? 0 : found->second.size();
  }
  const Items* output(NodeIndex node, std::size_t run, std::size_t output) const override {
    if (run >= runs(node) || output >= at(node, run).outputs.size()) return nullptr;
    return &at(node, run).outputs[output];
  }
  std::span<const std::optional<Source>> sources(NodeIndex node, std::size_t run) const override {
    if (run >= runs(node)) return {};
    return at(node, run).sources;
  }
  const Run& at(NodeIndex node, std::size_t run) const { return runs_.at(node)[run]; }

 private:
  static Run read(const Workflow& workflow, const json::Value& task) {
    Run run;
    const json::Value& outputs = task["data"]["main"];
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      run.outputs.push_back(items_from_value(outputs[i]));
    }
    for (std::size_t i = 0; i < task["source"].size(); ++i) {
      const json::Value& source = task["source"][i];
      const std::optional<NodeIndex> from =
          workflow.find(source["previousNode"].string_or("no such node"));
      run.sources.push_back(
          from ? std::optional(Source{
                     *from, static_cast<std::uint32_t>(source["previousNodeOutput"].number_or(0)),
                     static_cast<std::uint32_t>(source["previousNodeRun"].number_or(0))})
               : std::nullopt);
    }
    return run;
  }

  std::map<NodeIndex, std::vector<Run>> runs_;
};

}  // namespace vaettir::engine
