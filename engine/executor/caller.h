// Caller: who waits for the answer of an execution; implemented by the trigger's side. The executor
// says when to answer: after what the answer promises is in the store. On the execution's loop; no
// member waits. One answer is given; destroying a Caller without one tells the other side that none
// comes.
#pragma once
#include "base/core/result.h"
#include "engine/executor/state.h"
#include "engine/nodes/webhook_setup.h"

namespace vaettir::engine {

class Caller {
 public:
  virtual ~Caller() = default;
  virtual ResponseMode mode() const = 0;
  // Mode onReceived: the execution is accepted.
  virtual void accepted() = 0;
  // Mode responseNode: what a node of the workflow answers.
  virtual void answer(WebhookAnswer answer) = 0;
  // The execution has ended without an answer so far.
  virtual void ended(const State& state) = 0;
  // It could not be run or kept.
  virtual void refuse(Error error) = 0;
};

}  // namespace vaettir::engine
