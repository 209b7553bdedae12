// Caller: who waits for the answer of an execution; implemented by the trigger's side. The executor
// asks it what to answer and says when: after what the answer promises is in the store. On the
// execution's loop. Destroying it without an answer tells the other side that none comes.
#pragma once
#include "base/core/result.h"
#include "engine/executor/state.h"
#include "engine/nodes/webhook_setup.h"

namespace vaettir::engine {

class Caller {
 public:
  virtual ~Caller() = default;
  virtual ResponseMode mode() const = 0;
  // What mode onReceived answers.
  virtual WebhookAnswer accepted() const = 0;
  // What is answered when the execution has ended without an answer of its own.
  virtual WebhookAnswer ended(const State& state) const = 0;
  // Sends; once. Never waits: what the other side cannot take yet is sent on by itself.
  virtual void answer(WebhookAnswer answer) = 0;
  virtual void refuse(Error error) = 0;
};

}  // namespace vaettir::engine
