// ParameterTemplate: the normalised parameters of a node with their expressions parsed in place.
// ResolvedParameters: the values of those expressions for every item of one run, computed in one
// batch. Templates are immutable and shared; what is resolved belongs to one NodeContext.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "engine/expressions/evaluator.h"

namespace vaettir::engine {

class ParameterTemplate {
 public:
  ParameterTemplate() = default;
  // Every string that begins with "=" is an expression, wherever it lies.
  static ParameterTemplate build(const json::Value& normalised);

  struct Branch {
    std::string key;       // of an object's member; empty in arrays
    std::size_t slot = 0;  // which of the slots
  };
  // One value: fixed, an expression, or a container with expressions somewhere below.
  struct Slot {
    enum class Kind : std::uint8_t { kFixed, kExpression, kObject, kArray } kind = Kind::kFixed;
    json::Value fixed;
    std::size_t expression = 0;  // which of expressions()
    std::vector<Branch> branches;
  };
  // Where a path leads: to a slot, or inside a fixed value; `rest` goes on below an expression.
  struct Place {
    const Slot* slot = nullptr;
    json::Value inner;  // where slot is nullptr; undefined: nothing there
    bool is_fixed = false;
    std::vector<std::string> rest;
  };

  Place find(std::string_view path) const;
  const std::vector<Expression>& expressions() const { return expressions_; }
  const Slot& root() const { return slots_.back(); }
  const Slot& slot(std::size_t index) const { return slots_[index]; }

 private:
  std::size_t add(const json::Value& value);
  json::Value fixed_value(const Slot& slot) const;
  const Slot* member(const Slot& slot, std::string_view key) const;
  std::vector<Slot> slots_;  // children before parents, the root last
  std::vector<Expression> expressions_;
};

class ResolvedParameters {
 public:
  // Evaluates every expression for each of `items` items (once where there are none).
  ResolvedParameters(const ParameterTemplate& parameters, const Vantage& from, std::size_t items);

  // The value at a path ("a.b[0]"), or the first error among the expressions below it.
  Result<json::Value> read(std::string_view path, std::size_t item) const;

 private:
  Result<json::Value> read(const ParameterTemplate::Slot& slot, std::size_t item) const;
  const ParameterTemplate& parameters_;
  std::size_t items_;
  std::vector<Result<json::Value>> values_;  // by expression, then by item
};

}  // namespace vaettir::engine
