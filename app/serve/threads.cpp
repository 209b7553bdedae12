#include "app/serve/threads.h"

#include <pthread.h>

#include "base/core/text.h"

namespace vaettir::app {
namespace {

// More loops than this is a slip of the finger: every loop costs memory and a listening socket per
// entry point.
constexpr std::uint64_t kMostThreads = 256;

Result<std::size_t> count_of(const Environment& environment, const std::string& name,
                             std::size_t least, std::size_t usual) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return usual;
  const auto number = parse_unsigned(found->second);
  if (!number || *number < least || *number > kMostThreads) {
    return fail(Cause::kBadRequest, fmt::format("{} is '{}': it must be a number from {} to {}",
                                                name, found->second, least, kMostThreads));
  }
  return static_cast<std::size_t>(*number);
}

void add(std::vector<std::unique_ptr<Loop>>& loops, const char* kind, std::size_t count) {
  for (std::size_t i = 0; i < count; i++) {
    loops.push_back(std::make_unique<Loop>(fmt::format("{}-{}", kind, i)));
  }
}

}  // namespace

Result<ThreadCounts> thread_counts(const Environment& environment) {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  ThreadCounts counts;
  TRY(counts.edge, count_of(environment, "VAETTIR_EDGE_THREADS", 1, cores));
  TRY(counts.engine, count_of(environment, "VAETTIR_ENGINE_THREADS", 0, 1));
  return counts;
}

Threads::Threads(ThreadCounts counts) {
  add(edge_, "edge", counts.edge);
  add(engine_, "engine", counts.engine);
}

Threads::~Threads() { stop(); }

std::vector<Loop*> Threads::pointers(const Loops& loops) {
  std::vector<Loop*> all;
  for (const auto& loop : loops) all.push_back(loop.get());
  return all;
}

void Threads::run() {
  for (const Loops* loops : {&edge_, &engine_}) {
    for (const auto& each : *loops) {
      Loop* loop = each.get();
      std::thread& thread = running_.emplace_back([loop] { loop->run(); });
      ::pthread_setname_np(thread.native_handle(), loop->name().c_str());
    }
  }
}

void Threads::stop() {
  for (const auto& loop : edge_) loop->stop();
  for (const auto& loop : engine_) loop->stop();
  for (std::thread& thread : running_) thread.join();
  running_.clear();
}

}  // namespace vaettir::app
