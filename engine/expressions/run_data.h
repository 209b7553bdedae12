// What an expression may look at: the run data of its execution, seen from one node run. RunData is
// implemented by the executor's state; everything here is borrowed for one node run, on the loop of
// its execution.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "base/core/system.h"
#include "engine/model/workflow.h"

namespace vaettir::engine {

class RunData {
 public:
  virtual ~RunData() = default;
  // Finished runs of a node so far.
  virtual std::size_t runs(NodeIndex node) const = 0;
  // Items of one output of one finished run; nullptr where there is no such run or output, or its
  // data is gone.
  virtual const Items* output(NodeIndex node, std::size_t run, std::size_t output) const = 0;
  // By input: where a run's items came from; nullopt for an input without data.
  virtual std::span<const std::optional<Source>> sources(NodeIndex node, std::size_t run) const = 0;
};

struct ExecutionFacts {
  std::string id;          // decimal
  std::string mode;        // n8n's: manual, webhook, trigger, cli, ...
  std::string resume_url;  // empty: none yet
  bool is_test() const { return mode == "manual"; }
};

// The point an expression is evaluated from.
struct Vantage {
  const Workflow& workflow;
  const RunData& runs;
  const ExecutionFacts& execution;
  const Environment* environment = nullptr;  // nullptr: $env is not allowed
  NodeIndex node = 0;
  std::size_t run = 0;                             // $runIndex
  std::span<const Items> inputs;                   // by main input
  std::span<const std::optional<Source>> sources;  // by main input
};

}  // namespace vaettir::engine
