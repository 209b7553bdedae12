// Path: a plain path of an expression, parsed: a root ($json, $('Node').first(), a literal) and the
// members taken from it. Immutable value; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "engine/expressions/run_data.h"

namespace vaettir::engine {

enum class Root : std::uint8_t {
  kLiteral,
  kJson,          // $json, $data
  kBinary,        // $binary
  kEnv,           // $env
  kExecution,     // $execution
  kExecutionId,   // $executionId
  kWorkflow,      // $workflow
  kItemIndex,     // $itemIndex
  kRunIndex,      // $runIndex
  kMode,          // $mode
  kPrevNode,      // $prevNode
  kNode,          // $node["X"]: the item in the same position of the last run
  kNodeItem,      // $('X').item: the paired item
  kNodeFirst,     // $('X').first(output?, run?)
  kNodeLast,      // $('X').last(output?, run?)
  kNodeAll,       // $('X').all(output?, run?)
  kItems,         // $items('X', output?, run?)
  kNodeExecuted,  // $('X').isExecuted
  kInputItem,     // $input.item
  kInputFirst,    // $input.first()
  kInputLast,     // $input.last()
  kInputAll,      // $input.all()
};

struct Step {
  std::string key;
  std::optional<std::size_t> index;  // the key as an array index, where it is one
};

struct Path {
  Root root = Root::kLiteral;
  json::Value literal;
  std::string node;                   // X of $('X')
  std::optional<std::size_t> output;  // arguments of first(), last(), all()
  std::optional<std::size_t> run;
  std::vector<Step> steps;

  // nullopt: not a plain path, JavaScript is needed.
  static std::optional<Path> parse(std::string_view code);
  // The value for item `item` of input 0. Errors: workflow_failed with what is missing ("node 'X'
  // has not run").
  Result<json::Value> evaluate(const Vantage& from, std::size_t item) const;
};

}  // namespace vaettir::engine
