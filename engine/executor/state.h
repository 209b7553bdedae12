// State: where one execution stands: what has run, what is to run next, what waits for further
// inputs. It is never stored: it is the journal, folded by step.h. Expressions look at it through
// RunData. Owned by the execution, on its loop; copied by tests only.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "engine/expressions/run_data.h"
#include "engine/model/item.h"

namespace vaettir::engine {

enum class RunStatus : std::uint8_t { kSuccess, kError };

// One finished run of a node: an entry of the journal, immutable and shared with whoever writes it
// down.
struct RunRecord {
  NodeIndex node = 0;
  std::uint32_t run = 0;              // which run of this node
  std::uint32_t execution_index = 0;  // position among all runs
  RunStatus status = RunStatus::kSuccess;
  std::int64_t started_ms = 0;  // since 1970
  std::int64_t took_ms = 0;
  std::vector<std::optional<Source>> sources;  // by main input
  std::optional<Outputs> outputs;  // with an error only where the workflow goes on (facts 2.6)
  json::Value error;               // serialised; undefined without
};
using RunRecordPtr = std::shared_ptr<const RunRecord>;

// A node with its input, on the stack.
struct Entry {
  NodeIndex node = 0;
  std::vector<Items> inputs;
  std::vector<std::optional<Source>> sources;
  std::uint64_t ticket = 0;  // counts entries: tells one that was put back from a new one
};

// A node with several inputs of which some have not come.
struct WaitingSlot {
  std::vector<std::optional<Items>> inputs;
  std::vector<std::optional<Source>> sources;
};
struct WaitingNode {
  NodeIndex node = 0;
  std::vector<WaitingSlot> slots;  // oldest first
};

enum class ExecutionState : std::uint8_t { kRunning, kSuccess, kError, kCanceled };
std::string_view status_name(ExecutionState state);  // n8n's: "running", "success", ...

class State final : public RunData {
 public:
  explicit State(std::size_t nodes) : runs_(nodes) {}

  // RunData:
  std::size_t runs(NodeIndex node) const override { return runs_[node].size(); }
  const Items* output(NodeIndex node, std::size_t run, std::size_t output) const override;
  std::span<const std::optional<Source>> sources(NodeIndex node, std::size_t run) const override;

  const std::vector<RunRecordPtr>& records(NodeIndex node) const { return runs_[node]; }
  std::size_t nodes() const { return runs_.size(); }
  ExecutionState status() const { return status_; }
  bool ended() const { return status_ != ExecutionState::kRunning; }
  // What runs now, or, after an error, what a retry would run again; nullptr: nothing.
  const Entry* current() const { return stack_.empty() ? nullptr : &stack_.back(); }
  int attempt() const { return attempt_; }  // of the current node, from 1
  std::optional<NodeIndex> last_node() const { return last_node_; }
  const json::Value& error() const { return error_; }  // why it ended so; undefined without
  std::uint32_t executed() const { return next_index_; }
  // Bytes that outputs keep alive, items that were passed on unchanged counted once.
  std::size_t bytes() const { return bytes_; }
  // Nothing would run after the current node unless it gives items.
  bool idle_but_current() const { return stack_.size() <= 1 && waiting_.empty(); }

  // For tests: is it the same point of the same execution?
  friend bool operator==(const State& a, const State& b);

 private:
  friend class Stepper;
  std::vector<std::vector<RunRecordPtr>> runs_;  // by node
  std::vector<Entry> stack_;                     // the next one is the last
  std::vector<WaitingNode> waiting_;             // in the order they began to wait
  ExecutionState status_ = ExecutionState::kRunning;
  json::Value error_;
  std::optional<NodeIndex> last_node_;
  std::uint32_t next_index_ = 0;
  std::uint64_t next_ticket_ = 1;
  std::uint64_t last_started_ = 0;  // ticket
  int attempt_ = 0;
  std::size_t bytes_ = 0;
};

// Equal in everything that can be observed: json, files, pairing, error.
bool equal(const Item& a, const Item& b);
bool equal(const Items& a, const Items& b);

// Is this the very same value in memory (not merely an equal one)? Then it need not be counted or
// written again.
bool is_shared_with(const json::Value& a, const json::Value& b);

}  // namespace vaettir::engine
