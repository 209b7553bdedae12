#include "engine/executor/state.h"

#include <algorithm>
#include <cstring>

namespace vaettir::engine {

std::string_view status_name(ExecutionState state) {
  switch (state) {
    case ExecutionState::kRunning:
      return "running";
    case ExecutionState::kSuccess:
      return "success";
    case ExecutionState::kError:
      return "error";
    case ExecutionState::kCanceled:
      return "canceled";
  }
  return "unknown";
}

const Items* State::output(NodeIndex node, std::size_t run, std::size_t output) const {
  if (node >= runs_.size() || run >= runs_[node].size()) return nullptr;
  const RunRecord& record = *runs_[node][run];
  if (!record.outputs || output >= record.outputs->size()) return nullptr;
  return &(*record.outputs)[output];
}

std::span<const std::optional<Source>> State::sources(NodeIndex node, std::size_t run) const {
  if (node >= runs_.size() || run >= runs_[node].size()) return {};
  return runs_[node][run]->sources;
}

bool is_shared_with(const json::Value& a, const json::Value& b) {
  // A Value holds its text or number, or the address of what it shares; unused bytes are zero.
  return std::memcmp(static_cast<const void*>(&a), static_cast<const void*>(&b),
                     sizeof(json::Value)) == 0;
}

bool equal(const Item& a, const Item& b) {
  return a.json == b.json && a.binary == b.binary && a.error == b.error &&
         std::ranges::equal(a.paired.all(), b.paired.all());
}

bool equal(const Items& a, const Items& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Item& x, const Item& y) { return equal(x, y); });
}

namespace {

bool equal(const std::vector<Items>& a, const std::vector<Items>& b) {
  return std::ranges::equal(
      a, b, [](const Items& x, const Items& y) { return vaettir::engine::equal(x, y); });
}

bool equal(const RunRecord& a, const RunRecord& b) {
  const bool same_outputs = a.outputs.has_value() == b.outputs.has_value() &&
                            (!a.outputs || equal(*a.outputs, *b.outputs));
  return a.node == b.node && a.run == b.run && a.execution_index == b.execution_index &&
         a.status == b.status && a.started_ms == b.started_ms && a.took_ms == b.took_ms &&
         a.sources == b.sources && same_outputs && a.error == b.error;
}

bool equal(const WaitingSlot& a, const WaitingSlot& b) {
  const auto same = [](const std::optional<Items>& x, const std::optional<Items>& y) {
    return x.has_value() == y.has_value() && (!x || vaettir::engine::equal(*x, *y));
  };
  return a.sources == b.sources && std::ranges::equal(a.inputs, b.inputs, same);
}

}  // namespace

bool operator==(const State& a, const State& b) {
  const auto same_runs = [](const auto& x, const auto& y) {
    return std::ranges::equal(
        x, y, [](const RunRecordPtr& p, const RunRecordPtr& q) { return equal(*p, *q); });
  };
  const auto same_entry = [](const Entry& x, const Entry& y) {
    return x.node == y.node && x.sources == y.sources && equal(x.inputs, y.inputs) &&
           x.ticket == y.ticket;
  };
  const auto same_waiting = [](const WaitingNode& x, const WaitingNode& y) {
    return x.node == y.node &&
           std::ranges::equal(x.slots, y.slots,
                              [](const auto& p, const auto& q) { return equal(p, q); });
  };
  return std::ranges::equal(a.runs_, b.runs_, same_runs) &&
         std::ranges::equal(a.stack_, b.stack_, same_entry) &&
         std::ranges::equal(a.waiting_, b.waiting_, same_waiting) && a.status_ == b.status_ &&
         a.error_ == b.error_ && a.last_node_ == b.last_node_ && a.next_index_ == b.next_index_ &&
         a.next_ticket_ == b.next_ticket_;
}

}  // namespace vaettir::engine
