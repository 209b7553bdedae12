// NodeContext: everything one run of one node sees. Made by the executor for the run and outlives
// its task; on the execution's loop. All parameters are resolved for all items when it is made: a
// value, or an error that is raised only when that parameter is read.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/loop.h"
#include "base/async/sleep.h"
#include "base/core/system.h"
#include "base/http/client.h"
#include "base/http/service.h"
#include "engine/expressions/run_data.h"
#include "engine/nodes/patterns.h"
#include "engine/nodes/prepared.h"
#include "engine/nodes/webhook_setup.h"

namespace vaettir::engine {

// What nodes may use of the world; one for each engine loop, outlives its executions.
struct NodeServices {
  Loop& loop;
  WallClockSource& clock;
  Entropy& entropy;
  http::Directory* targets = nullptr;        // names that are answered in process; nullptr: none
  http::FetchClient* client = nullptr;       // the way out; nullptr: there is none
  const Environment* environment = nullptr;  // $env; nullptr: not allowed
};

struct NodeRun {
  const PreparedWorkflow& workflow;
  NodeIndex node = 0;
  std::size_t run = 0;
  std::vector<Items> inputs;                   // by main input
  std::vector<std::optional<Source>> sources;  // by main input
  const RunData& runs;
  const ExecutionFacts& execution;
  Responder* responder = nullptr;  // nullptr: nobody waits for an answer
  Deadline deadline = kNever;      // of the execution
  std::uint32_t start_output = 0;  // triggers: which output the start items leave by
};

// A parameter for an item: a value or the error of its expression. Conversions are lenient where
// n8n is: text of a number, number of a text.
class Parameter {
 public:
  Parameter(const NodeContext& ctx, std::string_view name, std::size_t item,
            Result<json::Value> value);
  Result<json::Value> value() &&;  // undefined where there is no such parameter
  Result<std::string> text() &&;   // objects as JSON; nothing is ""
  Result<double> number() &&;
  Result<bool> boolean() &&;
  Result<bool> as_condition() &&;  // a filter parameter, evaluated

 private:
  Error located(const Error& error) const;
  const NodeContext& ctx_;
  std::string name_;
  std::size_t item_;
  Result<json::Value> value_;
};

class NodeContext {
 public:
  // A node that works through many items lets others have their turn after so many.
  static constexpr std::size_t kItemsBetweenPauses = 1000;

  NodeContext(NodeRun run, const NodeServices& services);
  NodeContext(const NodeContext&) = delete;
  NodeContext& operator=(const NodeContext&) = delete;
  ~NodeContext();

  const PreparedNode& prepared() const { return prepared_; }
  const Node& node() const { return prepared_.node(); }
  const Workflow& workflow() const { return run_.workflow.workflow(); }
  double version() const { return prepared_.version(); }
  const NodeRun& run() const { return run_; }
  const NodeServices& services() const { return services_; }
  Loop& loop() const { return services_.loop; }

  const Items& items(std::size_t input = 0) const;
  // "options.timeout", "assignments.assignments[0].value": the name of a parameter or a path into
  // it, resolved for an item. Without a default: a hidden or unknown one is undefined.
  Parameter parameter(std::string_view path, std::size_t item) const;

  // Errors stay with their item instead of stopping the node.
  bool continues_on_error() const { return node().on_error != OnError::kStopWorkflow; }
  // Every error of a node begins with its name.
  Error error(Cause cause, std::string_view text) const;
  // {json: {error: text}}, paired to the item: what a failed item becomes.
  Item failed_item(const Error& error, std::size_t item) const;

  // A parameter that holds JSON written with expressions in it: objects are put in as JSON.
  // Evaluated at once, because it is the text that counts and not the value.
  Result<std::string> json_text(std::string_view path, std::size_t item) const;
  // For conditions; compiled once for the run.
  Patterns& patterns() const { return *patterns_; }

  // co_await ctx.pause() where due(i) says so.
  static bool due(std::size_t item) { return item > 0 && item % kItemsBetweenPauses == 0; }
  Sleep pause() const { return sleep(loop(), Duration(1)); }
  // Time left before the execution's deadline, at most `wanted`.
  Duration within_deadline(Duration wanted) const;

 private:
  NodeRun run_;
  const NodeServices& services_;
  const PreparedNode& prepared_;
  Vantage vantage() const;
  std::unique_ptr<const ResolvedParameters> resolved_;
  std::unique_ptr<Patterns> patterns_;
  Items no_items_;
};

}  // namespace vaettir::engine
