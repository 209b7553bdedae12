// The loops of the program and the threads that run them. Made before everything that lives on
// loops, destroyed after it.
#pragma once
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/async/loop.h"
#include "base/core/result.h"
#include "base/core/system.h"

namespace vaettir::app {

// VAETTIR_EDGE_THREADS (default: one per core, at least one), VAETTIR_ENGINE_THREADS (default: one;
// 0: executions run on the edge loops).
struct ThreadCounts {
  std::size_t edge = 1;
  std::size_t engine = 1;
};
// Errors: bad_request, naming the variable and what it may be.
Result<ThreadCounts> thread_counts(const Environment& environment);

class Threads {
 public:
  explicit Threads(ThreadCounts counts);
  ~Threads();  // stop() first, or run() never
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  std::vector<Loop*> edge_loops() const { return pointers(edge_); }
  std::vector<Loop*> engine_loops() const { return pointers(engine_); }

  void run();   // starts a thread for each loop
  void stop();  // ends the loops and waits for their threads

 private:
  using Loops = std::vector<std::unique_ptr<Loop>>;
  static std::vector<Loop*> pointers(const Loops& loops);
  Loops edge_;
  Loops engine_;
  std::vector<std::thread> running_;
};

}  // namespace vaettir::app
