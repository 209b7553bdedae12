#include "base/async/offload.h"

#include <gtest/gtest.h>

#include <semaphore>

#include "base/async/sleep.h"

namespace vaettir {
namespace {

using namespace std::chrono_literals;

template <class T>
T finish(Loop& loop, Task<T> task) {
  const Deadline limit = Clock::now() + 20s;
  while (!task.done() && Clock::now() < limit) loop.turn(100ms);
  EXPECT_TRUE(task.done());
  return task.take();
}

TEST(Offload, RunsElsewhereAndComesBack) {
  Loop loop("test");
  ThreadPool pool(2);
  const auto thread = finish(loop, offload(loop, pool, [] { return std::this_thread::get_id(); }));
  EXPECT_NE(thread, std::this_thread::get_id());
  auto moved = finish(loop, offload(loop, pool, [value = std::make_unique<int>(4)]() mutable {
                        return std::move(value);
                      }));
  EXPECT_EQ(*moved, 4);
  finish(loop, offload(loop, pool, [] {}));
}

TEST(Offload, AnExceptionComesBackToo) {
  Loop loop("test");
  ThreadPool pool(1);
  EXPECT_THROW(finish(loop, offload(loop, pool, []() -> int { throw std::runtime_error("x"); })),
               std::runtime_error);
}

TEST(Offload, ACancelledTaskDropsTheResult) {
  Loop loop("test");
  auto held = std::make_shared<int>(1);
  std::binary_semaphore started(0);
  std::binary_semaphore go_on(0);
  {
    ThreadPool pool(1);
    {
      auto task = offload(loop, pool, [&, held] {
        started.release();
        go_on.acquire();
        return held;
      });
      started.acquire();
    }
    go_on.release();
  }  // joined: the result is in the loop's mailbox
  loop.turn(0s);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Offload, WhatWasCancelledBeforeItsTurnIsNotRun) {
  Loop loop("test");
  ThreadPool pool(1);
  std::binary_semaphore go_on(0);
  std::atomic<bool> ran{false};
  Task<void> first = offload(loop, pool, [&] { go_on.acquire(); });
  {
    auto second = offload(loop, pool, [&] { ran = true; });
  }
  go_on.release();
  finish(loop, std::move(first));
  finish(loop, offload(loop, pool, [] {}));
  EXPECT_FALSE(ran);
}

TEST(Offload, ThreadsAreBoundedAndAllWorkIsDone) {
  Loop loop("test");
  ThreadPool pool(3);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 50; ++i) {
    tasks.push_back(offload(loop, pool, [&, i] {
      const int now = ++running;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::sleep_for(1ms);
      --running;
      return i;
    }));
  }
  for (int i = 0; i < 50; ++i) EXPECT_EQ(finish(loop, std::move(tasks[i])), i);
  EXPECT_LE(most, 3);
}

TEST(Offload, TheLoopMayEndBeforeThePool) {
  ThreadPool pool(1);
  std::binary_semaphore go_on(0);
  {
    Loop loop("test");
    auto task = offload(loop, pool, [&] { go_on.acquire(); });
  }
  go_on.release();
}

}  // namespace
}  // namespace vaettir
