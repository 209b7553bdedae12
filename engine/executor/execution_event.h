// ExecutionEvent: what happened in an execution, once for all who want to know: the journal, later
// push messages and spans. Sent on the execution's loop, in order of sequence.
#pragma once
#include <cstdint>

#include "engine/executor/loaded_workflow.h"
#include "engine/executor/state.h"

namespace vaettir::engine {

struct ExecutionEvent {
  enum class Kind : std::uint8_t {
    kBegun,
    kNodeStarted,
    kNodeFinished,
    kEnded,
  };
  std::uint64_t execution = 0;
  std::uint64_t sequence = 0;  // counts the events of one execution, from 0
  Kind kind = Kind::kBegun;
  const LoadedWorkflow& workflow;
  NodeIndex node = 0;            // kBegun: the trigger
  std::uint32_t run = 0;         // of kNodeStarted and kNodeFinished
  RunRecordPtr record;           // kNodeFinished
  const State* state = nullptr;  // kEnded
};

class ExecutionObserver {
 public:
  virtual ~ExecutionObserver() = default;
  virtual void on_event(const ExecutionEvent& event) = 0;
};

}  // namespace vaettir::engine
